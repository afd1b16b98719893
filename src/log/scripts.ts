import type { ManagerName, WorkerLayout } from '../host/layout.js';
import { BY_FILE } from '../host/pid-file.js';
import { shellQuote } from '../host/shell.js';
import { fileFollowScript, fileHistoryScript } from './file-scripts.js';
import { journalFollowScript, journalHistoryScript } from './journal-scripts.js';
import type { LogPosition, LogRange } from './log.js';

/**
 * Prints what the log of a worker holds by now: at least what is asked for, the reader leaves out the rest. It is where
 * the worker runs; of one that does not run, where it would.
 */
export function historyScript(files: WorkerLayout, range: LogRange): string {
  const scripts = {
    process: fileHistoryScript(files.logFile, range),
    systemd: journalHistoryScript(files.unit.name, range),
  };
  const declared = files.serviceManager;
  const other: ManagerName = declared === 'process' ? 'systemd' : 'process';
  return `${BY_FILE}
by_process() { by_file ${shellQuote(files.pidFile)}; }
by_systemd() {
  # Neither has a unit between two tries ended.
  case $(systemctl show -p ActiveState ${shellQuote(files.unit.name)} 2>/dev/null) in
    '' | *=inactive | *=failed) return 1 ;;
  esac
}
if ! by_${declared} && by_${other}; then
${scripts[other]}exit
fi
${scripts[declared]}`;
}

/** Prints all that comes after a position, without end. */
export function followScript({ serviceManager, unit, logFile }: WorkerLayout, from: LogPosition): string {
  const isFile = from.kind === 'absent' ? serviceManager === 'process' : from.kind === 'file';
  return isFile ? fileFollowScript(logFile, from) : journalFollowScript(unit.name, from);
}
