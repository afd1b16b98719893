import { describe, expect, it } from 'vitest';
import type { TaskResources } from '../../src/lotus/api.js';
import {
  readResourceVariable,
  resourcesFromEnvironment,
  resourceVariable,
} from '../../src/lotus/resource-env.js';
import type { SectorSize } from '../../src/lotus/sector-size.js';
import type { TaskCode } from '../../src/lotus/task.js';

describe('resourcesFromEnvironment', () => {
  it.each<[string, Record<string, string>, string, string, Partial<TaskResources>]>([
    [
      'a limit for one size',
      { PC1_32G_MAX_CONCURRENT: '4' },
      'seal/v0/precommit/1',
      '8',
      { MaxConcurrent: 4 },
    ],
    ['not for another', { PC1_32G_MAX_CONCURRENT: '4' }, 'seal/v0/precommit/1', '9', { MaxConcurrent: 0 }],
    ['a limit for all sizes', { C2_MAX_CONCURRENT: '1' }, 'seal/v0/commit/2', '9', { MaxConcurrent: 1 }],
    [
      'the size first',
      { GET_MAX_CONCURRENT: '1', GET_64G_MAX_CONCURRENT: '2' },
      'seal/v0/fetch',
      '9',
      { MaxConcurrent: 2 },
    ],
    ['no number as none', { PC1_MAX_CONCURRENT: '4x' }, 'seal/v0/precommit/1', '8', { MaxConcurrent: 0 }],
    ['units as nothing', { PC1_32G_MAX_MEMORY: '64GiB' }, 'seal/v0/precommit/1', '8', { MaxMemory: 0 }],
    ['bytes', { PC1_32G_MIN_MEMORY: '1024' }, 'seal/v0/precommit/1', '8', { MinMemory: 1024 }],
    [
      'a part of a GPU',
      { PC2_32G_GPU_UTILIZATION: '0.5' },
      'seal/v0/precommit/2',
      '8',
      { GPUUtilization: 0.5 },
    ],
    ['all threads', { C2_32G_MAX_PARALLELISM_GPU: '-1' }, 'seal/v0/commit/2', '8', { MaxParallelismGPU: -1 }],
    [
      "the guide's PRU2 not",
      { PRU2_32G_MAX_CONCURRENT: '1' },
      'seal/v0/provereplicaupdate/2',
      '8',
      { MaxConcurrent: 0 },
    ],
    ['DC without a size', { DC_MAX_CONCURRENT: '3' }, 'seal/v0/datacid', '8', { MaxConcurrent: 3 }],
    [
      'multicore SDR',
      { FIL_PROOFS_USE_MULTICORE_SDR: '1' },
      'seal/v0/precommit/1',
      '8',
      { MaxParallelism: 4 },
    ],
    [
      'its producers',
      { FIL_PROOFS_USE_MULTICORE_SDR: '1', FIL_PROOFS_MULTICORE_SDR_PRODUCERS: '1' },
      'seal/v0/unseal',
      '8',
      { MaxParallelism: 2 },
    ],
  ])('reads %s', (_, env, task, proof, expected) => {
    expect(resourcesFromEnvironment(env)[task]?.[proof]).toMatchObject(expected);
  });
});

describe('readResourceVariable', () => {
  it.each<[string, string, ReturnType<typeof readResourceVariable>]>([
    [
      'PC1_32G_MAX_CONCURRENT',
      '4',
      { kind: 'read', code: 'PC1', size: '32GiB', field: 'MaxConcurrent', value: 4 },
    ],
    ['C2_MIN_MEMORY', '1024', { kind: 'read', code: 'C2', field: 'MinMemory', value: 1024 }],
    ['PC1_32G_MAX_CONCURRENT', 'four', { kind: 'read', code: 'PC1', size: '32GiB', field: 'MaxConcurrent' }],
    [
      'PC2_64G_GPU_UTILIZATION',
      '0.5',
      { kind: 'read', code: 'PC2', size: '64GiB', field: 'GPUUtilization', value: 0.5 },
    ],
    ['DC_MAX_CONCURRENT', '3', { kind: 'read', code: 'DC', field: 'MaxConcurrent', value: 3 }],
    ['PRU2_32G_MAX_CONCURRENT', '1', { kind: 'ignored' }],
    ['PC1_32GiB_MAX_CONCURRENT', '1', { kind: 'ignored' }],
    ['FIN_32G_MAX_CONCURRENT', '1', { kind: 'ignored' }],
    ['DC_32G_MAX_CONCURRENT', '1', { kind: 'ignored' }],
    ['PC1_32G_MAX_CONCURENT', '1', { kind: 'ignored' }],
    ['PC1_32G_LIMIT', '1', { kind: 'ignored' }],
    ['C2_MAX_CONCURENT', '1', { kind: 'ignored' }],
    ['PRU2_32G_CONCURRENT', '1', { kind: 'ignored' }],
    ['GET_OUT', '1', undefined],
    ['PC1_33G_CONCURRENT', '1', undefined],
    ['pc1_32G_MAX_CONCURRENT', '1', { kind: 'ignored' }],
    ['RUST_LOG', 'info', undefined],
    ['MAX_CONCURRENT', '1', undefined],
  ])('%s=%s', (name, text, expected) => {
    expect(readResourceVariable(name, text)).toEqual(expected);
  });
});

describe('resourceVariable', () => {
  it.each<[TaskCode, SectorSize, keyof TaskResources, string]>([
    ['PC1', '32GiB', 'MaxConcurrent', 'PC1_32G_MAX_CONCURRENT'],
    ['PC1', '64GiB', 'MaxConcurrent', 'PC1_64G_MAX_CONCURRENT'],
    ['PR2', '512MiB', 'MaxConcurrent', 'PR2_512M_MAX_CONCURRENT'],
    ['C2', '8MiB', 'MaxConcurrent', 'C2_8M_MAX_CONCURRENT'],
    ['AP', '2KiB', 'MaxConcurrent', 'AP_2K_MAX_CONCURRENT'],
    ['DC', '32GiB', 'MaxConcurrent', 'DC_MAX_CONCURRENT'],
    ['DC', '64GiB', 'MinMemory', 'DC_MIN_MEMORY'],
    ['PC1', '32GiB', 'MinMemory', 'PC1_32G_MIN_MEMORY'],
    ['PC1', '32GiB', 'MaxMemory', 'PC1_32G_MAX_MEMORY'],
    ['C2', '32GiB', 'BaseMinMemory', 'C2_32G_BASE_MIN_MEMORY'],
    ['PC2', '64GiB', 'GPUUtilization', 'PC2_64G_GPU_UTILIZATION'],
    ['PC1', '32GiB', 'MaxParallelism', 'PC1_32G_MAX_PARALLELISM'],
    ['C2', '512MiB', 'MaxParallelismGPU', 'C2_512M_MAX_PARALLELISM_GPU'],
  ])('%s of %s sectors, %s: %s', (code, size, field, variable) => {
    expect(resourceVariable(code, size, field)).toBe(variable);
  });
});
