import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

/** From which state of a repository a file comes. */
export interface Commit {
  /** 40 or 64 hex digits */
  readonly id: string;
  /** The file is not as it was committed. */
  readonly dirty: boolean;
}

/** Undefined where the file is in no repository, nothing is committed yet, or there is no git. */
export async function commitOf(file: string): Promise<Commit | undefined> {
  const [folder, name] = [dirname(resolve(file)), basename(file)];
  const [head, status] = await Promise.all([
    git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']),
    git(folder, ['status', '--porcelain', '--ignored', '--', name]),
  ]);
  return head === undefined || status === undefined ? undefined : { id: head, dirty: status !== '' };
}

async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  // It only reads: no lock is taken that somebody's own git would stumble over.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { env });
    return stdout.trimEnd();
  } catch {
    return undefined;
  }
}
