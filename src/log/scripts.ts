import type { WorkerLayout } from '../host/layout.js';
import { fileFollowScript, fileHistoryScript } from './file-scripts.js';
import { journalFollowScript, journalHistoryScript } from './journal-scripts.js';
import type { LogPosition, LogRange } from './log.js';

/** Prints what the log of a worker holds by now: at least what is asked for, the reader leaves out the rest. */
export function historyScript({ unit, logFile }: WorkerLayout, range: LogRange): string {
  return unit === undefined ? fileHistoryScript(logFile, range) : journalHistoryScript(unit.name, range);
}

/** Prints all that comes after a position, without end. */
export function followScript({ unit, logFile }: WorkerLayout, from: LogPosition): string {
  return unit === undefined ? fileFollowScript(logFile, from) : journalFollowScript(unit.name, from);
}
