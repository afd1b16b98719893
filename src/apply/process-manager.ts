import type { WorkerLayout } from '../host/layout.js';
import { BY_FILE } from '../host/pid-file.js';
import { shellQuote } from '../host/shell.js';
import type { ServiceManager } from './service-manager.js';
import { STOP_PROCESS } from './stop-process.js';

const ALIVE = `${BY_FILE}
alive() { by_file "$pidfile"; }`;

/**
 * Keeps workers without systemd: each in a session of its own, with a pid file that also holds the start time
 * and the boot.
 */
export const processManager: ServiceManager = {
  startScript: ({ envFile, pidFile, logFile }: WorkerLayout): string => `set -u
pidfile=${shellQuote(pidFile)} log=${shellQuote(logFile)} envfile=${shellQuote(envFile)}
${ALIVE}
if alive; then exit 0; fi
umask 077
mkdir -p "\${pidfile%/*}" "\${log%/*}" || exit 1
rm -f "$pidfile"
# A clean environment: the worker gets what its file says and nothing of this session.
env -i PATH="$PATH" HOME="\${HOME:-/}" setsid sh -c '${LAUNCH}' sealfarm-worker "$envfile" "$pidfile" </dev/null >>"$log" 2>&1 &
tries=0
# One that has ended meanwhile is found when the start is verified, as is one that ends a moment later.
until alive || [ "$tries" -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
exit 0
`,

  stopScript: ({ pidFile }: WorkerLayout): string => `set -u
pidfile=${shellQuote(pidFile)}
${BY_FILE}
${STOP_PROCESS}
# Read once: this may go on when its connection has broken, beside the next apply that starts the worker again.
if by_file "$pidfile"; then ticks=$start; stop_process; fi
by_file "$pidfile" || rm -f "$pidfile"
`,

  /** Nothing starts it but sealfarm. */
  forgetScript: (): string => ':\n',

  /** The one that stopped took its pid file along; one that is left names a process that has ended. */
  removeScript: ({ pidFile }: WorkerLayout): string => `set -u
pidfile=${shellQuote(pidFile)}
${ALIVE}
if alive; then echo "process $pid runs again" >&2; exit 1; fi
rm -f "$pidfile"
`,

  logScript: ({ logFile }: WorkerLayout): string =>
    `tail -n 20 ${shellQuote(logFile)} 2>/dev/null | tail -c 4000\n`,
};

/** Runs as the worker's own shell: \`exec\` keeps the process id that it writes down. Soft limit: Lotus wants 100,000 files. */
const LAUNCH = [
  'set -a',
  '. "$1"',
  'set +a',
  'ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -H -n)"',
  'stat=$(cat "/proc/$$/stat")',
  'pidfile=$2',
  'set -- ${stat##*) }',
  'echo "$$ ${20} $(cat /proc/sys/kernel/random/boot_id)" >"$pidfile.tmp"',
  // On a full disk it may be empty: nobody would know the worker again that runs with that.
  '[ -s "$pidfile.tmp" ] && mv -f "$pidfile.tmp" "$pidfile" || { rm -f "$pidfile.tmp"; exit 1; }',
  'umask 022',
  'user=${SEALFARM_USER:-}',
  'for own in "${TMPDIR:-/}" "${LOTUS_WORKER_PATH:-/}"; do',
  '  [ -d "$own" ] || install -d -m 700 ${user:+-o "$user"} "$own" || exit',
  'done',
  'set -- "$SEALFARM_BINARY" run',
  'if [ -n "${SEALFARM_CPUS:-}" ]; then set -- taskset -c "$SEALFARM_CPUS" "$@"; fi',
  'if [ -n "${SEALFARM_NUMA_NODES:-}" ]; then set -- numactl "--membind=$SEALFARM_NUMA_NODES" "$@"; fi',
  // setpriv keeps the process id, which su does not.
  'if [ -n "$user" ] && [ "$(id -u)" != "$(id -u "$user")" ]; then',
  '  eval "HOME=~$user"',
  '  set -- setpriv "--reuid=$(id -u "$user")" "--regid=$(id -g "$user")" --init-groups -- "$@"',
  'fi',
  'exec "$@"',
].join('\n');
