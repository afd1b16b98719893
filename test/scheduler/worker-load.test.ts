import { describe, expect, it } from 'vitest';
import { LoadStates } from '../../src/scheduler/load-state.js';
import type { SchedulerWorker } from '../../src/scheduler/task-request.js';
import { WorkerLoad } from '../../src/scheduler/worker-load.js';
import { request, schedulerWorker, type WorkerShape } from '../support/scheduler-farm.js';

function loadOf(shape: WorkerShape): WorkerLoad {
  return idleLoad(schedulerWorker('a', shape));
}

function idleLoad(worker: SchedulerWorker): WorkerLoad {
  return new WorkerLoad(worker, new LoadStates('32GiB').idle(worker.resources));
}

describe('the load of a worker', () => {
  it('is the sum of its stages, each as used as its scarcest resource', () => {
    const load = loadOf({ memory: 256, swap: 0, gpus: 2 });
    expect(load.total()).toBe(0);
    // MaxMemory: 64 of 256 GiB
    const first = load.add(request('PC1', 1));
    expect(load.total()).toBe(0.25);
    // Half of the GPUs outweighs 15 + 64 GiB.
    load.add(request('PC2', 2));
    expect(load.total()).toBe(0.5);
    // The GPU in the window, 64 GiB among what prepares.
    load.move(first, 'preparing');
    expect(load.total()).toBe(0.75);
    load.move(first, 'prepared');
    expect(load.total()).toBe(0.75);
    load.move(first, 'running');
    expect(load.total()).toBe(0.75);
    load.remove(first);
    expect(load.total()).toBe(0.5);
  });

  it('counts what others use of the memory in every stage', () => {
    // 64 of 256 GiB, three times
    const load = loadOf({ memory: 256, swap: 0, memUsed: 64 });
    expect(load.total()).toBe(0.75);
    // It may be the task's own.
    load.add(request('PC1', 1));
    expect(load.total()).toBe(0.75);
  });

  it('comes back to exactly nothing after parts of GPUs', () => {
    const load = loadOf({ env: { PC2_32G_GPU_UTILIZATION: '0.1' } });
    const jobs = Array.from({ length: 10 }, (_, number) => load.add(request('PC2', number)));
    // Ten tenths of one
    expect(load.total()).toBe(1);
    expect(load.isOpenFor('PC2')).toBe(false);
    for (const job of jobs) load.remove(job);
    expect(load.total()).toBe(0);
    expect(load.isOpenFor('PC2')).toBe(true);
  });

  it('goes by the worker’s own table', () => {
    const load = loadOf({ memory: 100, swap: 0, env: { PC1_32G_MAX_MEMORY: String(50 * 2 ** 30) } });
    load.add(request('PC1', 1));
    // MinMemory: 56 of 100 GiB
    expect(load.total()).toBe(0.56);
  });

  it('goes by Lotus’s table for what it does not say', () => {
    const { resources, ...worker } = schedulerWorker('a', { memory: 128, swap: 0 });
    const load = idleLoad({ ...worker, resources: { ...resources, Resources: {} } });
    load.add(request('PC1', 1));
    // MaxMemory: 64 of 128 GiB
    expect(load.total()).toBe(0.5);
  });

  it('has the oldest assignment first among those that wait', () => {
    const load = loadOf({});
    const [first, second] = ['PC1 7', 'AP 3', 'C2 5'].map((id, index) =>
      load.add({ ...request('AP', index), id }),
    );
    const waiting = (): readonly string[] => load.pending().map(({ request: { id } }) => id);
    if (first !== undefined) load.move(first, 'running');
    if (second !== undefined) load.move(second, 'preparing');
    expect(waiting()).toEqual(['C2 5']);
    if (second !== undefined) load.move(second, 'prepared');
    expect(waiting()).toEqual(['AP 3', 'C2 5']);
  });

  it('is open for nothing while it is away, and for no task that it does not do', () => {
    const load = loadOf({ tasks: new Set(['PC1']) });
    expect([load.isOpenFor('PC1'), load.isOpenFor('AP')]).toEqual([true, false]);
    load.become(schedulerWorker('a', { tasks: new Set(['PC1', 'AP']), enabled: false }));
    expect([load.isOpenFor('PC1'), load.isOpenFor('AP')]).toEqual([false, false]);
    load.become(schedulerWorker('a', { tasks: new Set(['AP']) }));
    expect([load.isOpenFor('PC1'), load.isOpenFor('AP')]).toEqual([false, true]);
  });
});
