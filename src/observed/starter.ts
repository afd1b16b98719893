import { PROPERTIES, UNSET } from './unit-directives.js';

/** Whoever started a worker that sealfarm did not start, and what that means at the next boot. */
export type Starter =
  /** A unit of systemd that is not sealfarm's. */
  | {
      readonly kind: 'unit';
      readonly unit: string;
      readonly file?: string;
      readonly enabled: boolean;
      /** Where it is not enabled itself: the timer or other unit that brings it. */
      readonly by?: string;
      /** It keeps other processes, which its end would end too: a supervisor, or more than one worker. */
      readonly shared?: true;
      readonly within?: Within;
      /** Names of what it sets for its processes and a unit of sealfarm does not; absent where it sets nothing of that. */
      readonly directives?: readonly string[];
    }
  | Multiplexer
  /** It sees other processes, and mostly other files, than the host. */
  | { readonly kind: 'container' }
  | { readonly kind: 'cron' | 'rc.local'; readonly within?: Within; readonly again?: Again }
  /** A shell, with `nohup` or without. */
  | { readonly kind: 'shell'; readonly nohup: boolean; readonly again?: Again };

interface Multiplexer {
  readonly kind: 'tmux' | 'screen';
  readonly session?: string;
  readonly again?: Again;
}

/** A process, other than a unit's, that starts the worker again when it has ended. */
export interface Again {
  readonly pid: number;
  /** Its name; absent for a loop in a shell. */
  readonly supervisor?: string;
}

/** For persons: the multiplexer that it started, in which the worker runs, such as `tmux session 0`. */
type Within = string;

/** What /proc and systemd show of where a process comes from. */
export interface Origin {
  /** The nearest first. */
  readonly parents: readonly {
    readonly pid: number;
    readonly program: string;
    /** Its text starts lotus-worker in a loop. */
    readonly loops?: boolean;
  }[];
  /** What `systemctl show` says of the unit in its cgroup, by property. */
  readonly unit: ReadonlyMap<string, string>;
  /** By name, as /proc/PID/status has them. */
  readonly status: ReadonlyMap<string, string>;
  readonly variable: (name: string) => string | undefined;
}

/** Units in whose cgroup are also processes that others started there; those without a kind start none again at boot. */
const DOORS: ReadonlyMap<string, 'cron' | 'rc.local' | undefined> = new Map([
  ['cron.service', 'cron'],
  ['crond.service', 'cron'],
  ['rc-local.service', 'rc.local'],
  ...['ssh', 'sshd', 'dropbear', 'teleport', 'atd', 'salt-minion', 'amazon-ssm-agent'].map(
    (name) => [`${name}.service`, undefined] as const,
  ),
]);

/** Where it opens a session for each job, that is not in the cgroup of its unit. */
const CRON = /^(?:cron|CRON|crond|anacron)$/;

/** Of a session that a service holds: systemd's own for a user, a connection that ssh's socket took. */
const SESSION = /^(?:user|sshd?|dropbear)@/;

/** A container's cgroup, by whoever made it: it may see the processes of the host. */
const CONTAINER = /(?:^|[/:])(?:docker|(?:cri-)?containerd|libpod|kubepods|crio)(?:[-./:]|$)/m;

/** /proc has the first fifteen letters of a name. */
const CONTAINER_KEEPER = /^(?:containerd-shim|conmon)/;

/** A multiplexer that a unit, cron or rc.local started is started by it at the next boot again, with the worker in it. */
export function starterOf(pid: number, origin: Origin): Starter {
  if (isContained(origin)) return { kind: 'container' };
  const multiplexer = multiplexerOf(origin);
  const starter = unitOf(pid, origin);
  const within = multiplexer === undefined ? {} : { within: starterWords(multiplexer) };
  if (starter?.kind === 'unit')
    // Other windows may hold anything, and end with it.
    return multiplexer === undefined ? starter : { ...starter, shared: true, ...within };
  const again = againOf(origin);
  if (starter !== undefined) return { ...starter, ...within, ...again };
  const shell = { kind: 'shell', nohup: ignoresHangup(origin.status.get('SigIgn')) } as const;
  return { ...(multiplexer ?? shell), ...again };
}

/** Those that keep programs running, whoever started them themselves. /proc has the first fifteen letters of supervise-daemon. */
const SUPERVISOR = /^(?:supervisord|runsv|s6-supervise|supervise(?:-daemo)?|perpd|circusd|PM2 v.*)$/;

/** The nearest: whoever stands behind it starts that one. */
function againOf({ parents }: Origin): { readonly again?: Again } {
  const keeper = parents.find(({ program, loops }) => loops === true || SUPERVISOR.test(program));
  if (keeper === undefined) return {};
  const { pid, program, loops } = keeper;
  return { again: loops === true ? { pid } : { pid, supervisor: program } };
}

