import { createHash, createHmac } from 'node:crypto';

/** One usable line of a known_hosts file. Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHost {
  /** Starts at 1. */
  readonly line: number;
  readonly marker?: 'revoked' | 'cert-authority';
  /** Patterns with commas between them, or one hashed name (`|1|salt|hash`). */
  readonly hosts: string;
  /** Key type, such as `ssh-ed25519`. */
  readonly type: string;
  /** The public key as it goes over the wire. */
  readonly key: Buffer;
}

export type HostKeyVerdict<T extends KnownHost = KnownHost> =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly expected: T }
  | { readonly kind: 'revoked'; readonly entry: T };

/** The entries of a known_hosts file. Lines that cannot be read are skipped, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => parseLine(line, index + 1) ?? []);
}

function parseLine(text: string, line: number): KnownHost | undefined {
  const words = text
    .trim()
    .split(/[ \t]+/)
    .filter((word) => word !== '');
  const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
  const [hosts, type, encoded] = words;
  if (hosts === undefined || hosts.startsWith('#') || type === undefined || encoded === undefined) return;
  const key = Buffer.from(encoded, 'base64');
  if (keyType(key) !== type) return;
  switch (marker) {
    case undefined:
      return { line, hosts, type, key };
    case '@revoked':
      return { line, marker: 'revoked', hosts, type, key };
    case '@cert-authority':
      return { line, marker: 'cert-authority', hosts, type, key };
    default:
      return undefined;
  }
}

/** The type a public key in wire format names at its beginning; undefined where it is malformed. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const end = 4 + key.readUInt32BE(0);
  return end > key.length ? undefined : key.toString('latin1', 4, end);
}

/** How known_hosts names a host: `example.org`, or `[example.org]:2200` on another port than 22. */
export function knownHostName(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/** Whether the hosts field of an entry stands for this host, named as by `knownHostName`. */
export function matchesHost(hosts: string, name: string): boolean {
  const wanted = name.toLowerCase();
  if (hosts.startsWith('|')) return matchesHashed(hosts, wanted);
  let matched = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, wanted)) continue;
    // A negated pattern that matches rules the whole line out, whatever else stands on it.
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function matchesHashed(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return digestOf(name, Buffer.from(salt, 'base64')).equals(Buffer.from(hash, 'base64'));
}

/** A name as known_hosts has it with HashKnownHosts. @param salt 20 random bytes */
export function hashedName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${digestOf(name.toLowerCase(), salt).toString('base64')}`;
}

function digestOf(name: string, salt: Buffer): Buffer {
  return createHmac('sha1', salt).update(name).digest();
}

function matchesPattern(pattern: string, name: string): boolean {
  // Most are plain names, and each of many hosts is held against all of them.
  if (!/[*?]/.test(pattern)) return pattern === name;
  const source = pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}

/** All entries that stand for a host, named as by `knownHostName`. */
export function entriesFor<T extends KnownHost>(entries: readonly T[], name: string): T[] {
  return entries.filter(({ hosts }) => matchesHost(hosts, name));
}

/** Of a host's entries those that say which keys it has; certificate authorities are not among them. */
export function keysAmong<T extends KnownHost>(entries: readonly T[]): T[] {
  return entries.filter(({ marker }) => marker === undefined);
}

/** Whether an authority vouches for the keys of the host with these entries, which only certificates can show. */
export function hasAuthority(entries: readonly KnownHost[]): boolean {
  return entries.some(({ marker }) => marker === 'cert-authority');
}

/**
 * What the entries of a host say of the key it has shown. A key of a type under which the host is not known is
 * `unknown`, not `changed`.
 */
export function judgeHostKey<T extends KnownHost>(entries: readonly T[], key: Buffer): HostKeyVerdict<T> {
  const revoked = entries.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };
  const known = keysAmong(entries);
  if (known.some((entry) => entry.key.equals(key))) return { kind: 'known' };
  const expected = known.find((entry) => entry.type === keyType(key));
  return expected === undefined ? { kind: 'unknown' } : { kind: 'changed', expected };
}

/** As OpenSSH prints it: `SHA256:` and unpadded base64. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
