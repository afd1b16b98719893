import { parseFlags, Settings } from './go-flags.js';
import { chosenTasks, flagOf } from './task-choice.js';
import { DECLARABLE_TASKS, type TaskCode } from './task.js';

/** What `lotus-worker` takes before its command. Lotus: cmd/lotus-worker/main.go */
const GLOBAL = {
  // Two that are named anew still go by their old names too.
  texts: ['worker-repo', 'workerrepo', 'miner-repo', 'storagerepo', 'panic-reports'],
  booleans: ['version', 'v', 'enable-gpu-proving'],
};

/** What `lotus-worker run` takes. Lotus: cli/worker/worker.go */
const RUN = {
  texts: [
    'listen',
    'address',
    'name',
    'parallel-fetch-limit',
    'post-parallel-reads',
    'post-read-timeout',
    'timeout',
    'http-server-timeout',
    'external-pc2',
  ],
  booleans: ['no-local-storage', 'no-swap', 'no-default', ...DECLARABLE_TASKS.map(flagOf)],
};

/** The words of a `lotus-worker`, in order: its own flags, its command, the command's. */
export interface WorkerWords {
  readonly own: ReadonlyMap<string, string>;
  /** Undefined where there is none. */
  readonly command?: string;
  readonly rest: readonly string[];
}

/**
 * @param args without the name of the program
 * @throws Error for a flag that is not known
 */
export function workerWords(args: readonly string[]): WorkerWords {
  const at = args.findIndex((arg, index) => !arg.startsWith('-') && !isValueOf(args[index - 1]));
  const own = parseFlags(at < 0 ? args : args.slice(0, at), GLOBAL).flags;
  const [command, ...rest] = at < 0 ? [] : args.slice(at);
  return { own, rest, ...(command === undefined ? {} : { command }) };
}

/** Whether the word after this one is its value. */
function isValueOf(flag: string | undefined): boolean {
  return flag !== undefined && !flag.includes('=') && GLOBAL.texts.includes(flag.replace(/^--?/, ''));
}

/** @throws Error for a flag that is not known */
export function runSettings(
  rest: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  return new Settings(parseFlags(rest, RUN).flags, env);
}

/**
 * All that flags and variables of `lotus-worker run` decide, with Lotus's defaults worked in: two workers with the same
 * do the same, however they were told. Limits and resources are variables alone: `resourcesFromEnvironment`.
 */
export interface WorkerRun {
  /** Absent: `.lotusworker` in the home of its user. */
  readonly repo?: string;
  readonly minerRepo?: string;
  /** `IP:PORT`; 0.0.0.0 stands for the address from which the miner is reached. */
  readonly listen: string;
  /** Absent: the machine's. */
  readonly name?: string;
  readonly noLocalStorage: boolean;
  readonly noSwap: boolean;
  readonly gpuProving: boolean;
  readonly parallelFetchLimit: number;
  readonly postParallelReads: number;
  /** As Go writes durations. */
  readonly postReadTimeout: string;
  readonly timeout: string;
  readonly httpServerTimeout: string;
  readonly externalPc2?: string;
  /** Those it has on at its start, always-on ones included. */
  readonly tasks: readonly TaskCode[];
}

/**
 * What a worker was told by its command line and its environment; a flag counts before its variable.
 * Lotus: cmd/lotus-worker/main.go
 * @param args without the name of the program
 * @throws Error where Lotus would not start so
 */
export function readWorkerRun(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): WorkerRun {
  const { own, command, rest } = workerWords(args);
  if (command !== 'run') throw new Error(`it does not run a worker: ${command ?? 'no command'}`);
  const global = new Settings(own, env);
  const settings = runSettings(rest, env);
  return {
    ...optional('repo', either(global, ['worker-repo', 'LOTUS_WORKER_PATH'], ['workerrepo', 'WORKER_PATH'])),
    ...optional(
      'minerRepo',
      either(global, ['miner-repo', 'LOTUS_MINER_PATH'], ['storagerepo', 'LOTUS_STORAGE_PATH']),
    ),
    listen: settings.text('address') ?? settings.text('listen', 'LOTUS_WORKER_LISTEN') ?? '0.0.0.0:3456',
    ...optional('name', settings.text('name', 'LOTUS_WORKER_NAME')),
    noLocalStorage: settings.boolean('no-local-storage', 'LOTUS_WORKER_NO_LOCAL_STORAGE') ?? false,
    noSwap: settings.boolean('no-swap', 'LOTUS_WORKER_NO_SWAP') ?? false,
    gpuProving: global.boolean('enable-gpu-proving', 'LOTUS_WORKER_ENABLE_GPU_PROVING') ?? true,
    parallelFetchLimit: number(settings, 'parallel-fetch-limit', 'LOTUS_WORKER_PARALLEL_FETCH_LIMIT') ?? 5,
    postParallelReads: number(settings, 'post-parallel-reads', 'LOTUS_WORKER_POST_PARALLEL_READS') ?? 32,
    postReadTimeout: settings.text('post-read-timeout', 'LOTUS_WORKER_POST_READ_TIMEOUT') ?? '0s',
    timeout: settings.text('timeout', 'LOTUS_WORKER_TIMEOUT') ?? '30m',
    httpServerTimeout: settings.text('http-server-timeout') ?? '30s',
    ...optional('externalPc2', settings.text('external-pc2')),
    tasks: chosenTasks(settings),
  };
}

/** Under its name or the one it had before; a flag of either counts before both variables. */
function either(settings: Settings, now: [string, string], before: [string, string]): string | undefined {
  const flag = settings.text(now[0]) ?? settings.text(before[0]);
  return flag ?? settings.text(...now) ?? settings.text(...before);
}

function number(settings: Settings, flag: string, variable: string): number | undefined {
  const text = settings.text(flag, variable);
  if (text === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`could not parse "${text}" as int value for flag ${flag}`);
  return Number(text);
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}
