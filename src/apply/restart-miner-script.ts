import { shellQuote } from '../host/shell.js';
import { MINER_ON_DISK_FUNCTIONS } from '../observed/miner-on-disk.js';
import { RUNNING_MINER_FUNCTIONS } from '../observed/running-miner.js';
import type { RestartMiner } from '../plan/miner-action.js';
import { CHANGED_MEANWHILE } from './scripts.js';

/** Lines of shell that belong to a restart. */
export interface AroundRestart {
  /** Done right before; takes itself back with `undo` where it ends the script. */
  readonly first: string;
  /** Takes the first back where the restart fails. */
  readonly undo: string;
}

const NOTHING: AroundRestart = { first: '', undo: ':\n' };

/**
 * Restarts lotus-miner by whoever keeps it, where the process is still the one that was seen, and so is its program on disk. What
 * the program of the file leaves running must not hold this script up, so that its output goes to a file.
 */
export function restartMinerScript(
  { pid, by, program }: Pick<RestartMiner, 'pid' | 'by' | 'program'>,
  { first, undo }: AroundRestart = NOTHING,
): string {
  const isSeen = 'unit' in by ? isMainProcess(pid, by.unit) : isThere(pid);
  const isMeant = program === undefined ? '' : bringsUp(pid, program);
  const restart = 'unit' in by ? byUnit() : byCommand(by.command);
  return `set -u\nundo() {\n${undo}}\n${isSeen}${isMeant}${first}${restart}`;
}

function isMainProcess(pid: number, unit: string): string {
  return `unit=${shellQuote(unit)}
if [ "$(systemctl show -p MainPID "$unit")" != MainPID=${pid} ]; then
  echo "$unit has another main process than ${pid} by now" >&2
  exit 1
fi
`;
}

/** Hours may have gone by since the look, in which another one was installed. */
function bringsUp(pid: number, program: string): string {
  return `${RUNNING_MINER_FUNCTIONS}
${MINER_ON_DISK_FUNCTIONS}
args=$(words_of /proc/${pid}/cmdline) variables=$(words_of /proc/${pid}/environ)
meant=${shellQuote(program)}
if [ "$(file_there /proc/${pid})" != "$meant" ]; then
  echo 'its program on disk is another one by now' >&2
  exit ${CHANGED_MEANWHILE}
fi
`;
}

function byUnit(): string {
  return `systemctl restart "$unit" || { systemctl show -p Result,ExecMainStatus "$unit" | tr '\\n' ' ' >&2; undo; exit 1; }
`;
}

function isThere(pid: number): string {
  return `if [ ! -d /proc/${pid} ]; then echo "process ${pid} runs no more" >&2; exit 1; fi
`;
}

function byCommand(command: readonly string[]): string {
  return `said=$(mktemp) || exit 1
${command.map(shellQuote).join(' ')} </dev/null >"$said" 2>&1
status=$?
[ "$status" -eq 0 ] || { tail -n 1 "$said" >&2; undo; }
rm -f "$said"
# That one tells of something else.
[ "$status" -ne ${CHANGED_MEANWHILE} ] || status=1
exit "$status"
`;
}
