import { describe, expect, it } from 'vitest';
import type { OpenCall } from '../../src/sandbox/miner/calls.js';
import { Calls, WorkerRestarted } from '../../src/sandbox/miner/calls.js';
import type { MinerEvent } from '../../src/sandbox/miner/event-log.js';

const DISK_FULL = { Code: 0, Message: 'disk full' };
const SECTOR = { Miner: 1000, Number: 7 };

function open(id: string, change: Partial<OpenCall> = {}): OpenCall {
  return {
    id,
    task: 'PC1',
    part: 'task',
    sector: SECTOR,
    hostname: 'w',
    session: 'old',
    start: '',
    ...change,
  };
}

function setUp(): { calls: Calls; events: MinerEvent[] } {
  const events: MinerEvent[] = [];
  return {
    calls: new Calls(
      (event) => events.push(event),
      () => undefined,
    ),
    events,
  };
}

describe('Calls', () => {
  it('ends with what the worker returns', async () => {
    const { calls } = setUp();
    const good = calls.wait(open('a'));
    const bad = calls.wait(open('b'));
    calls.settle('a', undefined);
    calls.settle('b', DISK_FULL);
    await expect(good).resolves.toBeUndefined();
    await expect(bad).rejects.toThrow('disk full');
    expect(calls.list()).toEqual([]);
  });

  it('keeps a result that comes before its call is known', async () => {
    const { calls } = setUp();
    calls.settle('a', undefined);
    calls.settle('b', DISK_FULL);
    await expect(calls.wait(open('a'))).resolves.toBeUndefined();
    await expect(calls.wait(open('b'))).rejects.toThrow('disk full');
  });

  it('knows a call whose worker was restarted', async () => {
    const { calls } = setUp();
    const gone = calls.wait(open('a'));
    calls.settle('a', { Code: 101, Message: 'worker [name: w] restarted' });
    await expect(gone).rejects.toBeInstanceOf(WorkerRestarted);
  });

  it('hands the task of an earlier miner to whoever asks for it first', async () => {
    const { calls, events } = setUp();
    calls.restore([open('a'), open('f', { part: 'fetch', task: 'PC2' })]);
    expect(calls.leftOver('PC2', SECTOR)).toBeUndefined();
    const left = calls.leftOver('PC1', SECTOR);
    expect(calls.leftOver('PC1', SECTOR)).toBeUndefined();
    calls.settle('a', undefined);
    await expect(left).resolves.toBeUndefined();
    expect(events).toMatchObject([{ event: 'job-done', sector: 7, task: 'PC1', worker: 'w' }]);
  });
});
