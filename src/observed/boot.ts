import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { decode } from './asking.js';
import { FOREIGN, type ObservedHost } from './observed.js';

/** What starts a lotus-worker at boot, beside the units of sealfarm. */
export interface BootStarter {
  readonly kind: 'unit' | 'cron' | 'rc.local';
  /** Of a unit the file that is enabled. */
  readonly file: string;
  readonly line: number;
  /** Of a unit: it has no process at the moment, and systemd is about to start one. */
  readonly returns?: true;
}

/**
 * Tells where it stands: file and number of the line, never its text, which may hold a token. What starts a script that
 * starts a worker cannot be told.
 */
export const BOOT_FUNCTION = `boots() {
  for file in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*; do
    boot_lines cron "$file" '^[[:space:]]*@reboot.*lotus-worker'
  done
  for file in /etc/rc.local /etc/rc.d/rc.local; do boot_lines rc.local "$file" '^[^#]*lotus-worker'; done
  for file in /etc/systemd/system/*.target.wants/*.service; do
    case $file in */sealfarm-worker@*) ;; *) boot_lines unit "$file" '^ExecStart=.*lotus-worker' ;; esac
  done
}
boot_lines() {
  [ -f "$2" ] && [ -r "$2" ] || return 0
  line=$(grep -n "$3" "$2" | sed -n '1s/:.*//p')
  [ -n "$line" ] || return 0
  state=-
  [ "$1" != unit ] || state=$(systemctl show -p SubState "\${2##*/}" 2>/dev/null)
  echo "boots $1 $(word "$2") $line \${state#SubState=}"
}`;

/** The words of a line that `boots` printed. */
export function parseBoot([kind, file = '-', line, state]: readonly string[]): BootStarter | undefined {
  if (kind !== 'unit' && kind !== 'cron' && kind !== 'rc.local') return undefined;
  const returns = state === 'auto-restart' ? { returns: true as const } : {};
  return { kind, file: decode(file), line: Number(line), ...returns };
}

export function unitOfFile(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Of a host with workers of ours; the unit of a worker that runs by it is said with that worker. */
export function bootStarters({ name, workers, boots = [] }: ObservedHost): readonly Diagnostic[] {
  if (workers.size === 0) return [];
  const told = new Set(
    [...workers.values()].flatMap(({ process }) =>
      process?.manager === FOREIGN && process.told?.starter.kind === 'unit'
        ? [process.told.starter.unit]
        : [],
    ),
  );
  return boots
    .filter(({ kind, file }) => kind !== 'unit' || !told.has(unitOfFile(file)))
    .map(({ kind, file, line }) => ({
      code: 'SF553',
      severity: 'warning',
      message: `line ${line} of ${file} starts a lotus-worker at boot: if it is one of the file, two will start it`,
      place: { kind: 'host', host: name },
      help:
        kind === 'unit'
          ? `If it is one of the file: \`systemctl disable ${unitOfFile(file)}\` on the host.`
          : 'If it is one of the file, take that line out.',
    }));
}
