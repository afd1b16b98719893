/**
 * The text that goes to `sh -s` for a script. sh reads a compound command to its end before it does any of it: a
 * connection that breaks while the script is on its way leaves a syntax error on the host, not half the work.
 * Line numbers in sh's messages stay the script's own.
 */
export function shInput(script: string): string {
  return `{ :; ${script}\n}\n`;
}

/**
 * The same for a script that is ended from afar. Closing a channel ends no process that does not write, and nobody may
 * signal one that sudo runs: the script ends itself, all of its process group, when its standard input does. That also
 * happens where the connection breaks.
 */
export function streamInput(script: string): string {
  return `{ exec 3<&0; ${WATCH} & watcher=$!; ( :; ${script}
) </dev/null 3<&-; status=$?; kill "$watcher" 2>/dev/null; exit "$status"; }
`;
}

/** Holds none of the outputs, so that the channel is closed when the script is done. */
const WATCH = `( while read -r line; do :; done; trap '' TERM; kill -TERM 0; sleep 2; kill -KILL 0 ) <&3 3<&- >/dev/null 2>&1`;
