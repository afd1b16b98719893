import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import type { HostLayout } from './layout.js';
import { layout } from './layout.js';

const { utils } = ssh2;

/** Makes the sandbox's SSH keys and known_hosts; keys that are there stay. */
export function writeKeys(dir: string, hosts: readonly HostLayout[], port: number): void {
  ensureKey(layout(dir).clientKey, 'sandbox');
  const lines = hosts.map((host) => {
    const key = ensureKey(host.hostKey, host.name);
    return `[${host.address}]:${port} ${key.split(' ').slice(0, 2).join(' ')}\n`;
  });
  writeFileSync(layout(dir).knownHosts, lines.join(''));
}

/** Gives the public key's line. */
function ensureKey(file: string, comment: string): string {
  if (existsSync(file)) return readFileSync(`${file}.pub`, 'utf8');
  const pair = generateKeyPair(comment);
  writeFileSync(file, pair.private, { mode: 0o600 });
  writeFileSync(`${file}.pub`, `${pair.public}\n`);
  return pair.public;
}

/** ssh2 makes an ed25519 key that it cannot read itself about once in 250. */
function generateKeyPair(comment: string): { readonly public: string; readonly private: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', { comment });
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
