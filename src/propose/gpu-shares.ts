import { defaultResources } from '../lotus/resources.js';
import type { TaskCode } from '../lotus/task.js';
import { memoryOfTheSystem, type Machine } from './machine.js';

/** What a machine shall do; how many of it is another question. */
export interface Does {
  readonly pc1: boolean;
  readonly pc2: boolean;
  readonly c2: boolean;
}

/** Memory and threads that tasks take at once, as Lotus counts. */
export interface Taken {
  /** bytes of RAM */
  readonly min: number;
  /** bytes of RAM and swap */
  readonly max: number;
  readonly threads: number;
}

export interface GpuShares {
  /** GPUs of the worker that also does PC1. */
  readonly main: readonly number[];
  /** A GPU each of further workers, which do C2 alone. */
  readonly c2: readonly number[];
  /** By all of PC2 and C2 that may run at once. */
  readonly taken: Taken;
}

const NOTHING: Taken = { min: 0, max: 0, threads: 0 };

/** Threads of a GPU task. Lotus: storiface/resources.go MaxParallelismGPU */
const GPU_THREADS = 6;

/** What so many of a task take together. */
function takenBy(code: TaskCode, count: number, { size }: Machine, threads: number): Taken {
  if (count === 0) return NOTHING;
  const { MinMemory, MaxMemory, BaseMinMemory } = defaultResources(code, size);
  return {
    min: count * MinMemory + BaseMinMemory,
    max: count * MaxMemory + BaseMinMemory,
    threads: count * threads,
  };
}

function together(...parts: readonly Taken[]): Taken {
  return {
    min: parts.reduce((sum, { min }) => sum + min, 0),
    max: parts.reduce((sum, { max }) => sum + max, 0),
    threads: parts.reduce((sum, { threads }) => sum + threads, 0),
  };
}

function either(one: Taken, other: Taken): Taken {
  return {
    min: Math.max(one.min, other.min),
    max: Math.max(one.max, other.max),
    threads: Math.max(one.threads, other.threads),
  };
}

/**
 * One C2 keeps every GPU that its process sees, so that with several GPUs C2 gets processes of its own, a GPU each, up to
 * half of them; as many as there is memory for. bellperson: src/gpu/locks.rs
 */
export function gpuShares(machine: Machine, does: Does): GpuShares {
  const { gpus } = machine;
  if (gpus.length === 0 || !(does.pc2 || does.c2)) return { main: [], c2: [], taken: onCpus(machine, does) };
  // Beside the miner the CPUs that are left are for one worker: two would be bound to the same ones.
  const several = does.c2 && gpus.length > 1 && machine.cpus === undefined;
  const most = !several ? 0 : does.pc2 ? Math.floor(gpus.length / 2) : gpus.length;
  for (let apart = most; apart > 0; apart--) {
    const taken = apartBy(machine, does, apart);
    if (!fits(machine, does, taken)) continue;
    const main = does.pc2 ? gpus.slice(0, gpus.length - apart) : [];
    return { main, c2: gpus.slice(gpus.length - apart), taken };
  }
  return { main: gpus, c2: [], taken: inOne(machine, does) };
}

function apartBy(machine: Machine, { pc2 }: Does, apart: number): Taken {
  const one = takenBy('C2', 1, machine, GPU_THREADS);
  const left = pc2 ? machine.gpus.length - apart : 0;
  return together(...Array.from({ length: apart }, () => one), takenBy('PC2', left, machine, GPU_THREADS));
}

/** A GPU does the one or the other. */
function inOne(machine: Machine, { pc2, c2 }: Does): Taken {
  const count = machine.gpus.length;
  const proofs = takenBy('C2', c2 ? 1 : 0, machine, GPU_THREADS);
  const trees = takenBy('PC2', pc2 ? count : 0, machine, GPU_THREADS);
  if (count === 1) return either(proofs, trees);
  return together(proofs, takenBy('PC2', pc2 ? count - (c2 ? 1 : 0) : 0, machine, GPU_THREADS));
}

/** One at a time takes what CPUs PC1 leaves: half of them at the least. */
function onCpus(machine: Machine, { pc1, pc2, c2 }: Does): Taken {
  if (!pc2 && !c2) return NOTHING;
  const threads = pc1 ? Math.ceil(machine.hardware.cpus / 2) : machine.hardware.cpus;
  return either(takenBy('C2', c2 ? 1 : 0, machine, threads), takenBy('PC2', pc2 ? 1 : 0, machine, threads));
}

/** With at least one PC1 beside them, where the machine does that. */
function fits(machine: Machine, { pc1 }: Does, taken: Taken): boolean {
  const { memory, swap, cpus } = machine.hardware;
  const rest = pc1 ? together(takenBy('PC1', 1, machine, 1), takenBy('AP', 1, machine, 1)) : NOTHING;
  const all = together(taken, rest);
  const system = memoryOfTheSystem(machine);
  return all.min <= memory - system && all.max <= memory + swap - system && all.threads <= cpus;
}
