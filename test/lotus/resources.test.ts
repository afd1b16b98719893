import { describe, expect, it } from 'vitest';
import { defaultResources, threadsOf } from '../../src/lotus/resources.js';
import type { SectorSize } from '../../src/lotus/sector-size.js';
import { SECTOR_SIZES } from '../../src/lotus/sector-size.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { TASKS } from '../../src/lotus/task.js';

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

type Row = readonly [
  code: TaskCode,
  size: SectorSize,
  min: number,
  max: number,
  base: number,
  threads: number,
  threadsWithGpu: number,
  gpu: number,
];

/** Read from lotus.md, not from the code. */
const TABLE: readonly Row[] = [
  ['AP', '32GiB', 4 * GiB, 4 * GiB, GiB, 1, 0, 0],
  ['AP', '64GiB', 8 * GiB, 8 * GiB, GiB, 1, 0, 0],
  ['DC', '64GiB', 4 * GiB, 4 * GiB, GiB, 1, 0, 0],
  ['DC', '2KiB', 4 * GiB, 4 * GiB, GiB, 1, 0, 0],
  ['PC1', '32GiB', 56 * GiB, 64 * GiB, 10 * MiB, 1, 0, 0],
  ['PC1', '64GiB', 112 * GiB, 128 * GiB, 10 * MiB, 1, 0, 0],
  ['UNS', '32GiB', 56 * GiB, 64 * GiB, 10 * MiB, 1, 0, 0],
  ['PC2', '32GiB', 15 * GiB, 15 * GiB, GiB, -1, 6, 1],
  ['PC2', '64GiB', 30 * GiB, 30 * GiB, GiB, -1, 6, 1],
  ['C1', '32GiB', GiB, GiB, GiB, 0, 0, 0],
  ['PR1', '64GiB', GiB, GiB, GiB, 0, 0, 0],
  ['C2', '32GiB', 30 * GiB, 150 * GiB, 32 * GiB, -1, 6, 1],
  ['C2', '64GiB', 60 * GiB, 190 * GiB, 64 * GiB, -1, 6, 1],
  ['PR2', '32GiB', 30 * GiB, 150 * GiB, 32 * GiB, -1, 6, 1],
  ['RU', '32GiB', 4 * GiB, 4 * GiB, GiB, 1, 6, 1],
  ['GSK', '64GiB', 8 * GiB, 8 * GiB, GiB, 1, 6, 1],
  ['GET', '32GiB', MiB, MiB, 0, 0, 0, 0],
  ['GET', '2KiB', MiB, MiB, 0, 0, 0, 0],
  ['WDP', '32GiB', 30 * GiB, 96 * GiB, 32 * GiB, -1, 6, 1],
  ['WDP', '64GiB', 60 * GiB, 120 * GiB, 64 * GiB, -1, 6, 1],
  ['WNP', '32GiB', GiB, GiB, 32 * GiB, -1, 6, 1],
  ['WNP', '64GiB', GiB, GiB, 64 * GiB, -1, 6, 1],
  ['FIN', '32GiB', 0, 0, 0, 0, 0, 0],
  ['DL', '64GiB', 0, 0, 0, 0, 0, 0],
  ['AP', '512MiB', GiB, GiB, GiB, 1, 0, 0],
  ['RU', '512MiB', GiB, GiB, GiB, 1, 0, 1],
  ['C1', '512MiB', GiB, GiB, GiB, 0, 0, 0],
  ['PC1', '512MiB', 768 * MiB, GiB, MiB, 1, 0, 0],
  ['PC2', '512MiB', GiB, 1536 * MiB, GiB, -1, 0, 0],
  ['C2', '512MiB', GiB, 1536 * MiB, 10 * GiB, 1, 0, 1],
  ['WDP', '512MiB', GiB, 1536 * MiB, 10 * GiB, 1, 0, 1],
  ['WNP', '512MiB', 2 * KiB, 2 * KiB, 10 * GiB, 1, 0, 1],
  ['AP', '8MiB', 8 * MiB, 8 * MiB, 8 * MiB, 1, 0, 0],
  ['PC2', '8MiB', 8 * MiB, 8 * MiB, 8 * MiB, -1, 0, 0],
  ['C2', '2KiB', 2 * KiB, 2 * KiB, 2 * KiB, 1, 0, 1],
  ['C1', '2KiB', 2 * KiB, 2 * KiB, 2 * KiB, 0, 0, 0],
  ['RU', '2KiB', 2 * KiB, 2 * KiB, 2 * KiB, 1, 0, 1],
  ['WNP', '8MiB', 8 * MiB, 8 * MiB, 8 * MiB, 1, 0, 1],
];

describe('defaultResources', () => {
  it.each(TABLE)('%s of %s', (code, size, min, max, base, threads, threadsWithGpu, gpu) => {
    expect(defaultResources(code, size)).toEqual({
      MinMemory: min,
      MaxMemory: max,
      BaseMinMemory: base,
      MaxParallelism: threads,
      MaxParallelismGPU: threadsWithGpu,
      GPUUtilization: gpu,
      MaxConcurrent: 0,
    });
  });

  it('limits no task', () => {
    const limits = (Object.keys(SECTOR_SIZES) as SectorSize[]).flatMap((size) =>
      TASKS.map((task) => defaultResources(task.code, size).MaxConcurrent),
    );
    expect(new Set(limits)).toEqual(new Set([0]));
  });
});

describe('threadsOf', () => {
  const pc2 = defaultResources('PC2', '32GiB');
  it.each([
    ['92 % of the CPUs, rounded down', 64, 0, 58],
    ['the GPU count where a GPU is', 64, 1, 6],
    ['all of them where 92 % is none', 1, 0, 1],
  ])('gives %s', (_, cpus, gpus, threads) => {
    expect(threadsOf(pc2, cpus, gpus)).toBe(threads);
  });

  it('keeps MaxParallelism where none is given for GPUs', () => {
    expect(threadsOf(defaultResources('PC1', '32GiB'), 64, 2)).toBe(1);
  });
});
