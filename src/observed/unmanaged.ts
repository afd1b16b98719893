import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { Secret } from '../secret/secret.js';
import { decode } from './asking.js';
import { FOREIGN, type ObservedHost, type ObservedWorker, type ReplacedProgram } from './observed.js';
import { starterOf, type Origin, type Starter } from './starter.js';

/** A worker that somebody else keeps, as far as the SSH user may see it. */
export interface UnmanagedWorker {
  readonly pid: number;
  readonly uid: number;
  readonly repo?: string;
  readonly port?: number;
  /** Names alone: any of them may be secret. */
  readonly variables: readonly string[];
  /** Absent where the SSH user may not read it. */
  readonly told?: Told;
  /** Only where the declared program is not the one that runs. */
  readonly replaced?: ReplacedProgram;
}

/** What a process was started with, and where. */
export interface Told {
  /** Without the program and the script that it interprets. They may hold anything: only flags that are known are shown. */
  readonly args: readonly string[];
  /** Absolute path or name of the program. */
  readonly program: string;
  readonly environ: ReadonlyMap<string, Secret>;
  /** Absolute */
  readonly cwd: string;
  readonly user: string;
  /** The machine's name, which is the worker's where it was told none. */
  readonly hostname: string;
  /** CPUs it may run on: `0-31,64`. */
  readonly cpus?: string;
  /** CPUs that the SSH user has there: a process has them all, unless somebody said otherwise. */
  readonly allCpus?: string;
  /** bytes of RAM of its machine */
  readonly ram?: number;
  /** How many files it may have open. */
  readonly files?: number;
  readonly starter: Starter;
  /** Seconds since 1970. */
  readonly since: number;
  /** The kernel's: with the pid they tell it from every other process. */
  readonly ticks: string;
}

/** The words of a line that `strangers` printed. */
export function parseUnmanaged([
  pid,
  uid,
  repo = '-',
  listens = '-',
  names = '-',
]: readonly string[]): UnmanagedWorker {
  // A multiaddr of its own, or what it was told to listen on.
  const [, ofMultiaddr, ofAddress] = /\/tcp\/(\d+)|:(\d+)$/.exec(decode(listens).trim()) ?? [];
  const port = Number(ofMultiaddr ?? ofAddress);
  const found = decode(repo);
  return {
    pid: Number(pid),
    uid: Number(uid),
    ...(found === '' ? {} : { repo: found }),
    ...(port > 0 ? { port } : {}),
    variables: [...new Set(decode(names).split('\n'))].filter((name) => name !== '').sort(),
  };
}

/** The words of a line that `told` printed, of the process of the line before. */
export function parseTold(pid: number, words: readonly string[]): Told {
  const [cmdline = '', environ = '', cwd = '', user = '', hostname = '', parents = '', ...last] = words
    .slice(0, 9)
    .map(decode);
  const [status = '', files = '', unit = ''] = last;
  const [since, ticks = '0', all = '-', kibibytes] = words.slice(9);
  const [program = '', ...rest] = cmdline.replace(/\0$/, '').split('\0');
  // An interpreter has its script in front of them.
  const args = rest.slice(rest.findIndex((word) => word.startsWith('-') || word === 'run'));
  const seen = fields(status, ':');
  const env = parseEnviron(environ);
  const cpus = seen.get('Cpus_allowed_list');
  const limit = Number(files);
  const ram = Number(kibibytes) * 1024;
  return {
    program,
    args,
    environ: env,
    cwd,
    user,
    hostname,
    since: Number(since) || 0,
    ticks,
    ...(cpus === undefined ? {} : { cpus }),
    ...(all === '-' ? {} : { allCpus: decode(all) }),
    ...(ram > 0 ? { ram } : {}),
    ...(limit > 0 ? { files: limit } : {}),
    starter: starterOf(pid, {
      parents: parseParents(parents),
      unit: fields(unit, '='),
      status: seen,
      variable: (name) => env.get(name)?.reveal(),
    }),
  };
}

/** Lines of a number and a program, and `loop` with the number of one of them. */
function parseParents(text: string): Origin['parents'] {
  const lines = text.split('\n').map((line) => {
    const at = line.indexOf(' ');
    return { first: line.slice(0, at), rest: line.slice(at + 1) };
  });
  const loops = new Set(lines.filter(({ first }) => first === 'loop').map(({ rest }) => Number(rest)));
  return lines
    .filter(({ first }) => first !== 'loop')
    .map(({ first, rest }) => {
      const parent = { pid: Number(first), program: rest };
      return loops.has(parent.pid) ? { ...parent, loops: true } : parent;
    });
}

/** The text of /proc/PID/environ, by name. */
export function parseEnviron(text: string): ReadonlyMap<string, Secret> {
  const entries = text
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry): [string, Secret] => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), new Secret(entry.slice(at + 1))];
    });
  return new Map(entries);
}

/** In the open. */
export function environmentOf(environ: Told['environ']): Readonly<Record<string, string>> {
  return Object.fromEntries([...environ].map(([name, value]) => [name, value.reveal()]));
}

/** Lines of a name and a value. */
function fields(text: string, between: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').map((line): [string, string] => {
      const at = line.indexOf(between);
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
}

/** Of those that hold the repo of a declared worker, that worker's own finding says more. */
export function strangeWorkers(
  { name, workers, unmanaged = [] }: Pick<ObservedHost, 'name' | 'workers' | 'unmanaged'>,
  declared: readonly { readonly name: string; readonly repo: string }[],
): readonly Diagnostic[] {
  const held = declared.filter(({ name: worker }) => isStrangers(workers.get(worker)));
  return unmanaged
    .filter(({ repo }) => !held.some((worker) => worker.repo === repo))
    .map((found) => unmanagedWorker(name, found));
}

function isStrangers(worker: ObservedWorker | undefined): boolean {
  return worker?.startedElsewhere === true || worker?.process?.manager === FOREIGN;
}

/** They take of a machine what capacity and checks count as free. */
function unmanagedWorker(host: string, { pid, repo, port }: UnmanagedWorker): Diagnostic {
  const where = [
    `process ${pid}`,
    ...(repo === undefined ? [] : [`repo ${repo}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
  ];
  return {
    code: 'SF545',
    severity: 'warning',
    message: `a lotus-worker runs that sealfarm did not start: ${where.join(', ')}`,
    place: { kind: 'host', host },
    help: 'Declare it with its repo, drain it where it is kept and let apply start it, or take it away from this machine.',
  };
}
