import { randomUUID } from 'node:crypto';
import { link, lstat, open, rm } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { whyUnreadable } from './read-text.js';

/** SF680 where something has the name, be it a link that leads nowhere. */
export async function alreadyThere(file: string): Promise<Diagnostic | undefined> {
  const there = await lstat(file).then(
    () => true,
    () => false,
  );
  return there ? isThere(file) : undefined;
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
    const why = whyUnreadable(error);
    return {
      code: 'SF687',
      severity: 'error',
      message: `${file} cannot be written: ${why === 'there is no such file' ? 'there is no such folder' : why}`,
      place: { kind: 'file', file },
      help: 'Name a file in a folder that you may write to with --config, or print it with --out -.',
    };
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
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
