import type { WorkerLayout } from '../host/layout.js';
import { fileFollowScript, fileHistoryScript } from './file-scripts.js';
import { journalFollowScript, journalHistoryScript } from './journal-scripts.js';
import type { LogPosition, LogRange } from './log.js';

/** Prints what the log of a worker holds by now: at least what is asked for, the reader leaves out the rest. */
export function historyScript({ serviceManager, unit, logFile }: WorkerLayout, range: LogRange): string {
  return serviceManager === 'process'
    ? fileHistoryScript(logFile, range)
    : journalHistoryScript(unit.name, range);
}

/** Prints all that comes after a position, without end. */
export function followScript({ serviceManager, unit, logFile }: WorkerLayout, from: LogPosition): string {
  return serviceManager === 'process'
    ? fileFollowScript(logFile, from)
    : journalFollowScript(unit.name, from);
}