function multiplexerOf({ parents, variable }: Origin): Multiplexer | undefined {
  const program = parents.map((parent) => parent.program).find((name) => /^(tmux|screen|SCREEN)/.test(name));
  const [tmux, screen] = [variable('TMUX'), variable('STY')];
  if (program?.startsWith('tmux') === true || tmux !== undefined)
    return { kind: 'tmux', ...named(tmux?.split(',')[2]) };
  if (program !== undefined || screen !== undefined)
    return { kind: 'screen', ...named(screen?.replace(/^\d+\./, '')) };
  return undefined;
}

function isContained({ status, parents }: Origin): boolean {
  const [own, first] = ['Cgroup', 'CgroupOfInit'].map((name) => CONTAINER.test(status.get(name) ?? ''));
  return (
    (status.get('NSpid') ?? '').split(/\s+/).length > 1 ||
    // A host that is a container itself has all its processes in there.
    (own === true && first !== true) ||
    parents.some(({ program }) => CONTAINER_KEEPER.test(program))
  );
}

type AtBoot = Extract<Starter, { kind: 'unit' | 'cron' | 'rc.local' }>;

function unitOf(pid: number, { parents, unit }: Origin): AtBoot | undefined {
  const id = unit.get('Id') ?? '';
  const door = DOORS.get(id);
  if (door !== undefined) return { kind: door };
  // In the cgroup of a login or of a service of the user others start what they like.
  if (id === '' || DOORS.has(id) || SESSION.test(id))
    return parents.some(({ program }) => CRON.test(program)) ? { kind: 'cron' } : undefined;
  const main = Number(unit.get('MainPID'));
  const file = unit.get('FragmentPath') ?? '';
  const state = unit.get('UnitFileState') ?? '';
  const isKept = main === pid || (main > 0 && parents.some((parent) => parent.pid === main));
  // Of one that only left it there (oneshot, forking, a user's own) it is not known what else is in it or starts it.
  if (!isKept) {
    const enabled = !/^(?:disabled|masked|transient)/.test(state);
    return { kind: 'unit', unit: id, ...(file === '' ? {} : { file }), enabled, shared: true };
  }
  return {
    kind: 'unit',
    unit: id,
    ...(file === '' ? {} : { file }),
    enabled: state.startsWith('enabled') || state === 'generated',
    ...(isShared(pid, main, parents, Number(unit.get('OtherWorkers') ?? 0)) ? { shared: true } : {}),
    ...directivesOf(unit),
  };
}

function directivesOf(unit: Origin['unit']): { readonly directives?: readonly string[] } {
  const set = [...UNSET].filter(([name, unset]) => !unset.test(unit.get(name) ?? ''));
  return set.length === 0 ? {} : { directives: set.map(([name]) => PROPERTIES.get(name) ?? name) };
}

/** A script that is run by its own name has that. */
const SHELL = /^(?:sh|bash|dash|ash|zsh|ksh)$|\.sh$/;

/** A shell in front of the one worker keeps nothing else that matters. */
function isShared(pid: number, main: number, parents: Origin['parents'], others: number): boolean {
  const keeper = parents.find((parent) => parent.pid === main)?.program;
  return others > 0 || (main !== pid && keeper !== undefined && !SHELL.test(keeper));
}

function named(session: string | undefined): { readonly session?: string } {
  return session === undefined || session === '' ? {} : { session };
}

/** SIGHUP is signal 1: the lowest bit of a mask in hex. */
function ignoresHangup(mask = '0'): boolean {
  return Number.parseInt(mask.slice(-1), 16) % 2 === 1;
}

/** For persons: `a loop in a shell (process 7)`. */
export function againWords({ pid, supervisor = 'a loop in a shell' }: Again): string {
  return `${supervisor} (process ${pid})`;
}

/** For persons: `tmux session 0`, `the unit lotus-worker.service`. */
export function starterWords(starter: Starter): string {
  const again = 'again' in starter ? `, kept by ${againWords(starter.again)}` : '';
  return `${placeWords(starter)}${again}`;
}

function placeWords(starter: Starter): string {
  const within = 'within' in starter ? `, in ${starter.within}` : '';
  switch (starter.kind) {
    case 'unit':
      return `the unit ${starter.unit}${within}`;
    case 'tmux':
    case 'screen':
      return starter.session === undefined ? starter.kind : `${starter.kind} session ${starter.session}`;
    case 'container':
      return 'a container';
    case 'cron':
    case 'rc.local':
      return `${starter.kind}${within}`;
    case 'shell':
      return starter.nohup ? 'a shell with nohup' : 'a shell';
  }
}
