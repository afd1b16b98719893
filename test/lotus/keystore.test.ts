import { expect, it } from 'vitest';
import { keyFile, TOKEN_KEY } from '../../src/lotus/keystore.js';

it.each([
  // As in every repo of Lotus.
  [TOKEN_KEY, 'MF2XI2BNNJ3XILLQOJUXMYLUMU'],
  ['libp2p-host', 'NRUWE4BSOAWWQ33TOQ'],
  // RFC 4648, without padding
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
])('the file of the key %j', (name, file) => {
  expect(keyFile(name)).toBe(file);
});
