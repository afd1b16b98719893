import { randomUUID } from 'node:crypto';
import { chmod, chown, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { whyUnreadable } from './read-text.js';

/** Whole or not at all; a link still leads to it, and its mode is kept. SF670 where it cannot be written. */
export async function replaceFile(file: string, text: string): Promise<Diagnostic | undefined> {
  let temporary: string | undefined;
  try {
    const target = await realpath(file);
    temporary = `${target}.${randomUUID()}.tmp`;
    const { mode, uid, gid } = await stat(target);
    await writeFile(temporary, text, { flag: 'wx', mode });
    // What the umask took of it.
    await chmod(temporary, mode);
    if (uid !== process.getuid?.()) await chown(temporary, uid, gid);
    await rename(temporary, target);
    return undefined;
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    return {
      code: 'SF670',
      severity: 'error',
      message: `${file} cannot be written: ${whyUnreadable(error)}`,
      place: { kind: 'file', file },
      help: 'It is as it was. Give yourself the right to write it and its folder.',
    };
  }
}
