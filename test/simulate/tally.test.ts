import { describe, expect, it } from 'vitest';
import type { PipelineTask } from '../../src/lotus/selector.js';
import { LoadStates } from '../../src/scheduler/load-state.js';
import type { ScheduledTask } from '../../src/scheduler/task-request.js';
import { Tally } from '../../src/simulate/tally.js';
import type { Move } from '../../src/simulate/transfer.js';
import { WorkerTally } from '../../src/simulate/worker-tally.js';
import { request } from '../support/scheduler-farm.js';
import { GiB, modelAt, type Place } from '../support/simulated-farm.js';

function workerTally(place: Place): WorkerTally {
  const [worker] = modelAt({ w: place }).workers;
  if (worker === undefined) throw new Error('no worker');
  return new WorkerTally(worker, new LoadStates('32GiB').idle(worker.resources));
}

function taskOf(task: PipelineTask): ScheduledTask {
  return { request: request(task, 1), session: 'w', phase: 'running' };
}

describe('the tally of a worker', () => {
  it('is full of each task for want of what is too little for one more', () => {
    const tally = workerTally({ worker: { limits: new Map([['PC1', 2]]) } });
    tally.change(0, 'PC2', 1);
    tally.change(10, 'PC1', 1);
    tally.change(20, 'PC1', 1);
    tally.change(30, 'PC2', -1);
    tally.change(40, 'PC1', -1);
    // The GPU is taken until 30, the limit of PC1 reached from 20 to 40.
    expect([...tally.short('PC2', 100)]).toEqual([['gpus', 0.3]]);
    expect([...tally.short('C2', 100)]).toEqual([['gpus', 0.3]]);
    expect([...tally.short('PC1', 100)]).toEqual([['max-concurrent', 0.2]]);
    expect([...tally.short('AP', 100)]).toEqual([]);
    expect(tally.running('PC2', 100)).toBe(0.3);
    // 1 x 10 + 2 x 20 + 1 x 60
    expect(tally.running('PC1', 100)).toBeCloseTo(1.1, 12);
    expect(tally.running('FIN', 100)).toBe(0);
  });

  it('tells one want from another', () => {
    // C2 wants 182 GiB of RAM and swap: no room beside 2 PC1 of 64; no GPU beside PC2.
    const tally = workerTally({ hardware: { memory: 300 * GiB } });
    tally.change(0, 'PC1', 1);
    tally.change(0, 'PC1', 1);
    tally.change(50, 'PC1', -1);
    tally.change(50, 'PC2', 1);
    expect([...tally.short('C2', 100)]).toEqual([
      ['virtual-memory', 0.5],
      ['gpus', 0.5],
    ]);
  });

  it('waits for transfers only with tasks that fetch', () => {
    const tally = workerTally({});
    // Its GPU is PC2's as soon as the files are there.
    tally.fetching(0, 'PC2', 1);
    expect([...tally.short('PC2', 100)]).toEqual([['transfers', 1]]);
    expect([...tally.short('C2', 100)]).toEqual([]);
    expect([...tally.short('AP', 100)]).toEqual([]);
  });

  it('waits for transfers where the limit of GET is reached', () => {
    const tally = workerTally({ worker: { limits: new Map([['GET', 2]]) }, hardware: { gpus: 4 } });
    tally.fetching(0, 'PC2', 1);
    expect([...tally.short('PC2', 50)]).toEqual([]);
    tally.change(50, 'GET', 1);
    expect([...tally.short('PC2', 100)]).toEqual([['transfers', 0.5]]);
    expect([...tally.short('PC1', 100)]).toEqual([['transfers', 0.5]]);
  });

  it('knows nothing of tasks that the worker does not do', () => {
    const tally = workerTally({ worker: { tasks: ['PC2'] } });
    tally.change(0, 'PC2', 1);
    expect([...tally.short('C2', 100)]).toEqual([]);
  });

  it('begins anew with what runs, and with what comes later', () => {
    const tally = workerTally({});
    tally.change(0, 'PC2', 1);
    tally.restart(100);
    expect(tally.running('PC2', 200)).toBe(1);
    expect([...tally.short('PC2', 200)]).toEqual([['gpus', 1]]);
    tally.change(150, 'PC2', -1);
    tally.change(150, 'C2', 1);
    expect(tally.running('PC2', 200)).toBe(0.5);
    // It ran for the first time, and for half of the time that counts.
    expect(tally.running('C2', 200)).toBe(0.5);
  });

  it('says the full part of what is scarce for the first time later on', () => {
    const tally = workerTally({ worker: { limits: new Map([['PC1', 1]]) } });
    tally.change(0, 'AP', 1);
    tally.restart(100);
    tally.change(150, 'PC1', 1);
    expect([...tally.short('PC1', 200)]).toEqual([['max-concurrent', 0.5]]);
  });
});

describe('the tally of a farm', () => {
  const move = (from: string, bytes: number): Move => ({ from, to: 'w', bytes }) as Move;

  it('counts a sector once for all its files from one place', () => {
    const tally = new Tally(modelAt({ w: {} }));
    tally.move(taskOf('PC2'), [move('a', 1), move('a', 10)]);
    tally.move(taskOf('PC2'), [move('a', 1), move('b', 10)]);
    tally.move(taskOf('PC1'), [move('a', 100)]);
    tally.move(taskOf('GET'), [move('w', 1000), move('b', 1000)]);
    tally.move(taskOf('C2'), [move('a', 5)]);
    expect(tally.transfers).toEqual([
      { from: 'a', to: 'w', cargo: 'pc1-output', sectors: 2, bytes: 12 },
      { from: 'b', to: 'w', cargo: 'pc1-output', sectors: 1, bytes: 10 },
      { from: 'a', to: 'w', cargo: 'unsealed', sectors: 1, bytes: 100 },
      { from: 'b', to: 'w', cargo: 'finished', sectors: 1, bytes: 1000 },
    ]);
  });

  it('begins anew with everything but what was finished in all', () => {
    const tally = new Tally(modelAt({ w: {} }));
    tally.queue(0, 'PC1', 3);
    tally.running(0, taskOf('PC2'), 1);
    tally.move(taskOf('PC1'), [move('a', 100)]);
    tally.fail('PC1');
    tally.fail('PC1');
    tally.finish();
    expect(tally.failures.get('PC1')).toBe(2);

    tally.restart(100);
    tally.queue(150, 'PC1', -2);
    tally.running(150, taskOf('PC2'), -1);
    tally.finish();
    expect(tally).toMatchObject({ finished: 2, finishedSince: 1, since: 100 });
    expect(tally.transfers).toEqual([]);
    expect(tally.failures.get('PC1')).toBeUndefined();
    // 3 x 50 + 1 x 50
    expect(tally.queues.get('PC1')?.mean(200)).toBe(2);
    expect(tally.queues.get('PC1')?.peak).toBe(3);
    expect(tally.workers.get('w')?.running('PC2', 200)).toBe(0.5);
  });
});
