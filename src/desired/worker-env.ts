import { formatSocketAddress } from '../farm/address.js';
import type { Farm, Worker } from '../farm/farm.js';
import type { EnvEntry } from '../host/env-file.js';
import type { TaskResources } from '../lotus/api.js';
import { resourceVariable } from '../lotus/resource-env.js';
import { DECLARABLE_TASKS, task, type TaskCode } from '../lotus/task.js';
import { Secret } from '../secret/secret.js';

/** The program to start; the service manager's launcher reads it from the same file as the rest. */
const BINARY_VARIABLE = 'SEALFARM_BINARY';

/** The CPUs it may run on; the launcher hands them to taskset. */
const CPUS_VARIABLE = 'SEALFARM_CPUS';

/** The memory nodes it may use; the launcher hands them to numactl. */
const NUMA_NODES_VARIABLE = 'SEALFARM_NUMA_NODES';

/** The RAM it may use, in bytes, which systemd limits: a running worker shows by it what it was started with. */
const MEMORY_VARIABLE = 'SEALFARM_MEMORY';

/** The user it runs as; the launcher hands it to setpriv. */
export const USER_VARIABLE = 'SEALFARM_USER';

/** Names what the file sets, so that a process shows which of its variables came from us. */
export const NAMES_VARIABLE = 'SEALFARM_VARIABLES';

