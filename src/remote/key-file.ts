import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { keyType } from './known-hosts.js';

/** What a private key file turned out to be. */
export type KeyFile =
  | { readonly kind: 'usable'; readonly path: string; readonly key: ParsedKey }
  /** `publicKey` (wire format) is known where the file or its `.pub` says it: an agent may hold the private part. */
  | { readonly kind: 'encrypted'; readonly path: string; readonly publicKey?: Buffer }
  /** Names a key whose private part an agent holds. */
  | { readonly kind: 'public'; readonly path: string; readonly publicKey: Buffer }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unusable'; readonly path: string; readonly why: string };

export async function readKeyFile(path: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { kind: 'missing', path };
    return { kind: 'unusable', path, why: error instanceof Error ? error.message : String(error) };
  }
  const key = ssh2.utils.parseKey(text);
  if (!(key instanceof Error)) {
    if (key.isPrivateKey()) return { kind: 'usable', path, key };
    return { kind: 'public', path, publicKey: key.getPublicSSH() };
  }
  const encrypted = /encrypted/i.test(key.message) || text.includes('BEGIN ENCRYPTED PRIVATE KEY');
  if (!encrypted)
    return { kind: 'unusable', path, why: `not a private key sealfarm can read: ${key.message}` };
  const publicKey = publicPart(text) ?? (await publicFile(`${path}.pub`));
  return publicKey === undefined ? { kind: 'encrypted', path } : { kind: 'encrypted', path, publicKey };
}

/** The public key an OpenSSH private key file holds in the clear, before the encrypted part. Format: OpenSSH PROTOCOL.key */
function publicPart(text: string): Buffer | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
  let offset = magic.length;
  const nextString = (): Buffer => {
    const start = offset + 4;
    offset = start + bytes.readUInt32BE(offset);
    return bytes.subarray(start, offset);
  };
  try {
    for (let i = 0; i < 3; i += 1) nextString(); // cipher, key derivation, its options
    offset += 4; // number of keys, always 1
    return nextString();
  } catch {
    return undefined;
  }
}

/** `type base64 comment`, of any type. */
async function publicFile(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [type, encoded = ''] = text.trim().split(/\s+/);
  const key = Buffer.from(encoded, 'base64');
  return type !== undefined && keyType(key) === type ? key : undefined;
}

/** The public key (wire format) of a private key file, also of types that ssh2 does not know. */
export async function publicKeyOf(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const key = ssh2.utils.parseKey(text);
  return publicPart(text) ?? (key instanceof Error ? publicFile(`${path}.pub`) : key.getPublicSSH());
}
