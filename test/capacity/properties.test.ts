import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Count } from '../../src/capacity/capacity.js';
import { hostCapacity } from '../../src/capacity/host-capacity.js';
import { workerCapacity } from '../../src/capacity/worker-capacity.js';
import type { Hardware, Worker } from '../../src/farm/farm.js';
import { DECLARABLE_TASKS, type TaskCode } from '../../src/lotus/task.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';

const GiB = 2 ** 30;

const farm = aFarm();

const codes = DECLARABLE_TASKS.filter(({ kind }) => kind === 'sealing').map(({ code }) => code);
const limitable: readonly TaskCode[] = ['AP', 'PC1', 'PC2', 'C2', 'UNS', 'RU'];

const worker: fc.Arbitrary<Worker> = fc
  .record({
    tasks: fc.subarray(codes),
    limits: fc
      .array(fc.tuple(fc.constantFrom(...limitable), fc.integer({ min: 1, max: 20 })), { maxLength: 3 })
      .map((limits) => new Map(limits)),
    noSwap: fc.boolean(),
    storage: fc.subarray([
      aStorage({ path: '/m/a' }),
      aStorage({ path: '/m/b', maxStorage: 2000 * GiB, store: true }),
      aStorage({ path: '/n/c' }),
    ]),
  })
  .map(aWorker);

/** Swap and disk in GiB, too. */
const machine: fc.Arbitrary<Hardware> = fc
  .record({
    cpus: fc.integer({ min: 1, max: 128 }),
    memory: fc.integer({ min: 1, max: 1024 }),
    swap: fc.integer({ min: 0, max: 256 }),
    gpus: fc.integer({ min: 0, max: 4 }),
    disk: fc.integer({ min: 0, max: 20_000 }),
  })
  .map(({ cpus, memory, swap, gpus, disk }) => ({
    cpus,
    memory: memory * GiB,
    swap: swap * GiB,
    gpus,
    disk: new Map([['/m', disk * GiB]]),
  }));

const number = ({ count }: Count): number => (count === 'unlimited' ? Infinity : count);

function alone(one: Worker, hardware: Hardware): ReadonlyMap<TaskCode, number> {
  const { tasks } = workerCapacity(farm, one, hardware);
  return new Map(tasks.map((task) => [task.code, number(task.alone)]));
}

describe('whatever the worker and the machine', () => {
  it('the mix is never more than alone, and what binds a task is said of every count', () => {
    fc.assert(
      fc.property(worker, machine, (one, hardware) => {
        for (const { alone: count, mixed = count } of workerCapacity(farm, one, hardware).tasks) {
          expect(number(mixed)).toBeLessThanOrEqual(number(count));
          for (const said of [count, mixed]) expect(said.count === 'unlimited').toBe(!('binds' in said));
        }
      }),
    );
  });

  it('less is wanted for one than is there where it is refused', () => {
    fc.assert(
      fc.property(worker, machine, (one, hardware) => {
        for (const { alone: count, mixed = count } of workerCapacity(farm, one, hardware).tasks) {
          for (const said of [count, mixed]) {
            if (said.count === 'unlimited' || said.needs === undefined) continue;
            expect(said.count).toBe(0);
            expect(said.needs.needed).toBeGreaterThan(said.needs.available);
          }
        }
      }),
    );
  });

  it('the mix of one worker fits the machine, but for the memory that tasks of a kind share', () => {
    fc.assert(
      fc.property(worker, machine, (one, hardware) => {
        const { sums } = hostCapacity(farm, aHost({ workers: [one] }), hardware);
        expect(sums.threads.over).toBe(false);
        expect(sums.gpus.over).toBe(false);
        // AP, DC, PC1, PC2, C2, UNS, RU, PR2, GSK share 1, 1, ε, 1, 32, ε, 1, 32 and 1 GiB.
        expect(sums.memory.taken).toBeLessThan(sums.memory.available + 70 * GiB);
      }),
    );
  });

  // The mix is left out: a task that no longer fits leaves its share to others.
  it.each<[what: string, less: (hardware: Hardware, by: number) => Hardware]>([
    ['RAM', (hardware, by): Hardware => ({ ...hardware, memory: Math.max(1, hardware.memory - by * GiB) })],
    ['swap', (hardware, by): Hardware => ({ ...hardware, swap: Math.max(0, hardware.swap - by * GiB) })],
    // Not the last one: without a GPU its tasks take other threads, and no GPU binds them.
    ['GPUs', (hardware, by): Hardware => ({ ...hardware, gpus: Math.max(Math.min(1, hardware.gpus), hardware.gpus - by) })],
    ['disk', (hardware, by): Hardware => ({ ...hardware, disk: new Map([['/m', Math.max(0, diskOf(hardware) - by * GiB)]]) })],
  ])('with less %s nothing runs more often', (_, less) => {
    fc.assert(
      fc.property(worker, machine, fc.integer({ min: 1, max: 500 }), (one, hardware, by) => {
        const before = alone(one, hardware);
        for (const [code, count] of alone(one, less(hardware, by))) {
          expect(count).toBeLessThanOrEqual(before.get(code) ?? 0);
        }
      }),
    );
  }); // prettier-ignore

  it('with fewer CPUs nothing runs more often that takes a number of threads of its own', () => {
    // With 92 % of them it can: of three CPUs that is two, so one runs; of two it is one, so two run.
    const own = (hardware: Hardware): readonly TaskCode[] =>
      hardware.gpus > 0 ? codes : ['AP', 'DC', 'PC1', 'UNS', 'RU', 'GSK'];
    fc.assert(
      fc.property(worker, machine, fc.integer({ min: 1, max: 128 }), (one, hardware, by) => {
        const before = alone(one, hardware);
        const after = alone(one, { ...hardware, cpus: Math.max(1, hardware.cpus - by) });
        for (const code of own(hardware)) {
          expect(after.get(code) ?? 0).toBeLessThanOrEqual(before.get(code) ?? 0);
        }
      }),
    );
  });
});

function diskOf({ disk }: Hardware): number {
  return typeof disk === 'object' ? (disk.get('/m') ?? 0) : 0;
}