/** The environment of one worker's process, sorted by name. Lotus: cmd/lotus-worker/main.go */
export function workerEnv(
  farm: Farm,
  worker: Worker,
  token: Secret,
  tasks: readonly TaskCode[],
): readonly EnvEntry[] {
  const entries = new Map<string, string | Secret>([
    ...worker.env,
    [BINARY_VARIABLE, worker.binary],
    ...apiEntries(farm, token),
    ['LOTUS_WORKER_PATH', worker.repo],
    ['LOTUS_WORKER_NAME', worker.name],
    ['LOTUS_WORKER_LISTEN', formatSocketAddress(worker.listen)],
    // Without it Lotus adds a path of its own that leaks sectors out of every group.
    ['LOTUS_WORKER_NO_LOCAL_STORAGE', 'true'],
    ...taskEntries(tasks),
    ...limitEntries(farm, worker),
    ...resourceEntries(farm, worker),
    ['TMPDIR', worker.tmpDir],
    ...unitEntries(worker),
    ...proofsEntries(worker),
    ...gpuEntries(worker),
    ...transferEntries(worker),
  ]);
  const names = [...entries.keys()].filter((name) => !TASK_VARIABLES.has(name)).sort();
  entries.set(NAMES_VARIABLE, names.join(','));
  return [...entries].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Variables that hold the token, the same for all workers of a farm. */
export const API_VARIABLES: readonly string[] = ['MINER_API_INFO', 'MARKETS_API_INFO'];

function apiEntries({ miner: { api, marketsApi } }: Farm, token: Secret): [string, Secret][] {
  return [api, marketsApi].flatMap((address, index): [string, Secret][] => {
    const name = API_VARIABLES[index];
    if (address === undefined || name === undefined) return [];
    return [[name, new Secret(`${token.reveal()}:${address}`)]];
  });
}

/** Where it listens, as its environment says it. */
export function listenText({ listen }: Pick<Worker, 'listen'>): string {
  return formatSocketAddress(listen);
}

/** Variables that only choose tasks: Lotus can switch those while the worker runs. */
export const TASK_VARIABLES: ReadonlySet<string> = new Set([
  'LOTUS_WORKER_NO_DEFAULT',
  ...DECLARABLE_TASKS.flatMap(({ variable }) => (variable === undefined ? [] : [variable])),
]);

/** DataCid has no variable: it follows AddPiece, and only where the defaults are not all off. */
function taskEntries(tasks: readonly TaskCode[]): [string, string][] {
  if (!tasks.includes('DC')) {
    const chosen = tasks.flatMap((code) => task(code).variable ?? []);
    return [['LOTUS_WORKER_NO_DEFAULT', 'true'], ...chosen.map((name): [string, string] => [name, 'true'])];
  }
  return DECLARABLE_TASKS.filter(({ kind }) => kind === 'sealing').flatMap(
    ({ code, variable }): [string, string][] =>
      variable === undefined ? [] : [[variable, String(tasks.includes(code))]],
  );
}

/** The tasks that a worker with these variables has on at its start. Lotus: cmd/lotus-worker/main.go */
export function tasksOf(environ: ReadonlyMap<string, string>): readonly TaskCode[] {
  const byDefault = environ.get('LOTUS_WORKER_NO_DEFAULT') !== 'true';
  const isOn = (variable: string, usual: boolean): boolean =>
    (environ.get(variable) ?? String(usual)) === 'true';
  const posts = DECLARABLE_TASKS.filter(
    ({ kind, variable = '' }) => kind !== 'sealing' && isOn(variable, false),
  );
  const sealing = DECLARABLE_TASKS.filter(({ code, kind, variable, onByDefault }) => {
    if (kind !== 'sealing') return false;
    if (code === 'DC') return byDefault && isOn('LOTUS_WORKER_ADDPIECE', true);
    return variable !== undefined && isOn(variable, byDefault && onByDefault);
  });
  return (posts.length > 0 ? posts : sealing).map(({ code }) => code);
}

/** The same environment of a worker that shall take nothing at its start; `environ` is all that its file says. */
export function withoutTasks(environ: ReadonlyMap<string, string>): readonly EnvEntry[] {
  return withTasks(environ, []);
}

/** The same environment with these tasks on at its start; `environ` is all that its file says. */
export function withTasks(
  environ: ReadonlyMap<string, string>,
  tasks: readonly TaskCode[],
): readonly EnvEntry[] {
  const lasting = [...environ].filter(([name]) => !TASK_VARIABLES.has(name));
  return [...lasting, ...taskEntries(tasks)]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function limitEntries(farm: Farm, worker: Worker): [string, string][] {
  return [...worker.limits].map(([code, most]) => [
    resourceVariable(code, farm.sectorSize, 'MaxConcurrent'),
    String(most),
  ]);
}

function resourceEntries(farm: Farm, worker: Worker): [string, string][] {
  return [...worker.resources].flatMap(([code, values]) =>
    Object.entries(values).map(([field, value]): [string, string] => [
      resourceVariable(code, farm.sectorSize, field as keyof TaskResources),
      String(value),
    ]),
  );
}

/** What the service manager sees to. */
function unitEntries({ cpus, numaNodes, memory, user }: Worker): [string, string][] {
  const entries: [string, string | undefined][] = [
    [CPUS_VARIABLE, cpus],
    [NUMA_NODES_VARIABLE, numaNodes?.join(',')],
    [MEMORY_VARIABLE, memory?.toString()],
    [USER_VARIABLE, user],
  ];
  return entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

function proofsEntries(worker: Worker): [string, string][] {
  const entries: [string, string][] = [];
  if (worker.parameterCache !== undefined)
    entries.push(['FIL_PROOFS_PARAMETER_CACHE', worker.parameterCache]);
  if (worker.parentCache !== undefined) entries.push(['FIL_PROOFS_PARENT_CACHE', worker.parentCache]);
  if (worker.multicoreSdr !== undefined) {
    entries.push(['FIL_PROOFS_USE_MULTICORE_SDR', '1']);
    entries.push(['FIL_PROOFS_MULTICORE_SDR_PRODUCERS', String(worker.multicoreSdr.producers)]);
  }
  return entries;
}

const ON_GPU: [string, string][] = [
  ['FIL_PROOFS_USE_GPU_COLUMN_BUILDER', '1'],
  ['FIL_PROOFS_USE_GPU_TREE_BUILDER', '1'],
];

/** A bare process obeys CUDA_VISIBLE_DEVICES, a container NVIDIA_VISIBLE_DEVICES: both say the same. */
function gpuEntries({ gpus }: Worker): [string, string][] {
  if (gpus === undefined) return [];
  if (gpus === 'all') return ON_GPU;
  if (gpus === 'none') {
    return [
      ['BELLMAN_NO_GPU', '1'],
      ['LOTUS_WORKER_ENABLE_GPU_PROVING', 'false'],
      ['CUDA_VISIBLE_DEVICES', '-1'],
      ['NVIDIA_VISIBLE_DEVICES', 'none'],
    ];
  }
  const list = gpus.join(',');
  return [...ON_GPU, ['CUDA_VISIBLE_DEVICES', list], ['NVIDIA_VISIBLE_DEVICES', list]];
}

function transferEntries(worker: Worker): [string, string][] {
  const entries: [string, string][] = [];
  if (worker.noSwap) entries.push(['LOTUS_WORKER_NO_SWAP', 'true']);
  if (worker.parallelFetchLimit !== undefined) {
    entries.push(['LOTUS_WORKER_PARALLEL_FETCH_LIMIT', String(worker.parallelFetchLimit)]);
  }
  return entries;
}
