/** The key by which lotus-miner signs all of its tokens. Lotus: node/modules/core.go JWTSecretName */
export const TOKEN_KEY = 'auth-jwt-private';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The name of a key's file in the folder `keystore` of a repo: base32 without padding. Lotus: node/repo/fsrepo.go */
export function keyFile(name: string): string {
  const bits = [...Buffer.from(name, 'utf8')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}
