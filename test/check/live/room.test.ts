import { describe, expect, it } from 'vitest';
import type { Farm, Worker } from '../../../src/farm/farm.js';
import { aFarm, aHost, aStorage, aWorker, farmOf } from '../../support/farm.js';
import {
  aPlace,
  aRoom,
  GiB,
  healthy,
  liveCodes,
  theFinding,
  withFacts,
  withMiner,
  type Seen,
} from '../../support/facts.js';
import { aJob, changeWorker, idOf, sessionOf, stopped } from '../../support/observation.js';
import { SEAL } from '../../support/plan.js';

/** With this in a folder of parameters or parents. */
function cache(folder: string, free: number, files: number, farm: Farm): Seen {
  return withFacts(healthy(farm), 'host-1', ({ caches }) => ({
    caches: new Map([...caches, [folder, { exists: true, files, room: aRoom({ free }) }]]),
  }));
}

function halted(seen: Seen): Seen {
  return { ...seen, observation: changeWorker(seen.observation, 'worker-1', stopped) };
}

describe('proof parameters', () => {
  const PARAMS = '/var/tmp/filecoin-proof-parameters';
  const of = (worker: Partial<Worker>, free: number, files = 0, folder = PARAMS): Seen =>
    halted(cache(folder, free, files, farmOf(worker)));

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['are missing, without room', of({}, 110 * GiB - 1), 'SF529 warning'],
    ['are missing, with room', of({}, 110 * GiB)],
    ['are there', of({}, 0, 1)],
    ['are not needed for PC1', of({ tasks: ['AP', 'PC1', 'PC2'] }, 0)],
    ['are missing for WindowPoSt', of({ tasks: ['WDP'] }, 0), 'SF529 warning'],
    [
      'are missing where they are declared to be',
      of({ parameterCache: '/fast/params' }, 0, 0, '/fast/params'),
      'SF529 warning',
    ],
    ['are missing elsewhere', of({ parameterCache: '/fast/params' }, 0)],
    ['were there when the worker began to listen', cache(PARAMS, 0, 0, farmOf({}))],
    ['are small for test sectors', halted(cache(PARAMS, 0, 0, { ...farmOf({}), sectorSize: '512MiB' }))],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('are told with their folder', () => {
    expect(theFinding(of({}, 20 * GiB))).toMatchObject({
      message: 'no proof parameters here, and 20 GiB free for about 110 GiB of them',
      place: { host: 'host-1', worker: 'worker-1', path: PARAMS },
    });
  });
});

describe('parents', () => {
  const PARENTS = '/var/tmp/filecoin-parents';
  const large: Farm = { ...farmOf({}), sectorSize: '64GiB' };

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['are missing, without room', cache(PARENTS, 60 * GiB - 1, 0, farmOf({})), 'SF530 warning'],
    ['are missing, with room', cache(PARENTS, 60 * GiB, 0, farmOf({}))],
    ['are there', cache(PARENTS, 0, 1, farmOf({}))],
    ['are twice as large for 64 GiB', cache(PARENTS, 119 * GiB, 0, large), 'SF530 warning'],
    ['of 64 GiB have room', cache(PARENTS, 120 * GiB, 0, large)],
    ['are not needed without PC1', cache(PARENTS, 0, 0, farmOf({ tasks: ['PC2', 'C2'] }))],
    [
      'are missing where they are declared to be',
      cache('/fast/p', 0, 0, farmOf({ parentCache: '/fast/p' })),
      'SF530 warning',
    ],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });
});

describe('room for one more sector', () => {
  // 1× for the sealed file and 14.1× for the cache: 15.1 × 32 GiB, without the fraction of a byte.
  const ONE = Math.floor(15.1 * 32 * GiB);
  const ID = idOf('host-1', SEAL);

  /** With so much available as Lotus counts it, and these PC1 running. */
  function lotus(available: number, worker: Partial<Worker> = {}, running = 0): Seen {
    const seen = healthy(farmOf(worker));
    const { storage } = seen.observation.miner;
    const before = storage.get(ID);
    if (before?.stat === undefined) throw new Error('not indexed');
    const jobs = Array.from({ length: running }, (_, index) => aJob('PC1', index));
    return withMiner(seen, {
      storage: new Map([...storage, [ID, { ...before, stat: { ...before.stat, Available: available } }]]),
      jobs: new Map([[sessionOf('worker-1'), jobs]]),
    });
  }

  /** With so much free as the machine says, before Lotus has ever seen the path. */
  function machine(free: number, maxStorage = 0): Seen {
    const seen = healthy(farmOf({ storage: [aStorage({ maxStorage })] }));
    const places = new Map([[SEAL, aPlace(SEAL, { room: aRoom({ free }) })]]);
    const bare = withFacts(seen, 'host-1', () => ({ places }));
    const [store] = [...seen.observation.miner.storage].slice(-1);
    return halted(withMiner(bare, { storage: new Map(store === undefined ? [] : [store]) }));
  }

  it.each<[what: string, seen: Seen, ...said: string[]]>([
    ['is just there', lotus(ONE)],
    ['is not quite there', lotus(ONE - 1), 'SF533 warning'],
    ['is not needed without PC1', lotus(0, { tasks: ['PC2'] })],
    ['is not needed on a path that stores', lotus(0, { storage: [aStorage({ seal: false, store: true })] })],
    ['is not needed for as many as may run', lotus(0, { limits: new Map([['PC1', 2]]) }, 2)],
    ['is needed for fewer than may run', lotus(0, { limits: new Map([['PC1', 2]]) }, 1), 'SF533 warning'],
    ['is just there, as the machine says', machine(ONE)],
    ['is not there, as the machine says', machine(ONE - 1), 'SF533 warning'],
    ['could never be there below maxStorage, as the layout says', machine(2 * ONE, ONE - 1)],
    ['is not there, though maxStorage allows it', machine(ONE - 1, ONE), 'SF533 warning'],
    ['is there, and maxStorage allows it', machine(ONE, ONE)],
  ])('%s', (_, seen, ...said) => {
    expect(liveCodes(seen)).toEqual(said);
  });

  it('on one path is enough', () => {
    const paths = [SEAL, '/mnt/nvme1/seal'];
    const workers = [aWorker({ storage: paths.map((path) => aStorage({ path })) })];
    const seen = healthy(aFarm({ hosts: [aHost({ workers })] }));
    const full = [...seen.observation.miner.storage].map(([id, entry]) => {
      const stat = entry.stat === undefined ? undefined : { ...entry.stat, Available: id === ID ? 0 : ONE };
      return [id, stat === undefined ? entry : { ...entry, stat }] as const;
    });
    expect(liveCodes(withMiner(seen, { storage: new Map(full) }))).toEqual([]);
  });

  it('is told in numbers', () => {
    expect(theFinding(lotus(100 * GiB)).message).toBe(
      'no sealing path has room for one more sector: PC1 takes 483.2 GiB, the most that is free is 100 GiB',
    );
  });
});
