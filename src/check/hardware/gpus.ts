import type { Hardware, Worker } from '../../farm/farm.js';
import { workersOf } from '../../farm/rules/rule.js';
import { defaultResources } from '../../lotus/resources.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import type { TaskCode } from '../../lotus/task.js';
import type { Layout } from '../layout.js';
import type { Trouble } from './trouble.js';
import { counted, listed } from './words.js';
import { clashes, isLarge, knownWorkers, taskPlace } from './workers.js';

type Gpu = number | string;

/** The GPUs a worker sees, all of them where nothing chooses. CUDA stops at the first that is not there. */
function gpusOf({ gpus = 'all' }: Worker, hardware: Hardware | undefined): 'all' | readonly Gpu[] {
  if (gpus === 'none' || hardware?.gpus === 0) return [];
  if (gpus === 'all' || hardware === undefined) return gpus;
  const missing = gpus.findIndex((gpu) => isMissing(gpu, hardware));
  return missing === -1 ? gpus : gpus.slice(0, missing);
}

/** A UUID says nothing of how many there are. */
function isMissing(gpu: Gpu, hardware: Hardware): boolean {
  return typeof gpu === 'number' && gpu >= hardware.gpus;
}

export function seesNoGpu(worker: Worker, hardware: Hardware | undefined): boolean {
  return gpusOf(worker, hardware).length === 0;
}

interface GpuUser {
  readonly worker: Worker;
  readonly gpus: 'all' | readonly Gpu[];
  /** GPUs that its greediest task counts for; a fraction says that it shares one. */
  readonly most: number;
}

/** The workers of a host with tasks that use a GPU, and with a GPU to use. */
function gpuUsers(
  workers: readonly Worker[],
  hardware: Hardware | undefined,
  size: SectorSize,
): readonly GpuUser[] {
  return workers
    .filter(({ tasks }) => tasks.some((code) => defaultResources(code, size).GPUUtilization > 0))
    .map((worker) => ({ worker, gpus: gpusOf(worker, hardware), most: mostGpus(worker, size) }))
    .filter(({ gpus }) => gpus.length > 0);
}

function mostGpus({ tasks, resources }: Worker, size: SectorSize): number {
  const each = tasks.map(
    (code) => resources.get(code)?.GPUUtilization ?? defaultResources(code, size).GPUUtilization,
  );
  return Math.max(0, ...each);
}

/** Each worker counts its GPUs as if no other had them. */
export function* gpusAreGivenOnce({ farm, hardware }: Layout): Generator<Trouble> {
  for (const host of farm.hosts) {
    const users = gpuUsers(host.workers, hardware.get(host.name), farm.sectorSize);
    for (const { first, again, clash } of clashes(users, commonGpus)) {
      yield {
        code: 'SF258',
        severity: 'warning',
        at: [...again.worker.yaml, 'gpus'],
        who: again.worker.name,
        say: (name) =>
          `${name(first.worker.name)} and ${name(again.worker.name)} on ${name(host.name)} both have ${clash}, which Lotus counts for each of them`,
        help: 'Give each worker GPUs of its own, or the tasks to one worker; if they shall share, say so with a gpuUtilization of 0.5 under resources, and give them one `tmpDir` where its memory is too small for both.',
      };
    }
  }
}

function commonGpus(
  { gpus: one, most }: GpuUser,
  { gpus: other, most: alsoMost }: GpuUser,
): string | undefined {
  if (most + alsoMost <= 1) return undefined;
  if (one === 'all' && other === 'all') return 'every GPU';
  const common = one === 'all' ? other : one.filter((gpu) => other === 'all' || other.includes(gpu));
  if (common === 'all' || common.length === 0) return undefined;
  return `GPU ${listed(common.map(String))}`;
}

/** One lock file in the folder for temporary files, whichever GPUs a process has. */
export function* gpuLocksAreApart({ farm, hardware }: Layout): Generator<Trouble> {
  for (const host of farm.hosts) {
    const users = gpuUsers(host.workers, hardware.get(host.name), farm.sectorSize);
    for (const { first, again, clash } of clashes(users, needlessLock)) {
      yield {
        code: 'SF264',
        severity: 'warning',
        at: [...again.worker.yaml, 'tmpDir'],
        who: again.worker.name,
        say: (name) =>
          `${name(first.worker.name)} and ${name(again.worker.name)} on ${name(host.name)} have GPUs of their own, but one lock in ${clash}: one waits while the other proves`,
        help: 'Leave `tmpDir` out: then each worker has one of its own.',
      };
    }
  }
}

