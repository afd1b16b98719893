import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A key pair made by ssh-keygen. */
export interface TestKey {
  readonly privateFile: string;
  readonly publicFile: string;
  readonly privateText: string;
  /** `type base64`, without the comment. */
  readonly publicText: string;
  /** The public key in wire format. */
  readonly publicBlob: Buffer;
}

export type TestKeyType = 'ed25519' | 'ecdsa' | 'ecdsa384' | 'ecdsa521' | 'rsa';

export async function makeKey(
  folder: string,
  name: string,
  { type = 'ed25519', passphrase = '' }: { readonly type?: TestKeyType; readonly passphrase?: string } = {},
): Promise<TestKey> {
  const privateFile = join(folder, name);
  const kind = {
    ed25519: ['ed25519'],
    ecdsa: ['ecdsa', '-b', '256'],
    ecdsa384: ['ecdsa', '-b', '384'],
    ecdsa521: ['ecdsa', '-b', '521'],
    rsa: ['rsa', '-b', '2048'],
  }[type];
  await run('ssh-keygen', ['-q', '-t', ...kind, '-N', passphrase, '-C', name, '-f', privateFile]);
  const publicFile = `${privateFile}.pub`;
  const [keyType = '', encoded = ''] = (await readFile(publicFile, 'utf8')).split(' ');
  return {
    privateFile,
    publicFile,
    privateText: await readFile(privateFile, 'utf8'),
    publicText: `${keyType} ${encoded}`,
    publicBlob: Buffer.from(encoded, 'base64'),
  };
}

/** Runs ssh-keygen and gives what it prints, also when it finds nothing. */
export async function sshKeygen(args: readonly string[]): Promise<string> {
  const { stdout } = await run('ssh-keygen', [...args]).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
    throw error;
  });
  return stdout;
}
