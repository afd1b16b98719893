import { describe, expect, it } from 'vitest';
import { asksThePast, expectedEnd, seen, UNKNOWN_PACE, type Pace } from '../../src/drain/pace.js';
import type { Blocker } from '../../src/drain/step.js';
import type { DrainJob } from '../../src/drain/snapshot.js';
import type { WorkerJob } from '../../src/lotus/api.js';
import type { TaskCode } from '../../src/lotus/task.js';
import type { ObservedMiner } from '../../src/observed/observed.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { aJob, inPlace, sessionOf } from '../support/observation.js';

const FARM = aFarm({
  hosts: [1, 2].map((n) => aHost({ name: `host-${n}`, workers: [aWorker({ name: `worker-${n}` })] })),
});
const { miner: MINER } = inPlace(FARM);
const MIDNIGHT = Date.parse('2026-03-01T00:00:00Z');
const HOUR = 3_600_000;

type Jobs = readonly (readonly [worker: number, task: TaskCode, sector: number, hour: number])[];

function minerWith(jobs: Jobs): ObservedMiner {
  const bySession = [1, 2].map((worker) => {
    const own = jobs.filter(([at]) => at === worker);
    return [
      sessionOf(`worker-${worker}`),
      own.map(([, task, sector, hour]) => aJob(task, sector, { Start: at(hour) })),
    ] as const;
  });
  return { ...MINER, jobs: new Map(bySession) };
}

function at(hour: number): string {
  return new Date(MIDNIGHT + hour * HOUR).toISOString();
}

/** Looks at full hours. */
function looks(...all: readonly (readonly [hour: number, jobs: Jobs])[]): Pace {
  return all.reduce(
    (pace, [hour, jobs]) => seen(pace, minerWith(jobs), MIDNIGHT + hour * HOUR),
    UNKNOWN_PACE,
  );
}

function waitsFor(task: TaskCode, hour: number, state: DrainJob['state'] = 'running'): Blocker {
  return { kind: 'job', job: { task, sector: 's-t01000-9', state, since: at(hour) } };
}

function hourOf(end: number | undefined): number | undefined {
  return end === undefined ? undefined : (end - MIDNIGHT) / HOUR;
}

describe('the pace of a farm', () => {
  const TWO_ENDED = looks(
    [4, [[1, 'PC1', 1, 0], [2, 'PC1', 2, 1]]], // prettier-ignore
    [5, [[2, 'PC1', 2, 1]]], // prettier-ignore
    [4 + 4, []],
  );

  it('is not known before a job of the task has ended', () => {
    expect(expectedEnd(UNKNOWN_PACE, [waitsFor('PC1', 3)])).toBeUndefined();
    expect(expectedEnd(looks([1, [[1, 'PC1', 1, 0]]]), [waitsFor('PC1', 3)])).toBeUndefined(); // prettier-ignore
    expect(expectedEnd(TWO_ENDED, [waitsFor('PC2', 3)])).toBeUndefined();
  });

  it('is that of the jobs in the middle', () => {
    expect(TWO_ENDED.took.get('PC1')).toEqual([5 * HOUR, 7 * HOUR]);
    expect(hourOf(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3)]))).toBe(10);
  });

  it('lets the last of several jobs count', () => {
    expect(hourOf(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3), waitsFor('PC1', 6)]))).toBe(13);
  });

  it('says nothing of what is not begun, of one job that is not known, and of what is no job', () => {
    expect(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3, 'assigned')])).toBeUndefined();
    expect(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3), waitsFor('PC2', 3)])).toBeUndefined();
    expect(expectedEnd(TWO_ENDED, [{ kind: 'silent' }])).toBeUndefined();
    expect(expectedEnd(TWO_ENDED, [])).toBeUndefined();
  });

  it('lets a proof that is due count, by the end that the chain has for it', () => {
    const due = { index: 7, isOpen: true, over: at(12) };
    expect(hourOf(expectedEnd(UNKNOWN_PACE, [{ kind: 'proof-due', due }]))).toBe(12);
    expect(hourOf(expectedEnd(TWO_ENDED, [waitsFor('PC1', 6), { kind: 'proof-due', due }]))).toBe(13);
    const { over: _, ...always } = due;
    expect(expectedEnd(TWO_ENDED, [waitsFor('PC1', 6), { kind: 'proof-due', due: always }])).toBeUndefined();
  });

  it('does not count what a worker had that went away', () => {
    const before = looks([4, [[1, 'PC1', 1, 0]]]); // prettier-ignore
    const stats = [...MINER.workers].map(([session, one]) => [session, { ...one, Enabled: false }] as const);
    for (const workers of [new Map(), new Map(stats)]) {
      const away = { ...minerWith([]), workers };
      expect(seen(before, away, MIDNIGHT + 5 * HOUR).took.size).toBe(0);
    }
  });

  it.each<[what: string, job: Partial<WorkerJob>]>([
    ['was not begun', { RunWait: 1, Start: at(0) }],
    ['began nobody knows when', { Start: 'lately' }],
    ['began later than it ended, by clocks that differ', { Start: at(6) }],
  ])('does not count what %s', (_, job) => {
    const jobs = new Map([[sessionOf('worker-1'), [aJob('PC1', 1, job)]]]);
    const before = seen(UNKNOWN_PACE, { ...MINER, jobs }, MIDNIGHT + 4 * HOUR);
    expect(seen(before, minerWith([]), MIDNIGHT + 5 * HOUR).took.size).toBe(0);
  });

  it('says of what a restarted miner waits for when it is over, and of no job that is prepared', () => {
    expect(hourOf(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3, 'awaited')]))).toBe(10);
    expect(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3, 'prepared')])).toBeUndefined();
  });

  it('is that of before for tasks of which none has been seen to end', () => {
    const before = new Map<TaskCode, readonly number[]>([
      ['PC1', [1 * HOUR]],
      ['PC2', [2 * HOUR]],
    ]);
    expect(hourOf(expectedEnd(UNKNOWN_PACE, [waitsFor('PC1', 3)], before))).toBe(4);
    expect(hourOf(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3)], before))).toBe(10);
    expect(hourOf(expectedEnd(TWO_ENDED, [waitsFor('PC1', 3), waitsFor('PC2', 9)], before))).toBe(11);
    expect(expectedEnd(TWO_ENDED, [waitsFor('C2', 3)], before)).toBeUndefined();
    expect(expectedEnd(TWO_ENDED, [waitsFor('PC2', 3, 'assigned')], before)).toBeUndefined();
  });

  it('asks the past only where that may tell', () => {
    expect(asksThePast(TWO_ENDED, [waitsFor('PC2', 3)])).toBe(true);
    expect(asksThePast(TWO_ENDED, [waitsFor('PC1', 3)])).toBe(false);
    expect(asksThePast(TWO_ENDED, [waitsFor('PC2', 3), waitsFor('PC1', 3, 'assigned')])).toBe(false);
    expect(asksThePast(TWO_ENDED, [{ kind: 'silent' }])).toBe(false);
  });

  it('goes by the last fifty', () => {
    let pace = UNKNOWN_PACE;
    for (let hour = 0; hour < 60; hour += 1) {
      pace = seen(pace, minerWith([[1, 'PC1', hour, hour]]), MIDNIGHT + hour * HOUR); // prettier-ignore
      pace = seen(pace, minerWith([]), MIDNIGHT + (hour + 1 + hour / 100) * HOUR);
    }
    expect(pace.took.get('PC1')).toHaveLength(50);
  });
});
