import type { TaskResources } from './api.js';
import type { SectorSize } from './sector-size.js';
import { SECTOR_SIZES } from './sector-size.js';
import type { TaskCode } from './task.js';

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** `MaxParallelism` of a task that takes nearly all CPUs. */
const ALL_THREADS = -1;

const NOTHING = row([0, 0, 0], 0);
const FETCH = row([MiB, MiB, 0], 0);

/** The tasks with rows of their own; the others share one of them. */
type Row = 'AP' | 'PC1' | 'PC2' | 'C1' | 'C2' | 'RU' | 'WDP' | 'WNP';

const ROW_OF: Readonly<Partial<Record<TaskCode, Row>>> = {
  AP: 'AP', PC1: 'PC1', UNS: 'PC1', PC2: 'PC2', C1: 'C1', PR1: 'C1', C2: 'C2', PR2: 'C2',
  RU: 'RU', GSK: 'RU', WDP: 'WDP', WNP: 'WNP',
}; // prettier-ignore

/** MinMemory, MaxMemory, BaseMinMemory in bytes. */
type Memory = readonly [number, number, number];

function row(memory: Memory, threads: number, gpus = 0, threadsWithGpu = 0): TaskResources {
  const [MinMemory, MaxMemory, BaseMinMemory] = memory;
  return {
    MinMemory,
    MaxMemory,
    BaseMinMemory,
    GPUUtilization: gpus,
    MaxParallelism: threads,
    MaxParallelismGPU: threadsWithGpu,
    MaxConcurrent: 0,
  };
}

/** 8 MiB and 2 KiB exist for tests only: Lotus asks for one sector size of memory, whatever the task. */
function toyRows(size: number): Readonly<Record<Row, TaskResources>> {
  const memory: Memory = [size, size, size];
  return {
    AP: row(memory, 1),
    PC1: row(memory, 1),
    PC2: row(memory, ALL_THREADS),
    C1: row(memory, 0),
    C2: row(memory, 1, 1),
    RU: row(memory, 1, 1),
    WDP: row(memory, 1, 1),
    WNP: row(memory, 1, 1),
  };
}

/** 64 GiB sectors differ from 32 GiB ones in memory only. */
function largeRows(
  double: 1 | 2,
  proof: { readonly c2Max: number; readonly wdpMax: number },
): Readonly<Record<Row, TaskResources>> {
  const base = 32 * double * GiB;
  return {
    AP: row([4 * double * GiB, 4 * double * GiB, GiB], 1),
    PC1: row([56 * double * GiB, 64 * double * GiB, 10 * MiB], 1),
    PC2: row([15 * double * GiB, 15 * double * GiB, GiB], ALL_THREADS, 1, 6),
    C1: row([GiB, GiB, GiB], 0),
    C2: row([30 * double * GiB, proof.c2Max, base], ALL_THREADS, 1, 6),
    RU: row([4 * double * GiB, 4 * double * GiB, GiB], 1, 1, 6),
    WDP: row([30 * double * GiB, proof.wdpMax, base], ALL_THREADS, 1, 6),
    WNP: row([GiB, GiB, base], ALL_THREADS, 1, 6),
  };
}

const ROWS: Readonly<Record<SectorSize, Readonly<Record<Row, TaskResources>>>> = {
  '2KiB': toyRows(2 * KiB),
  '8MiB': toyRows(8 * MiB),
  '512MiB': {
    AP: row([GiB, GiB, GiB], 1),
    PC1: row([768 * MiB, GiB, MiB], 1),
    PC2: row([GiB, 1536 * MiB, GiB], ALL_THREADS),
    C1: row([GiB, GiB, GiB], 0),
    C2: row([GiB, 1536 * MiB, 10 * GiB], 1, 1),
    RU: row([GiB, GiB, GiB], 1, 1),
    WDP: row([GiB, 1536 * MiB, 10 * GiB], 1, 1),
    WNP: row([2 * KiB, 2 * KiB, 10 * GiB], 1, 1),
  },
  '32GiB': largeRows(1, { c2Max: 150 * GiB, wdpMax: 96 * GiB }),
  '64GiB': largeRows(2, { c2Max: 190 * GiB, wdpMax: 120 * GiB }),
};

/**
 * What one task of a sector of this size takes when no variable says otherwise.
 * Lotus: storage/sealer/storiface/resources.go ResourceTable
 */
export function defaultResources(code: TaskCode, size: SectorSize): TaskResources {
  if (code === 'GET') return FETCH;
  // DataCid knows no sector, so Lotus gives it the largest common row whatever the size.
  if (code === 'DC') return ROWS['32GiB'].AP;
  const name = ROW_OF[code];
  return name === undefined ? NOTHING : ROWS[size][name];
}

/**
 * Threads the task counts for on a worker with so many CPUs and GPUs. MaxParallelismGPU is for tasks that take a GPU.
 * Lotus: storage/sealer/storiface/resources.go Threads
 */
export function threadsOf(need: TaskResources, cpus: number, gpus: number): number {
  const onGpu = gpus > 0 && need.GPUUtilization > 0 && need.MaxParallelismGPU !== 0;
  const threads = onGpu ? need.MaxParallelismGPU : need.MaxParallelism;
  if (threads !== ALL_THREADS) return threads;
  const most = Math.floor((cpus * 92) / 100);
  return most === 0 ? cpus : most;
}

/** The seal proof under which a worker's resource table has this size. */
export function sealProofKey(size: SectorSize): string {
  return String(SECTOR_SIZES[size].sealProof);
}
