import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyFile, TOKEN_KEY } from '../../lotus/keystore.js';
import { layout, writeFileAtomically } from '../layout.js';

/**
 * The one token of the miner. As Lotus does, it makes a new key where its keystore has none, and with that a new token in its repo:
 * those of before are worth nothing then. Lotus: node/modules/core.go APISecret
 */
export function apiToken(dir: string): string {
  const { miner, minerToken } = layout(dir);
  const key = join(miner, 'keystore', keyFile(TOKEN_KEY));
  if (!existsSync(key)) {
    const info = { Type: 'jwt-hmac-secret', PrivateKey: randomBytes(32).toString('base64') };
    writeFileAtomically(minerToken, randomUUID(), 0o600);
    writeFileAtomically(key, JSON.stringify(info), 0o600);
  }
  return readFileSync(minerToken, 'utf8').trim();
}
