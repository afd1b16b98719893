import { describe, expect, it } from 'vitest';
import { farmCapacity, hostCapacity, type HostCapacity } from '../../src/capacity/host-capacity.js';
import type { Hardware, Worker } from '../../src/farm/farm.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const MACHINE: Hardware = { cpus: 64, memory: 512 * GiB, swap: 0, gpus: 1 };

function sumsOf(workers: readonly Partial<Worker>[], machine: Partial<Hardware> = {}): HostCapacity['sums'] {
  const host = aHost({ workers: workers.map((worker, index) => aWorker({ name: `w${index}`, ...worker })) });
  return hostCapacity(aFarm(), host, { ...MACHINE, ...machine }).sums;
}

/** PC1 with one AP at a time beside each, and PC2 with C2. */
const SEALER: Partial<Worker> = { tasks: ['AP', 'PC1'], limits: new Map([['PC1', 4]]) };
const PROVER: Partial<Worker> = { tasks: ['PC2', 'C2'] };

const fits = (taken: number, available: number): object => ({ taken, available, over: false });
const over = (taken: number, available: number): object => ({ taken, available, over: true });

describe('the workers of a host take together', () => {
  it('less than there is', () => {
    // 5 AP + 4 PC1: min 20 + 224, max 20 + 256, base 1 + ε; 1 PC2: 15, 15, 1; C2 finds no GPU.
    expect(sumsOf([SEALER, PROVER], { l3Groups: 8 })).toEqual({
      memory: fits(261 * GiB + 10 * MiB, 512 * GiB),
      virtualMemory: fits(293 * GiB + 10 * MiB, 512 * GiB),
      threads: fits(15, 64), // 5 + 4 + 6
      gpus: fits(1, 1),
    });
  });

  it('more, where each counts the whole machine as its own', () => {
    // Each 8 AP + 7 PC1: min 32 + 392, max 32 + 448, base 1 + ε.
    expect(sumsOf([{ tasks: ['AP', 'PC1'] }, { tasks: ['AP', 'PC1'] }], { l3Groups: 8 })).toEqual({
      memory: over(850 * GiB + 20 * MiB, 512 * GiB),
      virtualMemory: over(962 * GiB + 20 * MiB, 512 * GiB),
      threads: fits(30, 64),
      gpus: fits(0, 1),
    });
  });

  it.each<[what: string, workers: readonly Partial<Worker>[], machine: Partial<Hardware>, sums: object]>([
    [
      'one GPU given out twice',
      [{ tasks: ['PC2'] }, { tasks: ['PC2'] }],
      {},
      { gpus: over(2, 1), threads: fits(12, 64) },
    ],
    [
      'nearly all threads given out twice',
      [{ tasks: ['PC2'] }, { tasks: ['PC2'] }],
      { gpus: 0 },
      { gpus: fits(0, 0), threads: over(116, 64) }, // 2 × 58
    ],
    [
      'swap that keeps the peak below what there is',
      [{ tasks: ['PC1'] }, { tasks: ['PC1'] }],
      { memory: 256 * GiB, swap: 512 * GiB },
      // Each 4 PC1 by RAM: (256 − ε)/56.
      {
        memory: over(448 * GiB + 20 * MiB, 256 * GiB),
        virtualMemory: fits(512 * GiB + 20 * MiB, 768 * GiB),
      },
    ],
    [
      'memory that tasks of a kind share, on one worker',
      [{ tasks: ['AP', 'PC2'] }],
      { memory: 20 * GiB },
      // Lotus admits AP (5 of 20) and PC2 (16 of 16); they need 4 + 15 + 1 + 1.
      { memory: over(21 * GiB, 20 * GiB), virtualMemory: over(21 * GiB, 20 * GiB) },
    ],
    [
      'tenths of a GPU, which add up to 0.30000000000000004',
      [0.1, 0.2].map((share) => ({
        tasks: ['PC2'],
        limits: new Map([['PC2', 1]]),
        resources: new Map([['PC2', { GPUUtilization: share }]]),
      })),
      {},
      { gpus: fits(0.3, 1) },
    ],
    ['nothing where nobody works', [], { l3Groups: 2 }, { threads: fits(0, 64) }],
  ])('%s', (_, workers, machine, sums) => {
    expect(sumsOf(workers, machine)).toMatchObject(sums);
  });

  it('more PC1 with multicore SDR than L3 groups, and those without do not count', () => {
    const multicore = { ...SEALER, multicoreSdr: { producers: 1 } };
    expect(sumsOf([multicore, SEALER], { l3Groups: 4 })).toMatchObject({ precommit1: fits(4, 4) });
    expect(sumsOf([multicore, SEALER], { l3Groups: 3 })).toMatchObject({ precommit1: over(4, 3) });
  });

  it('says nothing of L3 groups where their number is not known, or no PC1 fills one', () => {
    expect(sumsOf([{ ...SEALER, multicoreSdr: { producers: 1 } }])).not.toHaveProperty('precommit1');
    expect(sumsOf([SEALER], { l3Groups: 2 })).not.toHaveProperty('precommit1');
  });
});

it('a farm has hosts of known and of unknown hardware', () => {
  const names = ['a', 'b', 'c'];
  const hosts = names.map((name) => aHost({ name, workers: [aWorker({ name: `on-${name}`, ...SEALER })] }));
  const capacity = farmCapacity(aFarm({ name: 'north' }), hosts, new Map([['c', MACHINE], ['a', MACHINE]])); // prettier-ignore
  expect(capacity).toMatchObject({ farm: 'north', unknown: ['b'] });
  expect(capacity.hosts.map(({ host, workers }) => [host, workers.map(({ worker }) => worker)])).toEqual([
    ['a', ['on-a']],
    ['c', ['on-c']],
  ]);
});
