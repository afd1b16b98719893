import { describe, expect, it } from 'vitest';
import type { Worker } from '../../src/farm/farm.js';
import type { PipelineTask } from '../../src/lotus/selector.js';
import type { Stuck } from '../../src/simulate/outcome.js';
import { aFarm, aStorage } from '../support/farm.js';
import { DAY, GiB, outcomeAt, type Place, type Places, stage } from '../support/simulated-farm.js';

const ONE_PC1 = new Map([['PC1', 1]] as const);
const STORES = [aStorage({ store: true })];

function doing(...tasks: readonly PipelineTask[]): Partial<Worker> {
  return { tasks };
}

function inGroup(groups: readonly string[], allowTo = groups): Partial<Worker> {
  return { storage: [aStorage({ groups, allowTo })] };
}

/** Seals in the group g1, and hands what it does not seal on to g2. */
const DEADLOCK: Places = {
  one: { worker: { ...doing('PC2', 'C2'), ...inGroup(['g1']) } },
  two: { worker: { ...doing('AP', 'PC1'), ...inGroup([], ['g2']) } },
};

describe('sectors are stuck', () => {
  it.each<[what: string, places: Places, task: PipelineTask, why: Stuck['why']]>([
    ['without anybody for AP', { w: { worker: doing('PC1', 'PC2', 'C2') } }, 'AP', 'no-worker'],
    ['without anybody for PC2', { w: { worker: doing('AP', 'PC1', 'C2') } }, 'PC2', 'no-worker'],
    ['without a sealing path', { w: { worker: { storage: [] } } }, 'AP', 'path'],
    ['on a path that denies the cache', { w: { worker: { storage: [aStorage({ denyTypes: ['cache'] })] } } }, 'PC1', 'path'],
    // 182 GiB are wanted.
    ['with little memory for C2', { w: { hardware: { memory: 181 * GiB } } }, 'C2', 'never-admitted'],
    ['with too few threads', { w: { hardware: { cpus: 5 } } }, 'PC2', 'never-admitted'],
    ['in a deadlock of groups', DEADLOCK, 'PC2', 'groups'],
    ['on a disk smaller than an unsealed sector', { w: { hardware: { disk: 31 * GiB } } }, 'AP', 'no-room'],
    // 16.1 x 32 GiB are wanted.
    ['on a disk smaller than a sector', { w: { hardware: { disk: 515 * GiB } } }, 'PC1', 'no-room'],
    ['on a path that may not be filled', { w: { worker: { storage: [aStorage({ maxStorage: 500 * GiB })] } } }, 'PC1', 'no-room'],
  ])('%s', (_, places, task, why) => {
    const outcome = outcomeAt(places, { sectors: 1 });
    expect(outcome.stuck).toEqual([{ task, why, sectors: 1 }]);
    expect(outcome).toMatchObject({ finished: 0, inWork: 1, simulated: 30 * DAY });
    expect(stage(outcome, task).queue.end).toBe(1);
  }); // prettier-ignore

  it('where the miner forbids others to store what they do not hold', () => {
    const miner = { ...aFarm().miner, disallowRemoteFinalize: true };
    const places: Places = { w: {}, store: { worker: { tasks: [], storage: STORES } } };
    const { stuck } = outcomeAt(places, { sectors: 1 }, { miner });
    // The store has room for sealing, too, but no task for it.
    expect(stuck).toEqual([{ task: 'GET', why: 'data-elsewhere', sectors: 1 }]);
    expect(outcomeAt({ w: { worker: { storage: STORES } } }, { sectors: 1 }, { miner }).finished).toBe(1);
  });

  it('with a worker that may not hand on what it cannot store, while others go on', () => {
    const miner = { ...aFarm().miner, disallowRemoteFinalize: true };
    const places: Places = { w: {}, stores: { worker: { storage: STORES, limits: ONE_PC1 } } };
    const { stuck, finishedSince } = outcomeAt(places, {}, { miner });
    expect(finishedSince).toBeGreaterThan(0);
    expect(stuck).toMatchObject([{ task: 'GET', why: 'data-elsewhere' }]);
  });

  it('and counted by task and reason', () => {
    const { stuck, finished } = outcomeAt(DEADLOCK, { sectors: 3 });
    expect(finished).toBe(0);
    expect(stuck).toEqual([{ task: 'PC2', why: 'groups', sectors: 3 }]);
  });

  it('in their group even while its disk is full and others go on', () => {
    // The first one has room for one at a time. What the second one does is never finished.
    const places: Places = {
      ap: { worker: doing('AP') },
      one: {
        worker: { ...doing('PC1', 'PC2', 'C2'), ...inGroup(['g1']), limits: ONE_PC1 },
        hardware: { disk: 600 * GiB },
      },
      two: { worker: { ...doing('PC1'), ...inGroup([], ['g2']) }, hardware: { disk: 4000 * GiB } },
    };
    const { stuck, finishedSince } = outcomeAt(places);
    expect(finishedSince).toBeGreaterThan(0);
    // 4000 GiB / (16.1 x 32 GiB) = 7.8
    expect(stuck).toEqual([{ task: 'PC2', why: 'groups', sectors: 7 }]);
  });

  it.each<[what: string, small: Place]>([
    ['disk', { worker: inGroup(['g2']), hardware: { disk: 483 * GiB } }],
    ['path', { worker: { storage: [aStorage({ groups: ['g2'], maxStorage: 483 * GiB })] } }],
  ])('for want of room on a %s too small for one, while others go on', (_, { worker, hardware }) => {
    const places: Places = {
      one: { worker: { ...inGroup(['g1']), limits: ONE_PC1 } },
      two: { worker: { ...doing('AP', 'PC1'), ...inGroup([], ['g2']) }, hardware: { disk: 4000 * GiB } },
      three: { worker: { ...doing('PC2'), ...worker }, ...(hardware && { hardware }) },
    };
    const { stuck, finishedSince } = outcomeAt(places);
    expect(finishedSince).toBeGreaterThan(0);
    expect(stuck).toMatchObject([{ task: 'PC2', why: 'no-room' }]);
  });
});

