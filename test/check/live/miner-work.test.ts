import { describe, expect, it } from 'vitest';
import { checkLive } from '../../../src/check/live-checks.js';
import { NO_SESSION, type WorkerJob, type WorkerStats } from '../../../src/lotus/api.js';
import { aFarm, aHost, aWorker } from '../../support/farm.js';
import { healthy, liveCodes, theFinding, withMiner, type Seen } from '../../support/facts.js';
import { aJob, sessionOf, unreached, workerStats } from '../../support/observation.js';

it('of a miner that was not reached nothing is said', () => {
  const seen = healthy();
  expect(checkLive({ ...seen, observation: { ...seen.observation, miner: unreached() } })).toEqual([]);
});

describe('a session that is not in the file', () => {
  const { miner } = aFarm();
  const leaving = healthy(
    aFarm({ miner: { ...miner, config: { tasks: ['UNS'], localWorkerName: 'miner-1' } } }),
  );

  function beside(stats: WorkerStats, seen = healthy()): Seen {
    return withMiner(seen, { workers: new Map([...seen.observation.miner.workers, ['other', stats]]) });
  }

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['takes what cannot be switched off', beside(workerStats('miner-1', ['C1', 'FIN', 'GET']))],
    ['takes PC1 too', beside(workerStats('miner-1', ['C1', 'FIN', 'PC1'])), 'SF525 warning'],
    [
      'is within lotus-miner and takes what the file leaves to it',
      beside(workerStats('miner-1', ['C1', 'UNS']), leaving),
    ],
    [
      'has the name of the worker within lotus-miner, as another one has',
      withMiner(leaving, {
        workers: new Map([
          ...leaving.observation.miner.workers,
          ['own', workerStats('miner-1', ['UNS'])],
          ['other', workerStats('miner-1', ['UNS'])],
        ]),
      }),
      'SF525 warning',
    ],
    [
      'is within lotus-miner and takes more',
      beside(workerStats('miner-1', ['UNS', 'PC1']), leaving),
      'SF525 warning',
    ],
    ['is another and takes UNS', beside(workerStats('other-1', ['UNS']), leaving), 'SF525 warning'],
    ['takes PoSt', beside(workerStats('post-1', ['WDP']))],
    ['has the name of a worker', beside(workerStats('worker-1', ['PC1']))],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('is told with its tasks, and that it shares a machine', () => {
    const stats = workerStats('miner-1', ['AP', 'PC1', 'C1']);
    expect(theFinding(beside(stats)).message).toBe('miner-1, which is not in the file, takes AP and PC1');
    const shared = aFarm({ hosts: [aHost({ address: '10.0.0.10' })] });
    expect(theFinding(beside(stats, healthy(shared))).message).toContain('share the machine of the miner');
    const byListen = aFarm({
      hosts: [aHost({ workers: [aWorker({ listen: { host: '10.0.0.10', port: 3456 } })] })],
    });
    expect(theFinding(beside(stats, healthy(byListen))).message).toContain('share the machine of the miner');
  });
});

describe('a registered worker', () => {
  const stats = workerStats('worker-1', ['PC1']);
  const away = { ...stats, Enabled: false };
  const sessions = (entries: readonly (readonly [string, WorkerStats])[]): Seen =>
    withMiner(healthy(), { workers: new Map(entries) });

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['answers', sessions([['a', stats]])],
    ['is disabled', sessions([['a', away]]), 'SF539 warning'],
    [
      'is disabled under its old session alone',
      sessions([
        ['a', away],
        ['b', stats],
      ]),
    ],
    ['is not registered', sessions([])],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });
});

describe('a job that was not given back', () => {
  // 24 hours before the tests' noon, and a second more.
  const DAY_AGO = '2026-02-28T12:00:00Z';
  const LONGER_AGO = '2026-02-28T11:59:59Z';
  const waits = (change: Partial<WorkerJob>, session = NO_SESSION): Seen => {
    const job = aJob('PC1', 7, { RunWait: -1, Hostname: 'worker-1', Start: LONGER_AGO, ...change });
    return withMiner(healthy(), { jobs: new Map([[session, [job]]]) });
  };

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['for over a day', waits({}), 'SF542 warning'],
    ['for a day', waits({ Start: DAY_AGO })],
    ['but is returned', waits({ RunWait: -2 })],
    ['but runs on a live worker', waits({ RunWait: 0 }, sessionOf('worker-1'))],
    ['since nobody knows when', waits({ Start: '' })],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('is told with its worker and sector, known or not', () => {
    expect(theFinding(waits({}))).toMatchObject({
      message: 'the miner has waited over 24 hours for 1 result of worker-1: PC1 of s-t01000-7',
      place: { kind: 'host', host: 'host-1', worker: 'worker-1' },
    });
    expect(theFinding(waits({ Hostname: 'gone' }))).not.toHaveProperty('place');
    expect(theFinding(waits({ Hostname: '' })).message).toContain('of nobody');
  });
});
