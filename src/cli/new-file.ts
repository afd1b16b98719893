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
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, file);
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return isThere(file);
    return unwritten(file, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
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