describe('sectors are not stuck', () => {
  it('while they wait for a place or for room', () => {
    const outcome = outcomeAt(
      { w: { worker: { limits: ONE_PC1 }, hardware: { disk: 600 * GiB } } },
      { sectors: 2, horizon: DAY / 4 },
    );
    expect(outcome.stuck).toEqual([]);
    expect(outcome.inWork).toBe(2);
  });

  it('before a store that is full, while others still go on to it', () => {
    // Room for 20 finished sectors of 1.1 x 32 GiB each.
    const store: Place = { worker: { tasks: [], storage: [aStorage({ seal: false, store: true })] }, hardware: { disk: 710 * GiB } };
    const outcome = outcomeAt({ w: { hardware: { disk: 40_000 * GiB } }, store }, { horizon: 10 * DAY });
    expect(outcome.finished).toBe(20);
    expect(stage(outcome, 'PC1').running).toBeGreaterThan(1);
    expect(outcome.stuck).toEqual([{ task: 'GET', why: 'no-room', sectors: stage(outcome, 'GET').queue.end }]);
    expect(stage(outcome, 'GET').queue.end).toBeGreaterThan(20);
  }); // prettier-ignore

  it('when all are finished', () => {
    expect(outcomeAt({ w: {} }, { sectors: 2 }).stuck).toEqual([]);
  });
});

describe('a task that nobody has room for', () => {
  it('is never full, only impossible', () => {
    const outcome = outcomeAt({ w: { hardware: { memory: 181 * GiB } } });
    const found = stage(outcome, 'C2');
    expect(found.capacity).toBe(0);
    expect(found.full).toBe(0);
    expect(outcome.bottleneck).toMatchObject({ task: 'PC1', binds: 'virtual-memory' });
  });
});