/** The folder of the lock that two workers share without sharing a GPU. */
function needlessLock(first: GpuUser, again: GpuUser): string | undefined {
  const gpus = [first.gpus, again.gpus].flat();
  // An index and a UUID may be the same GPU.
  if (gpus.includes('all') || new Set(gpus.map((gpu) => typeof gpu)).size > 1) return undefined;
  if (new Set(gpus).size < gpus.length) return undefined;
  const [one, other] = [first, again].map(({ worker }) => worker.tmpDir);
  return one === other ? one : undefined;
}

/** Tasks that take minutes on a GPU and hours on CPUs. */
const FOR_GPUS: readonly TaskCode[] = ['PC2', 'C2', 'PR2', 'WDP', 'RU'];

export function* gpuTasksHaveGpus({ farm, hardware }: Layout): Generator<Trouble> {
  if (!isLarge(farm.sectorSize)) return;
  for (const { host, worker } of workersOf(farm.hosts)) {
    const codes = worker.tasks.filter((code) => FOR_GPUS.includes(code));
    const [first] = codes;
    const none = worker.gpus === 'none';
    // Of GPUs that are named and not there is said elsewhere.
    if (first === undefined || typeof worker.gpus === 'object') continue;
    if (!none && hardware.get(host.name)?.gpus !== 0) continue;
    yield {
      code: 'SF259',
      severity: 'warning',
      at: none ? [...worker.yaml, 'gpus'] : taskPlace(worker, first),
      who: worker.name,
      say: (name) => {
        const why = none ? 'its `gpus` are none' : `${name(host.name)} has none`;
        return `${listed(codes)} on ${name(worker.name)} must do without a GPU: ${why}`;
      },
      help: 'Leave such tasks to a worker with a GPU, or correct `gpus` of the worker or the hardware.',
    };
  }
}

/** CUDA takes the GPUs of a list up to the first that is not there. */
export function* gpusExist(layout: Layout): Generator<Trouble> {
  for (const { host, worker, hardware } of knownWorkers(layout)) {
    if (typeof worker.gpus !== 'object') continue;
    const position = worker.gpus.findIndex((gpu) => isMissing(gpu, hardware));
    const gpu = worker.gpus[position];
    if (gpu === undefined) continue;
    yield {
      code: 'SF260',
      severity: 'error',
      at: [...worker.yaml, 'gpus', position],
      who: worker.name,
      say: (name) =>
        `${name(worker.name)} has GPU ${gpu}, and ${name(host.name)} has ${counted(hardware.gpus, 'GPU')}: ${name(worker.name)} sees ${position}`,
      help: 'Count GPUs from 0, as `nvidia-smi -L` does, or correct gpus of the hardware.',
    };
  }
}

const TURN_ON = ['FIL_PROOFS_USE_GPU_COLUMN_BUILDER', 'FIL_PROOFS_USE_GPU_TREE_BUILDER'];

/** A variable that says the opposite of `gpus`. */
export function* gpuVariablesAgree({ farm }: Layout): Generator<Trouble> {
  for (const { worker } of workersOf(farm.hosts)) {
    const { gpus, env } = worker;
    if (gpus === undefined) continue;
    for (const variable of gpus === 'none' ? TURN_ON.filter((one) => isOn(env.get(one))) : turnedOff(env)) {
      yield {
        code: 'SF269',
        severity: 'warning',
        at: [...worker.yaml, 'env', variable],
        who: worker.name,
        say: (name) =>
          gpus === 'none'
            ? `${variable} turns GPUs on for ${name(worker.name)}, whose \`gpus\` are none`
            : `${variable} turns off the GPUs that ${name(worker.name)} is given`,
        help: `Take ${variable} out of the env, or change gpus.`,
      };
    }
  }
}

function turnedOff(env: Worker['env']): readonly string[] {
  const noGpu = env.get('BELLMAN_NO_GPU');
  const proving = env.get('LOTUS_WORKER_ENABLE_GPU_PROVING');
  return [
    // Whatever it holds turns them off, but for a 0 in newer proofs.
    ...(noGpu === undefined || noGpu === '0' ? [] : ['BELLMAN_NO_GPU']),
    ...(proving === undefined || isOn(proving) ? [] : ['LOTUS_WORKER_ENABLE_GPU_PROVING']),
  ];
}

function isOn(value: string | undefined): boolean {
  return /^(?:1|t|true|yes|on)$/i.test(value ?? '');
}
