import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Observation, ObservedMiner } from '../../src/observed/observed.js';
import { restartCost } from '../../src/plan/cost.js';
import type { RestartCost } from '../../src/plan/plan.js';
import { farmOf, TOKEN } from '../support/farm.js';
import {
  aJob,
  aStoragePath,
  changeLive,
  changeMiner,
  changeWorker,
  sessionOf,
  stopped,
  unreached,
  workerStats,
} from '../support/observation.js';
import { codes, ID, only, plan, PLACED, SEAL, summary } from '../support/plan.js';
import { aPlanContext } from './unit-context.js';

type Seen = Observation & { readonly miner: ObservedMiner };

const CHANGED = farmOf({ limits: new Map([['PC1', 4]]) });
const SESSION = sessionOf('worker-1');
const SECTORS = { sectors: new Map([[ID, [{ Miner: 1000, Number: 7, SectorFileType: 2 }]]]) };
const silent = changeLive(() => unreached());

function costOf(seen: Observation): RestartCost | undefined {
  return only(plan(CHANGED, seen), 'restart').cost;
}

function counting(counts: Record<string, number> | null): Seen {
  const stats = { ...workerStats('worker-1', ['AP']), TaskCounts: counts };
  return changeMiner(PLACED, { workers: new Map([[SESSION, stats]]) });
}

describe('what a restart would interrupt', () => {
  it('is nothing only where the miner says so', () => {
    expect(costOf(PLACED)).toEqual({ jobs: [], sectorsHeld: 0 });
    expect(costOf({ ...PLACED, miner: unreached() })).toEqual({});
  });

  it('is not known of a worker that the miner does not know, but for jobs it remembers', () => {
    const lost = changeMiner(PLACED, { workers: new Map(), ...SECTORS });
    expect(costOf(lost)).toEqual({ sectorsHeld: 1 });
    const awaited = aJob('PC1', 7, { RunWait: -1, Hostname: 'worker-1' });
    const jobs = new Map([['00000000-0000-0000-0000-000000000000', [awaited]]]);
    expect(costOf(changeMiner(lost, { jobs }))?.jobs).toMatchObject([{ task: 'PC1' }]);
  });

  it.each<[what: string, counts: Record<string, number> | null, posts: RestartCost['posts']]>([
    ['a WindowPoSt', { '8:post/v0/windowproof': 1 }, ['WDP']],
    ['a WinningPoSt', { '8:post/v0/winningproof': 2 }, ['WNP']],
    ['one that has ended', { '8:post/v0/windowproof': 0 }, undefined],
    ['a job, which stands among the jobs', { '8:seal/v0/precommit/1': 1 }, undefined],
    ['nothing', null, undefined],
  ])('has the proofs that it computes: %s', (_, counts, posts) => {
    expect(costOf(counting(counts))).toEqual({ jobs: [], sectorsHeld: 0, ...(posts && { posts }) });
  });
});

describe('of a worker that does not answer', () => {
  const seen = changeWorker(changeMiner(PLACED, SECTORS), 'worker-1', silent);

  it('the sectors are those of the paths on its list, and it is said: SF508', () => {
    expect(costOf(seen)).toEqual({ jobs: [], sectorsHeld: 1 });
    expect(codes(plan(CHANGED, seen))).toEqual(['SF508 warning']);
  });

  it('they are not known where a path keeps its ID to itself', () => {
    const unread = changeWorker(seen, 'worker-1', (before) => ({
      ...before,
      storage: new Map([[SEAL, aStoragePath()]]),
    }));
    const [host] = desire(CHANGED, TOKEN, new Map()).hosts;
    const there = unread.hosts.get('host-1');
    const worker = there?.reached === true ? there.workers.get('worker-1') : undefined;
    if (host === undefined || worker === undefined) throw new Error('no worker');
    expect(restartCost({ ...aPlanContext(host, worker), miner: unread.miner })).toEqual({ jobs: [] });
    expect(summary(plan(farmOf({ storage: [] }), unread))).toEqual([]);
  });
});

it('counts what lies in the folders of one that is down: the index forgot it', () => {
  const down = changeWorker(PLACED, 'worker-1', (before) => ({
    ...stopped(before),
    storage: new Map(
      [...before.storage].map(([path, one]) => [path, { ...one, entries: ['sealed/s-t01000-7'] }]),
    ),
  }));
  const made = plan(
    farmOf({ state: 'drained' }),
    changeMiner(down, { workers: new Map(), storage: new Map() }),
  );
  expect(only(made, 'drain').cost).toEqual({ jobs: [], sectorsHeld: 1 });
});
