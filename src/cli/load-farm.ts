import { stat } from 'node:fs/promises';
import { checkFarm } from '../check/check-layout.js';
import { MAX_BYTES } from '../config/config-file.js';
import { hasErrors, type Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { readFarm, type FarmCheck, type FarmReading } from '../farm/read-farm.js';
import type { Farm } from '../farm/farm.js';
import { readText, whyUnreadable } from './read-text.js';
import type { Terminal } from './terminal.js';

/** Reads the file, says what is wrong with it, and gives the farm if nothing is. A layout that cannot work is let be. */
export function loadFarm(file: string, terminal: Terminal): Promise<Farm | undefined> {
  return load(file, terminal, () => []);
}

/** The same, and what the layout gets wrong with Lotus is said too: for what would bring it to the hosts. */
export function loadCheckedFarm(file: string, terminal: Terminal): Promise<Farm | undefined> {
  return load(file, terminal, checkFarm);
}

async function load(file: string, terminal: Terminal, check: FarmCheck): Promise<Farm | undefined> {
  const { farm, diagnostics } = await readFarmFile(file, check);
  terminal.diagnostics(terminal.json && !hasErrors(diagnostics) ? [] : diagnostics);
  return hasErrors(diagnostics) ? undefined : farm;
}

/** Never throws. @param check what else there is to say of a farm that is right in itself */
export async function readFarmFile(file: string, check: FarmCheck): Promise<FarmReading> {
  return (await openFarmFile(file))(check);
}

/** A file that was read, to be checked as often as wanted. */
export type FarmFile = (check: FarmCheck) => FarmReading;

/** Reads the text once: meanwhile the file may change, and a pipe is empty. Never throws. */
export async function openFarmFile(file: string): Promise<FarmFile> {
  const text = await readFileText(file);
  if (!text.ok) return () => ({ diagnostics: [text.diagnostic] });
  return (check) => readFarm(text.value, file, check);
}

/** Never throws: SF100 or SF101 where it cannot be read, or is far too large. */
export async function readFileText(file: string): Promise<Result<string>> {
  try {
    const { size } = await stat(file);
    // A file that is far too large is not read at all; the reader says so for one just above.
    return size > MOST_BYTES ? failure(tooLarge(file, size)) : success(await readText(file, MOST_BYTES));
  } catch (error) {
    return failure(unreadable(file, error));
  }
}

const MOST_BYTES = 2 * MAX_BYTES;

function tooLarge(file: string, size: number): Diagnostic {
  return {
    code: 'SF101',
    severity: 'error',
    message: `the file has ${Math.round(size / 2 ** 20)} MiB; at most ${MAX_BYTES / 2 ** 20} MiB are read`,
    place: { kind: 'file', file },
    help: 'Check that this is the right file. A farm of 1,000 hosts takes well below 1 MiB.',
  };
}

function unreadable(file: string, error: unknown): Diagnostic {
  return {
    code: 'SF100',
    severity: 'error',
    message: `${file} cannot be read: ${whyUnreadable(error)}`,
    place: { kind: 'file', file },
    help: 'Name the file with --config FILE, or make a first one with `sealfarm init`.',
  };
}
