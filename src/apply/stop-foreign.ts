import { shellQuote } from '../host/shell.js';
import type { ForeignKeeper } from '../observed/keeper.js';

/** Seconds for a worker to end after SIGINT; Lotus only stops its HTTP server then, work is not waited for. */
const STOP_SECONDS = 25;

/**
 * Ends a quiet worker that somebody else started: by its unit, which would bring it back, else by the signal that Lotus
 * handles. The number alone may be another process's by now, and the unit may have started another one since.
 */
export function stopForeignScript({ pid, ticks, unit, shared }: ForeignKeeper): string {
  // Its unit would end others with it, and bring it back where it alone is ended.
  if (shared === true) return `echo ${shellQuote(`${unit ?? ''} keeps other processes, too`)} >&2; exit 1\n`;
  return `set -u
pid=${pid} ticks=${shellQuote(ticks)}
alive() {
  stat=$(cat "/proc/$pid/stat" 2>/dev/null)
  set -- \${stat##*) }
  [ "\${1:-Z}" != Z ] && [ "\${20:-}" = "$ticks" ]
}
stop_by() {
  kill "-$1" "$pid" 2>/dev/null
  tries=0
  while alive && [ "$tries" -lt "$2" ]; do tries=$((tries + 1)); sleep 0.1; done
}
${unit === undefined ? '' : stopUnit(unit)}if alive; then stop_by INT ${STOP_SECONDS * 10}; fi
if alive; then stop_by TERM 50; fi
if alive; then echo "process $pid does not end" >&2; exit 1; fi
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
