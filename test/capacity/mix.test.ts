import { describe, expect, it } from 'vitest';
import type { WorkerCapacity } from '../../src/capacity/capacity.js';
import { workerCapacity } from '../../src/capacity/worker-capacity.js';
import type { Hardware, Worker } from '../../src/farm/farm.js';
import { aFarm, aStorage, aWorker } from '../support/farm.js';
import { mixWords } from './in-words.js';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

interface Machine extends Omit<Partial<Hardware>, 'memory'> {
  /** GiB */
  readonly memory: number;
}

function capacityOf(worker: Partial<Worker>, machine: Machine): WorkerCapacity {
  const hardware = { cpus: 64, swap: 0, gpus: 0, ...machine, memory: machine.memory * GiB };
  return workerCapacity(aFarm(), aWorker(worker), hardware);
}

const limited = (...limits: readonly [code: 'AP' | 'PC1' | 'PC2', limit: number][]): Partial<Worker> => ({
  limits: new Map(limits),
});

describe('in the mix, one of each in turn', () => {
  // In the comments: what RAM and RAM + swap (V) have of the tasks so far, in GiB; ε is the 10 MiB of PC1.
  it.each<[what: string, worker: Partial<Worker>, machine: Machine, expected: readonly string[]]>([
    [
      'four PC1, a sector being made for each and for the next, PC2 on the only GPU',
      limited(['PC1', 4]),
      { memory: 512, gpus: 1 },
      // Turn 1: AP PC1 PC2, C2 finds no GPU. Turns 2–4: AP PC1. Turn 5: AP, PC1 is at its limit. Turn 6: AP is out.
      ['AP 5 precommit1', 'PC1 4 limit', 'PC2 1 gpus', 'C2 0 gpus 1/0'],
    ],
    [
      'PC1 until RAM is full',
      { tasks: ['AP', 'PC1'] },
      { memory: 512 },
      // Before PC1 number k: V 4k + 64(k−1); 64 + ε fit while 68k ≤ 512 − ε: 7. AP 8: V 476 + 5 ≤ 512.
      ['AP 8 precommit1', 'PC1 7 virtual-memory'],
    ],
    [
      'C2 last in turn, when too little is left for it',
      {},
      { memory: 256, cpus: 48, gpus: 2 },
      // Turn 1: AP PC1 PC2 take V 4+64+15 = 83, C2 wants 182 of the other 173. Turn 2: V 166. Turn 3: AP PC1, V 234,
      // PC2 has both GPUs. Turn 4: AP, RAM 214; PC1 wants 56 + ε of the other 42. Turn 5: AP is out.
      ['AP 4 precommit1', 'PC1 3 memory', 'PC2 2 gpus', 'C2 0 virtual-memory 182/173'],
    ],
    [
      'AP that feeds no PC1 here takes what is left',
      { tasks: ['AP', 'PC2'] },
      { memory: 512 },
      // PC2 takes 58 of 64 threads after the first AP, five more AP the others.
      ['AP 6 threads', 'PC2 1 threads'],
    ],
    [
      'AP by its own limit, PC1 goes on',
      { tasks: ['AP', 'PC1'], ...limited(['AP', 2]) },
      { memory: 512 },
      // V 8 + 64k + ε ≤ 512: 7.
      ['AP 2 limit', 'PC1 7 virtual-memory'],
    ],
    [
      'AP for a PC1 that has no path: one, for nothing',
      { tasks: ['AP', 'PC1'], storage: [aStorage({ denyTypes: ['cache'] })] },
      { memory: 512 },
      ['AP 1 precommit1', 'PC1 0 path'],
    ],
    [
      'DC like AP',
      { tasks: ['PC1', 'DC', 'AP'], ...limited(['PC1', 2]) },
      { memory: 512 },
      ['AP 3 precommit1', 'DC 3 precommit1', 'PC1 2 limit'],
    ],
    [
      'unsealing beside PC1',
      { tasks: ['UNS', 'PC1'] },
      { memory: 256 },
      // V 64 + 64, then PC1 to 192; the last 64 are ε too little for either.
      ['PC1 2 virtual-memory', 'UNS 1 virtual-memory'],
    ],
    [
      'the rest after C2, whatever the order in the file',
      { tasks: ['PR2', 'RU', 'C2'] },
      { memory: 1024, gpus: 2 },
      // C2 and RU have the GPUs.
      ['C2 1 gpus', 'RU 1 gpus', 'PR2 0 gpus 1/0'],
    ],
    [
      'a disk with room for two sectors and an unsealed file',
      { tasks: ['AP', 'PC1', 'PC2'] },
      { memory: 512, disk: 1000 * GiB },
      // Turn 1: 1000 − 32 − 483.2 − 483.2 = 1.6 are left, and 64 − 1 − 1 − 58 threads.
      ['AP 1 disk', 'PC1 1 disk', 'PC2 1 threads'],
    ],
    [
      'PC2 waits for a disk that PC1 has filled',
      { tasks: ['PC1', 'PC2'] },
      { memory: 512, disk: 512 * GiB },
      // 512 − 483.2 = 28.8; in bytes 15.1 × 32 GiB is cut off.
      ['PC1 1 disk', `PC2 0 disk ${518_832_049_356 / GiB}/${512 - 518_832_049_356 / GiB}`],
    ],
    [
      'a task that takes nothing',
      { tasks: ['DL', 'AP'] },
      { memory: 512 },
      ['AP 64 threads', 'DL unlimited'],
    ],
    [
      'nothing on CPUs that are not there: such a worker does not start',
      { tasks: ['AP', 'PC2', 'DL'], cpus: '64-70' },
      { memory: 512 },
      ['AP 0 threads 1/0', 'PC2 0 threads 1/0', 'DL 0 threads 1/0'],
    ],
    ['no task at all', { tasks: [] }, { memory: 512 }, []],
  ])('%s', (_, worker, machine, expected) => {
    expect(mixWords(capacityOf(worker, machine))).toEqual(expected);
  });

  it('takes so much together', () => {
    // 5 AP, 4 PC1, 1 PC2: MinMemory 20 + 224 + 15, MaxMemory 20 + 256 + 15, BaseMinMemory 1 + ε + 1 once each.
    expect(capacityOf(limited(['PC1', 4]), { memory: 512, gpus: 1 }).taken).toEqual({
      memory: 261 * GiB + 10 * MiB,
      virtualMemory: 293 * GiB + 10 * MiB,
      threads: 15, // 5 + 4 + 6
      gpus: 1,
    });
  });

  it('takes no GPU where the worker sees none', () => {
    const { taken } = capacityOf({ tasks: ['PC2'], gpus: 'none' }, { memory: 512, gpus: 1 });
    expect(taken).toMatchObject({ gpus: 0, threads: 58 });
  });

  it('leaves GET out, which is told of on workers with long-term storage alone', () => {
    const codes = (store: boolean): unknown =>
      capacityOf({ tasks: ['AP'], storage: [aStorage({ store })] }, { memory: 512 }).tasks.map(
        ({ code, mixed }) => [code, mixed !== undefined],
      );
    expect(codes(false)).toEqual([['AP', true]]);
    expect(codes(true)).toEqual([
      ['AP', true],
      ['GET', false],
    ]);
  });
});
