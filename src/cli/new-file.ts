import { randomUUID } from 'node:crypto';
import { access, constants, link, lstat, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { whyUnreadable } from './read-text.js';

/**
 * What is known to keep a file from being written, before anybody has done anything for it: SF680 where something has the name, be
 * it a link that leads nowhere, and SF687 where the folder is not there or may not be written to.
 */
export async function keptFromNewFile(file: string): Promise<Diagnostic | undefined> {
  const there = await lstat(file).then(
    () => true,
    () => false,
  );
  if (there) return isThere(file);
  return access(dirname(file), constants.W_OK).then(
    () => undefined,
    (error: unknown) => unwritten(file, error),
  );
}

/**
 * Whole or not at all, and never over a file that came to be there meanwhile: a link takes no name that is taken.
 * SF680 or SF687 where it was not written.
 */
export async function writeNewFile(file: string, text: string): Promise<Diagnostic | undefined> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await fill(temporary, text);
    await take(file, temporary, text);
    return undefined;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return isThere(file);
    return unwritten(file, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Some file systems (vfat, exfat) have no links, and there it may be cut off. */
async function take(file: string, temporary: string, text: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
    await fill(file, text);
  }
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Fails where the file is there. */
async function fill(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

function unwritten(file: string, error: unknown): Diagnostic {
  const why = whyUnreadable(error);
  return {
    code: 'SF687',
    severity: 'error',
    message: `${file} cannot be written: ${why === 'there is no such file' ? 'there is no such folder' : why}`,
    place: { kind: 'file', file },
    help: 'Name a file in a folder that you may write to with --config, or print it with --out -.',
  };
}

function isThere(file: string): Diagnostic {
  return {
    code: 'SF680',
    severity: 'error',
    message: `${file} is there already, and nothing is written over it`,
    place: { kind: 'file', file },
    help: 'Name another file with --config, or print the proposal with --out -.',
  };
}
