import type { TaskCode } from '../lotus/task.js';

/**
 * What keeps a worker from taking one task more. `memory` is RAM, `virtual-memory` RAM and swap together; `path`:
 * none of its storage paths takes the task's files at all; `precommit1`: the PC1 it would feed takes no more.
 */
export type Binding =
  'limit' | 'memory' | 'virtual-memory' | 'threads' | 'gpus' | 'disk' | 'path' | 'precommit1';

/** What one task wants and what there is for it, in the unit of what binds: bytes, threads or GPUs. */
export interface Shortage {
  readonly needed: number;
  readonly available: number;
}

/** Why a task is not taken. */
export interface Refusal {
  readonly binds: Binding;
  /** Missing where there is nothing to count. */
  readonly needs?: Shortage;
}

/** From so many at once on a task counts as unlimited: no worker gets as many to do. */
export const MOST = 1000;

/** How many of a task run at once; `needs` is said where it is not even one. */
export type Count = { readonly count: 'unlimited' } | ({ readonly count: number } & Refusal);

export interface TaskCapacity {
  readonly code: TaskCode;
  /** On a worker that does nothing else. */
  readonly alone: Count;
  /** While every declared task has work waiting; missing for GET, which is always on and takes what is left. */
  readonly mixed?: Count;
}

/** What runs in the mix takes together, by what Lotus counts for it. */
export interface Taken {
  /** bytes of RAM: MinMemory of each task, and BaseMinMemory once for each kind that runs */
  readonly memory: number;
  /** bytes of RAM and swap: MaxMemory of each task, and BaseMinMemory once for each kind that runs */
  readonly virtualMemory: number;
  readonly threads: number;
  /** 0 for a worker that sees none: GPU tasks run on its CPUs. */
  readonly gpus: number;
}

export interface WorkerCapacity {
  readonly worker: string;
  /** The declared tasks along the pipeline; on a worker with long-term storage also GET. */
  readonly tasks: readonly TaskCapacity[];
  readonly taken: Taken;
}

export function counted(count: number, { binds, needs }: Refusal): Count {
  return { count, binds, ...(count > 0 || needs === undefined ? {} : { needs }) };
}
