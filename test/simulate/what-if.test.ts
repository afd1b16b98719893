import { describe, expect, it } from 'vitest';
import type { Farm, Hardware, StorageDeclaration, Worker } from '../../src/farm/farm.js';
import { alikeWorkers, isBeyondChance, varied, variationsOf } from '../../src/simulate/what-if.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { anOutcome, DAY } from '../support/outcome.js';

const MACHINE: Hardware = { cpus: 64, memory: 2 ** 39, swap: 2 ** 34, gpus: 2, disk: 2 ** 44 };

/** Each worker on a host of its own. */
function farmOf(...workers: readonly Partial<Worker>[]): Farm {
  const hosts = workers.map((worker, index) =>
    aHost({ name: `host-${index + 1}`, workers: [aWorker({ name: `worker-${index + 1}`, ...worker })] }),
  );
  return aFarm({ hosts });
}

function machines(farm: Farm, ...others: readonly Partial<Hardware>[]): ReadonlyMap<string, Hardware> {
  return new Map(farm.hosts.map(({ name }, index) => [name, { ...MACHINE, ...others[index] }]));
}

function alike(farm: Farm, hardware = machines(farm)): unknown {
  return alikeWorkers(farm, hardware).map((workers) => workers.map(({ name }) => name));
}

const TOGETHER = [['worker-1', 'worker-2']];
const APART = [['worker-1'], ['worker-2']];

describe('alikeWorkers', () => {
  it.each<[what: string, one: Partial<Worker>, other: Partial<Worker>]>([
    ['names, binaries and folders', {}, { binary: '/opt/lotus-worker', repo: '/repo' }],
    ['the order of tasks', { tasks: ['PC1', 'AP'] }, { tasks: ['AP', 'PC1'] }],
    ['the order of limits', { limits: new Map([['PC1', 4], ['PC2', 1]]) }, { limits: new Map([['PC2', 1], ['PC1', 4]]) }],
    ['which GPU of two', { gpus: [0] }, { gpus: [1] }],
    ['which half of the CPUs', { cpus: '0-31' }, { cpus: '32-63' }],
    ['variables that Lotus does not count by', {}, { env: new Map([['RUST_LOG', 'info']]) }],
  ])('are the same in spite of %s', (_, one, other) => {
    expect(alike(farmOf(one, other))).toEqual(TOGETHER);
  }); // prettier-ignore

  it.each<[what: string, other: Partial<Worker>]>([
    ['tasks', { tasks: ['PC1'] }],
    ['limits', { limits: new Map([['PC1', 3]]) }],
    ['resources', { resources: new Map([['PC1', { MinMemory: 1 }]]) }],
    ['the number of GPUs', { gpus: [0] }],
    ['no GPUs', { gpus: 'none' }],
    ['the number of CPUs', { cpus: '0-15' }],
    ['swap', { noSwap: true }],
    ['multicore SDR', { multicoreSdr: { producers: 7 } }],
    ['the number of paths', { storage: [aStorage(), aStorage({ path: '/mnt/b' })] }],
  ])('differ in %s', (_, other) => {
    expect(alike(farmOf({}, other))).toEqual(APART);
  });

  it.each<[what: string, expected: unknown, other: Partial<StorageDeclaration>]>([
    ['where it is', TOGETHER, { path: '/mnt/other', id: 'x', yaml: ['a'] }],
    ['its groups', TOGETHER, { groups: ['a'], allowTo: ['b'] }],
    ['sealing', APART, { seal: false }],
    ['storing', APART, { store: true }],
    ['weight', APART, { weight: 0 }],
    ['types it denies', APART, { denyTypes: ['cache'] }],
    ['types it allows', APART, { allowTypes: ['cache'] }],
    ['room', APART, { maxStorage: 2 ** 40 }],
  ])('may have storage that differs in %s: %j', (_, expected, other) => {
    expect(alike(farmOf({}, { storage: [aStorage(other)] }))).toEqual(expected);
  });

  it.each<[what: string, expected: unknown, other: Partial<Hardware>]>([
    ['CPUs', APART, { cpus: 32 }],
    ['memory', APART, { memory: 2 ** 38 }],
    ['swap', APART, { swap: 0 }],
    ['GPUs', APART, { gpus: 1 }],
    ['disks', APART, { disk: 2 ** 43 }],
    ['how the same disk is written', TOGETHER, { disk: new Map([['/mnt', 2 ** 44]]) }],
    ['caches', TOGETHER, { l3Groups: 8 }],
  ])('may be on machines that differ in %s: %j', (_, expected, other) => {
    const farm = farmOf({}, {});
    expect(alike(farm, machines(farm, {}, other))).toEqual(expected);
  });

  it('has as many groups as kinds, in the order of the file', () => {
    const c2: Partial<Worker> = { tasks: ['C2'] };
    const farm = farmOf(c2, {}, c2, {}, { tasks: ['PC2'] });
    expect(alike(farm)).toEqual([['worker-1', 'worker-3'], ['worker-2', 'worker-4'], ['worker-5']]);
    expect(alike(aFarm({ hosts: [] }))).toEqual([]);
  });
});

