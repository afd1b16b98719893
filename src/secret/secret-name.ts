/** Names of keys and variables whose values are secret. */
export const SECRET_NAME = /token|secret|passw|passphrase|api_info|private_?key/i;
