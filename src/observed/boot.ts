import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { present } from '../farm/present.js';
import { decode } from './asking.js';
import { FOREIGN, type ObservedHost } from './observed.js';

/** What starts a lotus-worker at boot or later by itself, beside the units of sealfarm. */
export interface BootStarter {
  readonly kind: 'unit' | 'cron' | 'rc.local';
  readonly file: string;
  /** Absent where none of the file says it. */
  readonly line?: number;
  /** Of a unit its name. */
  readonly unit?: string;
  /** Of a unit that is not enabled itself: the timer or other unit that brings it. */
  readonly by?: string;
  /** Of cron: at times that it says, and not at boot. */
  readonly byClock?: true;
  /** Of a unit: it has no process at the moment, and systemd is about to start one. */
  readonly returns?: true;
}

const RC_LOCAL = '/etc/rc.local /etc/rc.d/rc.local';

/**
 * Tells where it stands: file and number of the line, never its text, which may hold a token. What starts a script that
 * starts a worker cannot be told. After UNIT_FUNCTIONS.
 */
export const BOOT_FUNCTION = `boots() {
  tables='/etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/*'
  scripts='/etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*'
  # One process for all: most say nothing of it. What is no file may be a pipe, which keeps whoever reads it.
  set --
  for file in $tables $scripts ${RC_LOCAL}; do [ ! -f "$file" ] || set -- "$@" "$file"; done
  naming=$(grep -ls lotus-worker "$@" </dev/null)
  for file in $tables; do
    boot_lines cron "$file" '^[[:space:]]*@reboot.*lotus-worker' -
    boot_lines cron "$file" '^[[:space:]]*[0-9*@][^r].*lotus-worker.* run' clock
  done
  for file in $scripts; do
    boot_lines cron "$file" '^[^#]*lotus-worker.* run' clock
  done
  for file in ${RC_LOCAL}; do boot_lines rc.local "$file" '^[^#]*lotus-worker' -; done
  for unit in $(worker_units); do
    ask_about "$unit" || continue
    case $(property ExecStart) in *lotus-worker*) boot_unit ;; esac
  done
}
boot_lines() {
  [ -f "$2" ] || return 0
  case $naming in *"$2"*) ;; *) return 0 ;; esac
  line=$(grep -n "$3" "$2" | sed -n '1s/:.*//p')
  [ -z "$line" ] || say boots "$1" "=$2" "$line" "$4"
}
boot_unit() {
  case $(property UnitFileState) in
    enabled* | generated) by= ;;
    *) by=$(brought_by); [ -n "$by" ] || return 0 ;;
  esac
  at=$(property FragmentPath) line= state=$(property SubState)
  # Of several files the last one counts.
  for file in $at $(property DropInPaths); do
    said=$(grep -ns '^ExecStart=.' "$file" | sed -n '1s/:.*//p')
    [ -z "$said" ] || { at=$file; line=$said; }
  done
  say boots unit "=$at" "\${line:--}" "\${state:--}" "=$unit" "=$by"
}
# A timer, a path or a target, where that is in force itself.
brought_by() {
  for other in $(property TriggeredBy) $(property WantedBy) $(property RequiredBy); do
    if systemctl --quiet is-active "$other" || systemctl --quiet is-enabled "$other" 2>/dev/null; then
      printf '%s\\n' "$other"
      return
    fi
  done
}`;

/** The words of a line that `boots` printed. */
export function parseBoot([kind, file = '-', line, state, ...names]: readonly string[]):
  BootStarter | undefined {
  if (kind !== 'unit' && kind !== 'cron' && kind !== 'rc.local') return undefined;
  const [unit, by] = names.map((name) => decode(name) || undefined);
  return {
    kind,
    file: decode(file),
    ...present({
      line: Number(line) || undefined,
      unit,
      by,
      byClock: state === 'clock' ? (true as const) : undefined,
      returns: state === 'auto-restart' ? (true as const) : undefined,
    }),
  };
}

/** Of a host with workers of ours; the unit of a worker that runs by it and comes again is said with that worker. */
export function bootStarters({ name, workers, boots = [] }: ObservedHost): readonly Diagnostic[] {
  if (workers.size === 0) return [];
  const told = new Set(
    [...workers.values()].flatMap(({ process }) => {
      const starter = process?.manager === FOREIGN ? process.told?.starter : undefined;
      const comes = starter?.kind === 'unit' && (starter.enabled || starter.by !== undefined);
      return comes ? [starter.unit] : [];
    }),
  );
  return boots
    .filter(({ unit }) => unit === undefined || !told.has(unit))
    .map((boot) => ({
      code: 'SF553',
      severity: 'warning',
      message: `${whereWords(boot)} starts a lotus-worker ${whenWords(boot)}: if it is one of the file, two will start it`,
      place: { kind: 'host', host: name },
      help: `If it is one of the file, ${insteadWords(boot)}.`,
    }));
}

function whereWords({ file, line }: BootStarter): string {
  return line === undefined ? file : `line ${line} of ${file}`;
}

function whenWords({ by, byClock }: BootStarter): string {
  if (by !== undefined) return `by ${by}`;
  return byClock === true ? 'at the times of cron' : 'at boot';
}

/** A unit of no installation is only kept from being started by a mask, unless what brings it is its own timer. */
export function insteadWords({ unit, by }: Pick<BootStarter, 'unit' | 'by'>): string {
  if (unit === undefined) return 'take that line out';
  if (by === undefined) return `\`systemctl disable ${unit}\` on the host`;
  if (/\.(?:timer|path|socket)$/.test(by)) return `\`systemctl disable --now ${by}\` on the host`;
  return `take ${unit} out of ${by} on the host, or \`systemctl mask ${unit}\` when it does not run`;
}
