import type { TaskResources, WorkerResources } from './api.js';
import { threadsOf } from './resources.js';
import type { TaskCode } from './task.js';

/** One task that a worker has taken, with what it takes. */
export interface ActiveTask {
  readonly code: TaskCode;
  readonly need: TaskResources;
}

/** What the tasks on a worker take together. Lotus: storage/sealer/sched_resources.go ActiveResources */
export interface ActiveResources {
  /** bytes */
  readonly memUsedMin: number;
  /** bytes */
  readonly memUsedMax: number;
  readonly gpuUsed: number;
  /** threads */
  readonly cpuUse: number;
  readonly counts: ReadonlyMap<TaskCode, number>;
}

export const IDLE: ActiveResources = {
  memUsedMin: 0,
  memUsedMax: 0,
  gpuUsed: 0,
  cpuUse: 0,
  counts: new Map(),
};

/** What is too little for one task more. */
export type ScarceResource = 'max-concurrent' | 'memory' | 'virtual-memory' | 'threads' | 'gpus';

export type Admission =
  | { readonly admitted: true }
  | {
      readonly admitted: false;
      readonly scarce: ScarceResource;
      /** In the resource's own unit: tasks, bytes, bytes, threads, GPUs. */
      readonly needed: number;
      readonly available: number;
    };

/** What these tasks take together on this worker. */
export function activeResources(tasks: Iterable<ActiveTask>, worker: WorkerResources): ActiveResources {
  const counts = new Map<TaskCode, number>();
  const needs = new Map<TaskCode, TaskResources>();
  for (const { code, need } of tasks) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
    needs.set(code, need);
  }
  return countedResources(counts, needs, worker);
}

/** The same of so many tasks of each kind; the counts are kept as they are given. */
export function countedResources(
  counts: ReadonlyMap<TaskCode, number>,
  needs: ReadonlyMap<TaskCode, TaskResources>,
  worker: WorkerResources,
): ActiveResources {
  let [memUsedMin, memUsedMax, gpuUsed, cpuUse] = [0, 0, 0, 0];
  for (const [code, count] of counts) {
    const need = needs.get(code);
    if (need === undefined || count === 0) continue;
    memUsedMin += count * need.MinMemory;
    memUsedMax += count * need.MaxMemory;
    gpuUsed += count * need.GPUUtilization;
    cpuUse += count * threadsOf(need, worker.CPUs, gpusOf(worker));
  }
  return { memUsedMin, memUsedMax, gpuUsed, cpuUse, counts };
}

/** The resources taken after one task more. */
export function withTask(
  active: ActiveResources,
  { code, need }: ActiveTask,
  worker: WorkerResources,
): ActiveResources {
  return {
    memUsedMin: active.memUsedMin + need.MinMemory,
    memUsedMax: active.memUsedMax + need.MaxMemory,
    gpuUsed: active.gpuUsed + need.GPUUtilization,
    cpuUse: active.cpuUse + threadsOf(need, worker.CPUs, gpusOf(worker)),
    counts: new Map(active.counts).set(code, (active.counts.get(code) ?? 0) + 1),
  };
}

type Shortage = Extract<Admission, { admitted: false }>;
type Check = (task: ActiveTask, worker: WorkerResources, active: ActiveResources) => Shortage | undefined;

/** In the order in which Lotus looks; it names the first that is too little. */
const CHECKS: readonly Check[] = [
  ({ code, need }, _worker, { counts }) => {
    const count = counts.get(code) ?? 0;
    const isOver = need.MaxConcurrent > 0 && count >= need.MaxConcurrent;
    return isOver ? refused('max-concurrent', count + 1, need.MaxConcurrent) : undefined;
  },
  ({ need }, worker, { memUsedMin }) => {
    const [needed, free] = [need.MinMemory + need.BaseMinMemory, worker.MemPhysical - memUsedMin];
    return needed > free ? refused('memory', needed, free) : undefined;
  },
  ({ need }, worker, { memUsedMax }) => {
    // What is used already may be the tasks' own memory: Lotus takes the larger, not the sum.
    const used = Math.max(memUsedMax, worker.MemUsed + worker.MemSwapUsed);
    const needed = need.MaxMemory + need.BaseMinMemory;
    const free = worker.MemPhysical + worker.MemSwap - used;
    return needed > free ? refused('virtual-memory', needed, free) : undefined;
  },
  ({ need }, worker, { cpuUse }) => {
    const [needed, free] = [threadsOf(need, worker.CPUs, gpusOf(worker)), worker.CPUs - cpuUse];
    return needed > free ? refused('threads', needed, free) : undefined;
  },
  ({ need }, worker, { gpuUsed }) => {
    const gpus = gpusOf(worker);
    // Added up as in Lotus: 0.8 + 0.2 is 1, while 1 − 0.8 is less than 0.2.
    const isOver = gpus > 0 && need.GPUUtilization > 0 && gpuUsed + need.GPUUtilization > gpus;
    return isOver ? refused('gpus', need.GPUUtilization, gpus - gpuUsed) : undefined;
  },
];

/**
 * Whether Lotus starts this task on a worker which already does `active`, and if not, for want of what.
 * All kinds of task on a worker share its memory, threads and GPUs; only the limit counts per kind.
 * Lotus: storage/sealer/sched_resources.go CanHandleRequest
 */
export function admit(task: ActiveTask, worker: WorkerResources, active: ActiveResources): Admission {
  for (const check of CHECKS) {
    const shortage = check(task, worker, active);
    if (shortage !== undefined) return shortage;
  }
  return ADMITTED;
}

const ADMITTED: Admission = { admitted: true };

/** All that is too little for one task more. */
export function scarceResources(
  task: ActiveTask,
  worker: WorkerResources,
  active: ActiveResources,
): readonly ScarceResource[] {
  return CHECKS.flatMap((check) => check(task, worker, active)?.scarce ?? []);
}

/**
 * How many tasks of one kind an otherwise idle worker takes, and what stops the next.
 * A task that takes nothing is stopped by nothing: the count ends at `most`.
 */
export function admissibleCount(
  task: ActiveTask,
  worker: WorkerResources,
  most = 1000,
): { readonly count: number; readonly scarce?: ScarceResource } {
  let active = IDLE;
  for (let count = 0; count < most; count++) {
    const admission = admit(task, worker, active);
    if (!admission.admitted) return { count, scarce: admission.scarce };
    active = withTask(active, task, worker);
  }
  return { count: most };
}

/** The most used of CPUs, memory and GPUs, as a fraction. Lotus: sched_resources.go utilization */
export function utilization(worker: WorkerResources, active: ActiveResources): number {
  const memory = Math.max(active.memUsedMin, worker.MemUsed) / worker.MemPhysical;
  const virtual =
    Math.max(active.memUsedMax, worker.MemUsed + worker.MemSwapUsed) / (worker.MemPhysical + worker.MemSwap);
  const gpus = gpusOf(worker);
  return Math.max(active.cpuUse / worker.CPUs, memory, virtual, gpus > 0 ? active.gpuUsed / gpus : 0);
}

function gpusOf(worker: WorkerResources): number {
  return worker.GPUs?.length ?? 0;
}

function refused(scarce: ScarceResource, needed: number, available: number): Shortage {
  return { admitted: false, scarce, needed, available };
}
