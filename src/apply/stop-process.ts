/** Seconds for a worker to end after SIGINT; Lotus only stops its HTTP server then, work is not waited for. */
const STOP_SECONDS = 25;

/**
 * Functions for a POSIX shell about the one process that pid and ticks, its start time, name: `alive`, and `stop_process`, which ends
 * the shell with 1 where it does not end. Whatever else is started meanwhile, in its place too, they do not touch.
 */
export const STOP_PROCESS = `alive() {
  stat=$(cat "/proc/$pid/stat" 2>/dev/null)
  set -- \${stat##*) }
  [ "\${1:-Z}" != Z ] && [ "\${20:-}" = "$ticks" ]
}
stop_by() {
  kill "-$1" "$pid" 2>/dev/null
  tries=0
  while alive && [ "$tries" -lt "$2" ]; do tries=$((tries + 1)); sleep 0.1; done
}
# Lotus handles SIGINT alone; the quiet worker loses nothing by the signals after it.
stop_process() {
  if alive; then stop_by INT ${STOP_SECONDS * 10}; fi
  if alive; then stop_by TERM 50; fi
  if alive; then echo "process $pid does not end" >&2; exit 1; fi
}`;