describe('variationsOf', () => {
  const variations = (...workers: readonly Partial<Worker>[]): unknown => {
    const farm = farmOf(...workers);
    return variationsOf(farm, machines(farm)).map(
      ({ task, workers: names, from, to }) => `${task} ${from} → ${to} on ${names.join(' ')}`,
    );
  };

  it('has each limit one higher and one lower, of workers that are alike together', () => {
    const pc1: Partial<Worker> = { tasks: ['AP', 'PC1'], limits: new Map([['PC1', 4]]) };
    const c2: Partial<Worker> = { tasks: ['C2'], limits: new Map([['C2', 2]]) };
    expect(variations(pc1, c2, pc1)).toEqual([
      'PC1 4 → 5 on worker-1 worker-3',
      'PC1 4 → 3 on worker-1 worker-3',
      'C2 2 → 3 on worker-2',
      'C2 2 → 1 on worker-2',
    ]);
  });

  it.each<[what: string, limits: Worker['limits'], expected: readonly string[]]>([
    ['has nothing lower than 1', new Map([['PC2', 1]]), ['PC2 1 → 2 on worker-1']],
    ['leaves out what is not limited', new Map(), []],
    ['leaves out tasks that are not done', new Map([['C2', 2]]), []],
    ['leaves out tasks that cost next to nothing', new Map([['C1', 2]]), []],
    [
      'goes through the tasks in the order of sealing',
      new Map([['PC2', 1], ['AP', 1], ['PC1', 1]]),
      ['AP 1 → 2 on worker-1', 'PC1 1 → 2 on worker-1', 'PC2 1 → 2 on worker-1'],
    ],
  ])('%s', (_, limits, expected) => {
    expect(variations({ tasks: ['AP', 'PC1', 'PC2', 'C1'], limits })).toEqual(expected);
  }); // prettier-ignore
});

describe('varied', () => {
  it('changes this limit of these workers, and nothing else', () => {
    const limits: Worker['limits'] = new Map([['PC1', 4], ['PC2', 1]]); // prettier-ignore
    const farm = farmOf({ limits }, { limits }, { limits });
    const other = varied(farm, { task: 'PC1', workers: ['worker-1', 'worker-3'], from: 4, to: 5 });
    const more: Worker['limits'] = new Map([['PC1', 5], ['PC2', 1]]); // prettier-ignore
    expect(other).toEqual(farmOf({ limits: more }, { limits }, { limits: more }));
    expect(farm).toEqual(farmOf({ limits }, { limits }, { limits }));
  });
});

describe('isBeyondChance', () => {
  // A farm that is under way is cut off at both ends, two sectors each: 4 sectors in 4 days are 1 a day.
  it.each<[sectorsPerDay: number, expected: boolean]>([
    [10, false],
    [11, false],
    [9, false],
    [11.01, true],
    [8.99, true],
  ])('10 a day and %d a day: %j', (sectorsPerDay, expected) => {
    expect(isBeyondChance(sectorsPerDay, anOutcome())).toBe(expected);
  });

  it('counts one end where all sectors are finished: 2 in 8 days', () => {
    const all = anOutcome({ since: 0 });
    expect(isBeyondChance(10.25, all)).toBe(false);
    expect(isBeyondChance(10.26, all)).toBe(true);
  });

  it('takes four whole sectors for four', () => {
    // 187 and 183 in 3.5 days
    const week = anOutcome({ sectorsPerDay: 183 / 3.5, simulated: 7 * DAY, since: 3.5 * DAY });
    expect(isBeyondChance(187 / 3.5, week)).toBe(false);
    expect(isBeyondChance(188 / 3.5, week)).toBe(true);
  });

  it('knows no rate better than by a hundredth', () => {
    const many = anOutcome({ sectorsPerDay: 2000 });
    expect(isBeyondChance(2020, many)).toBe(false);
    expect(isBeyondChance(1979, many)).toBe(true);
  });

  it('sees a farm that seals at last', () => {
    const none = anOutcome({ sectorsPerDay: 0, simulated: 4 * DAY, since: 0 });
    expect(isBeyondChance(0, none)).toBe(false);
    expect(isBeyondChance(3, none)).toBe(true);
  });
});
