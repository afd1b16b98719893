import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { whyUnreadable } from './read-text.js';

/** Whole or not at all, also where power fails; a link still leads to it, and its mode, owner and group are kept. SF670 where it cannot be written. */
export async function replaceFile(file: string, text: string): Promise<Diagnostic | undefined> {
  let temporary: string | undefined;
  try {
    const target = await realpath(file);
    temporary = `${target}.${randomUUID()}.tmp`;
    const { mode, uid, gid } = await stat(target);
    await writeNew(temporary, text, { mode, uid, gid });
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return undefined;
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    return {
      code: 'SF670',
      severity: 'error',
      message: `${file} cannot be written: ${whyUnreadable(error)}`,
      place: { kind: 'file', file },
      help: helpFor(error),
    };
  }
}

interface Kept {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

async function writeNew(file: string, text: string, { mode, uid, gid }: Kept): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    const { uid: own, gid: ownGroup } = await handle.stat();
    if (uid !== own || gid !== ownGroup) await handle.chown(uid, gid);
    // What the umask took of it, or a new owner.
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file is there by now: where a file system cannot do it, that is no failure. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

function helpFor(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EPERM':
      return 'It is as it was. It belongs to another user or group, which only that user or root can keep: run this as its owner.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'It is as it was. Make room on its file system.';
    default:
      return 'It is as it was. Give yourself the right to write it and its folder.';
  }
}
