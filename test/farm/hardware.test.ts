import { describe, expect, it } from 'vitest';
import { parseCpuSet } from '../../src/farm/cpu-set.js';
import type { Worker } from '../../src/farm/farm.js';
import { edited, type Edit, farmOf, SAMPLE } from './sample.js';

const GiB = 2 ** 30;
const TiB = 2 ** 40;

const ADDRESS = '    address: 10.0.0.1\n';

function hardwareOf(line: string): unknown {
  return farmOf(edited([ADDRESS, `${ADDRESS}    hardware: ${line}\n`])).hosts[0]?.hardware;
}

function workerOf(...edits: readonly Edit[]): Worker | undefined {
  return farmOf(edited(...edits)).hosts[0]?.workers[0];
}

describe('hardware', () => {
  it('has neither swap nor GPU where none is written', () => {
    expect(hardwareOf('{ cpus: 32, memory: 128GiB }')).toEqual({
      cpus: 32,
      memory: 128 * GiB,
      swap: 0,
      gpus: 0,
    });
  });

  it('is what is written', () => {
    const written = '{ cpus: 64, memory: 549755813888, swap: 0.5TiB, gpus: 2, l3Groups: 8, disk: 15TiB }';
    expect(hardwareOf(written)).toEqual({
      cpus: 64,
      memory: 512 * GiB,
      swap: 512 * GiB,
      gpus: 2,
      l3Groups: 8,
      disk: 15 * TiB,
    });
  });

  it('has disks by where they are mounted', () => {
    expect(
      hardwareOf('{ cpus: 1, memory: 1GiB, disk: { /mnt/nvme0/: 15TiB, /: 100GB, /__proto__: 0 } }'),
    ).toMatchObject({
      disk: new Map([
        ['/mnt/nvme0', 15 * TiB],
        ['/', 100_000_000_000],
        ['/__proto__', 0],
      ]),
    });
  });

  it('is the same for every host of a range', () => {
    const range = "'h[1-2]': { address: 'h{n}.example', hardware: { cpus: 8, memory: 1GiB }, workers: {} }";
    const { hosts } = farmOf(SAMPLE.replace(/hosts:[^]*/, `hosts:\n  ${range}\n`));
    expect(hosts.map(({ hardware }) => hardware?.cpus)).toEqual([8, 8]);
  });

  it('is left to the machine otherwise', () => {
    expect(farmOf(SAMPLE).hosts[0]).not.toHaveProperty('hardware');
  });
});

describe('resources', () => {
  const layers: readonly Edit[] = [
    [
      'profiles:\n',
      'defaults: { worker: { cpus: 0-7, resources: { AP: { minMemory: 1GiB }, C2: { maxMemory: 9GiB } } } }\nprofiles:\n',
    ],
    [
      'p: { tasks: [AP] }',
      'base: { resources: { precommit1: { minMemory: 60GiB, maxParallelism: 4 }, GET: {} } }\n' +
        '  p: { extends: base, tasks: [AP], resources: { c2: { gpuUtilization: 0.5 } } }',
    ],
    [
      '        profile: p\n',
      '        profile: p\n        resources: { PC1: { maxMemory: 61, baseMinMemory: 0, maxParallelismGpu: -1 } }\n',
    ],
  ];

  it('lie above one another by task: each entry replaces the one below it', () => {
    expect(workerOf(...layers)?.resources).toEqual(
      new Map([
        ['AP', { MinMemory: GiB }],
        ['C2', { GPUUtilization: 0.5 }],
        ['GET', {}],
        ['PC1', { MaxMemory: 61, BaseMinMemory: 0, MaxParallelismGPU: -1 }],
      ]),
    );
  });

  it('do not disturb the CPUs, of which the highest layer is right', () => {
    expect(workerOf(...layers)?.cpus).toBe('0-7');
    expect(workerOf(...layers, ['        storage:\n', "        cpus: '3'\n        storage:\n"])?.cpus).toBe(
      '3',
    );
  });
});

describe('parseCpuSet', () => {
  it.each<[string, readonly number[] | undefined]>([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['2,0-1', [2, 0, 1]],
    ['0-2,1-3', [0, 1, 2, 3]],
    ['5-5', [5]],
    ['65535', [65_535]],
    ['65536', undefined],
    ['3-2', undefined],
    ['', undefined],
    ['1,', undefined],
    ['1-', undefined],
    ['-1', undefined],
    ['0-7:2', undefined],
    ['0 1', undefined],
    ['0x1', undefined],
    ['100000', undefined],
  ])('reads %j', (text, cpus) => {
    const set = parseCpuSet(text);
    expect(set && [...set]).toEqual(cpus);
  });
});
