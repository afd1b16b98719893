import { shellQuote } from '../host/shell.js';
import type { ForeignKeeper } from '../observed/keeper.js';
import { STOP_PROCESS } from './stop-process.js';

/**
 * Ends a quiet worker that somebody else started: by its unit, which would bring it back, else by the signal that Lotus
 * handles. The number alone may be another process's by now, and the unit may have started another one since.
 */
export function stopForeignScript({ pid, ticks, unit, shared, again }: ForeignKeeper): string {
  // Its unit would end others with it, and bring it back where it alone is ended.
  if (shared === true) return `echo ${shellQuote(`${unit ?? ''} keeps other processes, too`)} >&2; exit 1\n`;
  if (again !== undefined) return `echo ${shellQuote(`${again} would start it again`)} >&2; exit 1\n`;
  return `set -u
pid=${pid} ticks=${shellQuote(ticks)}
${STOP_PROCESS}
${unit === undefined ? '' : stopUnit(unit)}stop_process
`;
}

/** Only while the process that was seen is what the unit keeps, by itself or by one that started it. */
function stopUnit(unit: string): string {
  return `unit=${shellQuote(unit)}
alive || { echo "process $pid has ended since it was seen; $unit is not stopped" >&2; exit 1; }
main=$(systemctl show -p MainPID "$unit")
main=\${main#MainPID=} up=$pid
while [ "\${up:-0}" -gt 1 ] && [ "$up" != "$main" ]; do
  up=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$up/status" 2>/dev/null)
done
[ "\${up:-0}" -gt 1 ] || { echo "$unit does not keep process $pid any more; it is not stopped" >&2; exit 1; }
systemctl stop "$unit" || exit
`;
}
