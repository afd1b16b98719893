import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/simulate/model.js';
import { modelOf } from '../../src/simulate/model.js';
import { aFarm, aStorage } from '../support/farm.js';
import { farmAt, GiB, hardwareAt, modelAt, TiB } from '../support/simulated-farm.js';

const STORE = aStorage({ path: '/hdd', seal: false, store: true });

function tasksOf({ workers }: Model, name: string): readonly string[] {
  return [...(workers.find((worker) => worker.name === name)?.tasks ?? [])].sort();
}

describe('a worker of the model', () => {
  it('does what it is told and what every sealing worker does', () => {
    const model = modelAt({ w: { worker: { tasks: ['AP', 'PC1'] } }, store: { worker: { tasks: [] } } });
    expect(tasksOf(model, 'w')).toEqual(['AP', 'C1', 'FIN', 'FRU', 'FUS', 'GET', 'PC1', 'PR1']);
    expect(tasksOf(model, 'store')).toEqual(['C1', 'FIN', 'FRU', 'FUS', 'GET', 'PR1']);
  });

  it('does no sealing for the posts', () => {
    const model = modelAt({ wdp: { worker: { tasks: ['WDP'] } }, wnp: { worker: { tasks: ['WNP'] } } });
    expect(tasksOf(model, 'wdp')).toEqual(['WDP']);
    expect(tasksOf(model, 'wnp')).toEqual(['WNP']);
  });

  it('announces its machine and its limits', () => {
    const hardware = { cpus: 32, memory: 256 * GiB, swap: 64 * GiB, gpus: 2 };
    const { workers } = modelAt({ h: { worker: { limits: new Map([['PC1', 3]]) }, hardware } });
    expect(workers[0]).toMatchObject({ session: 'h', name: 'h', host: 'h', enabled: true });
    expect(workers[0]?.resources).toMatchObject({
      CPUs: 32,
      MemPhysical: 256 * GiB,
      MemUsed: 0,
      MemSwap: 64 * GiB,
      MemSwapUsed: 0,
    });
    expect(workers[0]?.resources.GPUs).toHaveLength(2);
    // 8 is the proof of 32 GiB.
    expect(workers[0]?.resources.Resources['seal/v0/precommit/1']?.['8']?.MaxConcurrent).toBe(3);
  });

  it('wants hardware for its host, but not for a host without workers', () => {
    const farm = farmAt({ a: {}, b: { workers: [] } });
    const both = hardwareAt({ a: {}, b: {} });
    expect(() => modelOf(farm, new Map([...both].filter(([name]) => name === 'a')))).not.toThrow();
    expect(() => modelOf(farm, new Map([...both].filter(([name]) => name === 'b')))).toThrow(
      'no hardware of a',
    );
  });
});

describe('a path of the model', () => {
  it('has an ID of its own and its settings, but no miners', () => {
    const storage = [aStorage({ path: '/a', groups: ['g1'], allowTo: ['g2'], weight: 3, maxStorage: 7, allowMiners: ['f01'], denyMiners: ['f01000'] })]; // prettier-ignore
    const [path] = modelAt({ h: { worker: { storage } } }).paths;
    expect(path).toMatchObject({ session: 'h', size: Infinity });
    expect(path?.info).toMatchObject({
      ID: 'h:/a', Weight: 3, CanSeal: true, CanStore: false, MaxStorage: 7, Groups: ['g1'], AllowTo: ['g2'],
      AllowMiners: [], DenyMiners: [],
    }); // prettier-ignore
  });

  it('shares the room of its mount point, on its own host', () => {
    const storage = [aStorage({ path: '/m/a' }), aStorage({ path: '/m/b' }), aStorage({ path: '/n' })];
    const disk = new Map([['/m', 5 * TiB]]);
    const { paths } = modelAt({
      h: { worker: { storage }, hardware: { disk } },
      i: { worker: { storage: [aStorage({ path: '/m/a' })] }, hardware: { disk } },
    });
    expect(paths.slice(0, 4).map(({ info, fileSystem, size }) => [info.ID, fileSystem, size])).toEqual([
      ['h:/m/a', 'h:/m', 5 * TiB],
      ['h:/m/b', 'h:/m', 5 * TiB],
      ['h:/n', 'h:/n', Infinity],
      ['i:/m/a', 'i:/m', 5 * TiB],
    ]);
  });

  it('has as much for itself where one number is said', () => {
    const storage = [aStorage({ path: '/a' }), aStorage({ path: '/b' })];
    const { paths } = modelAt({ h: { worker: { storage }, hardware: { disk: TiB } } });
    expect(paths.slice(0, 2).map(({ fileSystem, size }) => [fileSystem, size])).toEqual([
      ['h:/a', TiB],
      ['h:/b', TiB],
    ]);
  });
});

describe('the miner', () => {
  it('stores where no worker does', () => {
    const model = modelAt({ w: {} });
    expect(model.minerStores).toBe(true);
    expect(model.workers.map(({ name }) => name)).toEqual(['w', 'lotus-miner']);
    expect(tasksOf(model, 'lotus-miner')).toEqual(['C1', 'FIN', 'FRU', 'FUS', 'GET', 'PR1']);
    expect(model.paths.at(-1)).toMatchObject({
      session: 'lotus-miner',
      size: Infinity,
      info: { CanSeal: false, CanStore: true },
    });
  });

  it.each([
    ['a worker that stores', { storage: [aStorage(), STORE] }, false],
    ['a worker that does nothing else', { tasks: [], storage: [STORE] }, false],
    ['a path of weight 0', { storage: [aStorage(), { ...STORE, weight: 0 }] }, false],
    ['a path that takes no caches', { storage: [aStorage(), { ...STORE, denyTypes: ['cache'] }] }, true],
    // It proves what lies there, and moves nothing.
    ['a post worker', { tasks: ['WDP'] as const, storage: [STORE] }, true],
  ])('is in it or not beside %s', (_, worker, expected) => {
    const model = modelAt({ w: {}, other: { worker } });
    expect(model.minerStores).toBe(expected);
    expect(model.workers.some(({ name }) => name === 'lotus-miner')).toBe(expected);
  });

  it('says what others may store, and the size of sectors', () => {
    const miner = { ...aFarm().miner, disallowRemoteFinalize: true };
    expect(modelAt({ w: {} }, { miner, sectorSize: '64GiB' })).toMatchObject({
      disallowRemoteFinalize: true,
      size: '64GiB',
    });
    expect(modelAt({ w: {} })).toMatchObject({ disallowRemoteFinalize: false, size: '32GiB' });
  });
});
