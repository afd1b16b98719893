import { describe, expect, it } from 'vitest';
import type { PipelineTask } from '../../src/lotus/selector.js';
import type { ScheduledTask } from '../../src/scheduler/task-request.js';
import { SectorFiles } from '../../src/simulate/sector-files.js';
import { Storage } from '../../src/simulate/storage.js';
import { aStorage } from '../support/farm.js';
import { request, sectorId } from '../support/scheduler-farm.js';
import { GiB, modelAt, type Places } from '../support/simulated-farm.js';

/** 15.1 x 32 GiB, each rounded down */
const SECTOR = 32 * GiB + 484_472_310_988;
/** 1.1 x 32 GiB */
const FINISHED = 32 * GiB + 3_435_973_836;

class Scene {
  readonly storage: Storage;
  readonly files: SectorFiles;

  constructor(places: Places) {
    const model = modelAt(places);
    this.storage = new Storage(model, () => undefined);
    this.files = new SectorFiles(this.storage, model.size);
  }

  /** Fetches, runs and ends a task of sector 1; says what was fetched from where. */
  do(task: PipelineTask, session: string): readonly string[] | undefined {
    const scheduled = taskOf(task, session);
    const moves = this.files.movesFor(scheduled);
    if (moves === undefined) return undefined;
    this.files.arrive(scheduled, moves);
    if (!this.files.makeRoom(scheduled)) return undefined;
    this.files.done(scheduled);
    return moves.map(({ type, from, to }) => `${type} ${from}→${to}`);
  }

  used(path: string, size: number): number {
    return size - (this.storage.paths.get(path)?.available ?? NaN);
  }

  get holders(): object {
    return Object.fromEntries(this.storage.holders(sectorId(1)));
  }
}

function taskOf(task: PipelineTask, session: string): ScheduledTask {
  return { request: request(task, 1), session, phase: 'preparing' };
}

const DISK = 2000 * GiB;
const THREE: Places = {
  a: { worker: { storage: [aStorage({ path: '/' })] }, hardware: { disk: DISK } },
  b: { worker: { storage: [aStorage({ path: '/' })] }, hardware: { disk: DISK } },
  store: {
    worker: { storage: [aStorage({ path: '/', seal: false, store: true })] },
    hardware: { disk: DISK },
  },
};

describe('the files of a sector', () => {
  it('go with its tasks from worker to worker', () => {
    const scene = new Scene(THREE);
    expect(scene.do('AP', 'a')).toEqual([]);
    expect(scene.holders).toEqual({ 'a:/': 1 });
    expect(scene.used('a:/', DISK)).toBe(32 * GiB);

    expect(scene.do('PC1', 'b')).toEqual(['unsealed a→b']);
    expect(scene.holders).toEqual({ 'b:/': 7 });
    expect(scene.used('a:/', DISK)).toBe(0);
    expect(scene.used('b:/', DISK)).toBe(32 * GiB + SECTOR);

    expect(scene.do('PC2', 'a')).toEqual(['sealed b→a', 'cache b→a']);
    expect(scene.holders).toEqual({ 'a:/': 6, 'b:/': 1 });
    expect(scene.used('a:/', DISK)).toBe(SECTOR);

    expect(scene.do('C1', 'a')).toEqual([]);
    expect(scene.do('C2', 'b')).toEqual([]);
    expect(scene.holders).toEqual({ 'a:/': 6, 'b:/': 1 });

    expect(scene.do('FIN', 'a')).toEqual([]);
    expect(scene.used('a:/', DISK)).toBe(FINISHED);

    expect(scene.do('GET', 'store')).toEqual(['sealed a→store', 'cache a→store']);
    expect(scene.holders).toEqual({ 'store:/': 6, 'b:/': 1 });
    expect(scene.used('a:/', DISK)).toBe(0);
    expect(scene.used('store:/', DISK)).toBe(FINISHED);
  });

  it('stay where they may stay', () => {
    const scene = new Scene({ w: { worker: { storage: [aStorage({ path: '/', store: true })] } } });
    for (const task of ['AP', 'PC1', 'PC2', 'C1', 'FIN', 'GET'] as const) {
      expect(scene.do(task, 'w')).toEqual([]);
    }
    expect(scene.holders).toEqual({ 'w:/': 7 });
  });

  it('go from a path that only seals to one that stores on the same worker', () => {
    const storage = [aStorage({ path: '/a' }), aStorage({ path: '/b', seal: false, store: true })];
    const scene = new Scene({ w: { worker: { storage } } });
    for (const task of ['AP', 'PC1', 'PC2', 'FIN'] as const) scene.do(task, 'w');
    expect(scene.do('GET', 'w')).toEqual(['sealed w→w', 'cache w→w']);
    expect(scene.holders).toEqual({ 'w:/a': 1, 'w:/b': 6 });
  });

  it('are in the index at the old place until they are at the new one', () => {
    const scene = new Scene(THREE);
    scene.do('AP', 'a');
    const task = taskOf('PC1', 'b');
    const moves = scene.files.movesFor(task);
    expect(scene.holders).toEqual({ 'a:/': 1 });
    // Room at both ends
    expect(scene.used('a:/', DISK)).toBe(32 * GiB);
    expect(scene.used('b:/', DISK)).toBe(32 * GiB);
    scene.files.arrive(task, moves ?? []);
    expect(scene.holders).toEqual({ 'b:/': 1 });
    // What PC1 writes is known when it is done.
    scene.files.makeRoom(task);
    expect(scene.holders).toEqual({ 'b:/': 1 });
    scene.files.done(task);
    expect(scene.holders).toEqual({ 'b:/': 7 });
  });
});

describe('where there is no room', () => {
  /** Room for the sealed file, and not for the cache. */
  const SHORT = 100 * GiB;
  const places: Places = { ...THREE, b: { ...THREE['b'], hardware: { disk: SHORT } } };

  it('nothing is fetched and nothing kept', () => {
    const scene = new Scene(places);
    scene.do('AP', 'a');
    scene.do('PC1', 'a');
    expect(scene.do('PC2', 'b')).toBeUndefined();
    expect(scene.used('b:/', SHORT)).toBe(0);
    expect(scene.holders).toEqual({ 'a:/': 7 });
  });

  it('nothing is written and nothing kept', () => {
    const scene = new Scene(places);
    scene.do('AP', 'b');
    expect(scene.do('PC1', 'b')).toBeUndefined();
    expect(scene.used('b:/', SHORT)).toBe(32 * GiB);
    expect(scene.holders).toEqual({ 'b:/': 1 });
    // It may be done elsewhere then.
    expect(scene.do('PC1', 'a')).toEqual(['unsealed b→a']);
    expect(scene.used('b:/', SHORT)).toBe(0);
  });
});
