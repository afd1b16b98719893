/** Names of keys and variables whose values are secret. */
export const SECRET_NAME =
  /token|secret|passw|passphrase|api_info|private_?key|credential|webhook|(?:^|_)auth(?:$|_|orization)|(?:^|_)api_?key|(?:(?<!sector)_key|_key_id|_pass|_pat)$/i;
