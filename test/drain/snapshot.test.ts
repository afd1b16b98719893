import { describe, expect, it } from 'vitest';
import { drainSnapshot, type DrainSnapshot } from '../../src/drain/snapshot.js';
import { drainStep } from '../../src/drain/step.js';
import type { Farm } from '../../src/farm/farm.js';
import { NO_SESSION, type SectorDecl, type WorkerJob, type WorkerStats } from '../../src/lotus/api.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import type { Observation, ObservedMiner, ObservedWorker } from '../../src/observed/observed.js';
import { aFarm, aHost, aStorage, aWorker, GROUP, guideFarm } from '../support/farm.js';
import {
  aUnit,
  ABSENT,
  aJob,
  changeLive,
  changeMiner,
  changePath,
  changeWorker,
  drained,
  file,
  idOf,
  inPlace,
  sessionOf,
  stopped,
  unreached,
  workerStats,
} from '../support/observation.js';
import { placeOf } from './drain-scene.js';
import { left } from '../support/leaving.js';
import { DRAIN, SEAL } from '../support/plan.js';

type Seen = Observation & { readonly miner: ObservedMiner };

const { sealed, cache, unsealed } = FILE_TYPES;

function decl(number: number, types = sealed | cache): SectorDecl {
  return { Miner: 1000, Number: number, SectorFileType: types };
}

function withSectors(seen: Seen, sectors: Readonly<Record<string, readonly SectorDecl[]>>): Seen {
  const byId = Object.entries(sectors).map(([host, decls]) => [idOf(host, SEAL), decls] as const);
  return changeMiner(seen, { sectors: new Map(byId) });
}

function withJobs(seen: Seen, jobs: Readonly<Record<string, readonly WorkerJob[]>>): Seen {
  const bySession = Object.entries(jobs).map(
    ([name, list]) => [name === NO_SESSION ? name : sessionOf(name), list] as const,
  );
  return changeMiner(seen, { jobs: new Map(bySession) });
}

function look(seen: Seen, worker: string, states: Readonly<Record<string, string>> = {}): DrainSnapshot {
  const named = Object.entries(states).map(([sector, state]) => [sector, { state }] as const);
  return drainSnapshot(placeOf(seen, worker), seen, seen.miner, new Map(named));
}

const GUIDE = inPlace(guideFarm());

describe("a worker's own state", () => {
  it('is what the worker itself says', () => {
    expect(look(GUIDE, 'worker-1')).toEqual({
      worker: 'worker-1',
      alive: true,
      silent: false,
      unregistered: false,
      elsewhere: false,
      ended: false,
      enabled: new Set(['AP', 'PC1', 'PC2', 'C2']),
      jobs: [],
      posts: [],
      readers: [],
      proofs: [],
      locks: [],
      held: [],
      others: [
        { worker: 'worker-2', tasks: new Set(['AP', 'PC1', 'PC2', 'C2']), groups: ['example-seal-group-2'] },
        { worker: 'worker-3', tasks: new Set(['AP', 'PC1']), groups: [] },
      ],
    });
  });

  it('has the proofs that it computes, which Lotus only counts', () => {
    const counts = { '8:post/v0/windowproof': 2, '8:post/v0/winningproof': 0, '8:seal/v0/precommit/1': 1 };
    const proving = (worker: string): Seen =>
      changeMiner(GUIDE, {
        workers: new Map([
          ...GUIDE.miner.workers,
          [sessionOf(worker), { ...workerStats(worker, ['WDP']), TaskCounts: counts }],
        ]),
      });
    expect(look(proving('worker-1'), 'worker-1').posts).toEqual(['WDP']);
    expect(look(proving('worker-2'), 'worker-1').posts).toEqual([]);
  });

  it('has the proofs of its own session, and of others of its name as long as the miner has them', () => {
    const TaskCounts = { '8:post/v0/windowproof': 1 };
    const counted = (session: string, Enabled: boolean): readonly string[] => {
      const stats = { ...workerStats('worker-1', ['WDP']), TaskCounts, Enabled };
      const workers = new Map([...GUIDE.miner.workers, [session, stats]]);
      return look(changeMiner(GUIDE, { workers }), 'worker-1').posts;
    };
    expect(counted(sessionOf('worker-1'), false)).toEqual(['WDP']);
    expect(counted('of another start', true)).toEqual(['WDP']);
    expect(counted('of another start', false)).toEqual([]);
  });

  it.each([
    ['stopped', stopped],
    ['silent', changeLive(() => unreached())],
  ])('is not known while it is %s', (_, change) => {
    expect(look(changeWorker(GUIDE, 'worker-1', change), 'worker-1')).toMatchObject({
      alive: false,
      enabled: new Set(),
    });
  });

  it.each([
    ['runs here', (worker: ObservedWorker) => worker, false],
    ['ended, and systemd brings it back', (w: ObservedWorker) => ({ ...stopped(w), unit: aUnit() }), false],
    ['runs nowhere here while the miner gives it work', stopped, true],
  ])('is elsewhere where it %s', (_, change, elsewhere) => {
    expect(look(changeWorker(GUIDE, 'worker-1', change), 'worker-1').elsewhere).toBe(elsewhere);
  });

  it.each<[string, (worker: ObservedWorker) => ObservedWorker, boolean, boolean]>([
    ['runs', (worker) => worker, true, false],
    ['does not answer', changeLive(() => unreached()), false, false],
    ['has no process', stopped, false, true],
    ['is started again by systemd in a moment', (w) => ({ ...stopped(w), unit: aUnit() }), false, true],
    ['may have been started again by systemd', (w) => ({ ...stopped(w), unit: aUnit() }), true, false],
    ['was started by others', (w) => ({ ...stopped(w), startedElsewhere: true }), false, false],
    ['may run elsewhere', stopped, true, false],
  ])('has ended where it %s', (_, change, registered, ended) => {
    const workers = new Map(registered ? GUIDE.miner.workers : []);
    expect(look(changeMiner(changeWorker(GUIDE, 'worker-1', change), { workers }), 'worker-1').ended).toBe(
      ended,
    );
  });

  it('is not elsewhere where the miner has given it up', () => {
    const { miner } = GUIDE;
    const stats = [...miner.workers].map(([session, one]) => [session, { ...one, Enabled: false }] as const);
    const seen = changeMiner(changeWorker(GUIDE, 'worker-1', stopped), { workers: new Map(stats) });
    expect(look(seen, 'worker-1').elsewhere).toBe(false);
  });

  it('is nothing where nobody looked at its host', () => {
    const seen = { ...GUIDE, hosts: new Map([['host-1', unreached()]]) };
    expect(look(seen, 'worker-1')).toMatchObject({ alive: false, held: [] });
  });
});

describe('jobs', () => {
  it('are those that are assigned, prepared or running here', () => {
    const seen = withJobs(GUIDE, {
      'worker-1': [
        aJob('PC1', 1),
        aJob('PC1', 2, { RunWait: 1 }),
        aJob('PC2', 3, { RunWait: 2 }),
        aJob('PC2', 4, { RunWait: 5 }),
      ],
      'worker-2': [aJob('PC1', 5)],
    });
    expect(
      look(seen, 'worker-1').jobs.map(({ task, state, sector }) => `${task} ${state} ${sector}`),
    ).toEqual([
      'PC1 running s-t01000-1',
      'PC1 prepared s-t01000-2',
      'PC2 assigned s-t01000-3',
      'PC2 assigned s-t01000-4',
    ]);
  });

  it('are also those that a restarted miner waits for without knowing who runs them', () => {
    const seen = withJobs(GUIDE, {
      [NO_SESSION]: [
        aJob('PC1', 1, { RunWait: -1, Hostname: 'worker-1' }),
        aJob('PC1', 2, { RunWait: -2, Hostname: 'worker-1' }),
        aJob('PC1', 3, { RunWait: -3, Hostname: 'worker-1' }),
        aJob('PC1', 4, { RunWait: -1, Hostname: 'worker-2' }),
      ],
    });
    const snapshot = look(changeMiner(seen, { workers: new Map() }), 'worker-1');
    expect(snapshot.jobs.map(({ sector, state }) => `${sector} ${state}`)).toEqual(['s-t01000-1 awaited']);
    expect(drainStep(snapshot, 'quiet', ['PC1']).verdict).toBe('working');
  });

  it('of a task that sealfarm does not know are passed over', () => {
    expect(
      look(withJobs(GUIDE, { 'worker-1': [aJob('PC1', 1, { Task: 'new/task' })] }), 'worker-1').jobs,
    ).toEqual([]);
  });
});

describe('readers', () => {
  it('are jobs of others that need files from here', () => {
    const seen = withJobs(withSectors(GUIDE, { 'host-1': [decl(1), decl(2)] }), {
      'worker-1': [aJob('FIN', 1)],
      'worker-2': [aJob('PC2', 1), aJob('PC2', 9), aJob('C2', 2), aJob('GET', 2, { RunWait: 1 })],
    });
    expect(look(seen, 'worker-1').readers.map(({ task, sector }) => `${task} ${sector}`)).toEqual([
      'PC2 s-t01000-1',
      'GET s-t01000-2',
    ]);
  });
});

describe('a worker that left the file and hands its path over', () => {
  const both = aFarm({
    hosts: [
      aHost({ workers: [aWorker(), aWorker({ name: 'heir' })] }),
      aHost({ name: 'host-2', workers: [aWorker({ name: 'worker-2' })] }),
    ],
  });
  const locks = [{ Sector: { Miner: 1000, Number: 1 }, Read: [0, 1, 0], Write: [0, 0, 0] }];
  // The heir is started when the other has gone.
  const leaving = changeWorker(left(inPlace(both), ['worker-1'], both), 'heir', stopped);
  const seen = withJobs(withSectors(leaving, { 'host-1': [decl(1)] }), {
    'worker-2': [aJob('PC2', 1), aJob('C2', 1)],
  });

  it('holds nothing there, and waits for who reads from there', () => {
    expect(look(changeMiner(seen, { locks }), 'worker-1')).toMatchObject({
      alive: true,
      held: [],
      readers: [{ task: 'PC2', sector: 's-t01000-1' }],
      proofs: [],
      locks: [],
    });
  });
});

describe('a name that a host which came back remembers, too', () => {
  const both = aFarm({
    hosts: [aHost(), aHost({ name: 'host-2', workers: [aWorker({ tasks: [] })] })],
  });
  const seen = withSectors(left(inPlace(both), ['worker-1'], aFarm({ hosts: both.hosts.slice(1) })), {
    'host-1': [decl(1)],
    'host-2': [decl(2)],
  });

  it.each([
    ['host-1', 's-t01000-1'],
    ['host-2', 's-t01000-2'],
  ])('is not taken for the worker of %s', (host, sector) => {
    const snapshot = drainSnapshot({ host, worker: 'worker-1' }, seen, seen.miner, new Map());
    expect(snapshot).toMatchObject({ alive: true, held: [{ sector }] });
  });
});

describe('held sectors', () => {
  it('have their file types together and their state in the pipeline', () => {
    const seen = withSectors(GUIDE, { 'host-1': [decl(1, sealed), decl(1, cache), decl(2, unsealed)] });
    expect(look(seen, 'worker-1', { 's-t01000-1': 'WaitSeed' }).held).toMatchObject([
      { sector: 's-t01000-1', types: ['sealed', 'cache'], state: 'WaitSeed' },
      { sector: 's-t01000-2', types: ['unsealed'] },
    ]);
  });

  it('say since when, whom their path allows, and who has locked them', () => {
    const lock = { Sector: { Miner: 1000, Number: 1 }, Read: [1, 0, 0], Write: [0, 1, 2] };
    const other = { ...lock, Sector: { Miner: 1000, Number: 2 } };
    const free = { ...lock, Read: [0, 0, 0], Write: [0, 0, 0] };
    const seen = changeMiner(withSectors(GUIDE, { 'host-1': [decl(1)] }), { locks: [lock, other, free] });
    const since = '2026-01-02T03:04:05.000Z';
    const states = new Map([['s-t01000-1', { state: 'WaitSeed', since }]]);
    const snapshot = drainSnapshot(placeOf(seen, 'worker-1'), seen, seen.miner, states);
    expect(snapshot.held).toMatchObject([{ state: 'WaitSeed', since, allowTo: [GROUP] }]);
    expect(snapshot.held[0]).not.toHaveProperty('settled');
    expect(snapshot.locks).toEqual([
      { sector: 's-t01000-1', reads: ['unsealed'], writes: ['sealed', 'cache'] },
    ]);
  });

  it.each<[what: string, first: number, second: number, allowTo: readonly string[]]>([
    ['may be fetched by all where one of its paths is open', sealed, cache, []],
    ['go by the paths with what PC2 reads alone', sealed | cache, unsealed, [GROUP]],
  ])('on two paths %s', (_, first, second, allowTo) => {
    const storage = [aStorage({ allowTo: [GROUP] }), aStorage({ path: '/mnt/open' })];
    const placed = inPlace(aFarm({ hosts: [aHost({ workers: [aWorker({ storage })] })] }));
    const sectors = new Map([
      [idOf('host-1', SEAL), [decl(1, first)]],
      [idOf('host-1', '/mnt/open'), [decl(1, second)]],
    ]);
    expect(look(changeMiner(placed, { sectors }), 'worker-1').held).toMatchObject([
      { allowTo, paths: [SEAL, '/mnt/open'].toSorted() },
    ]);
  });

  it('are not those on a path that another worker has attached now', () => {
    const id = idOf('host-1', SEAL);
    const seen = withSectors(GUIDE, { 'host-1': [decl(1)] });
    const shared = changeLive((live) => ({
      ...live,
      paths: [...live.paths, { ID: id, Weight: 10, LocalPath: SEAL, CanSeal: true, CanStore: false }],
    }));
    expect(look(changeWorker(seen, 'worker-2', shared), 'worker-1').held).toEqual([]);
  });

  it('count although the index names a second server, which may be gone for long', () => {
    const seen = withSectors(GUIDE, { 'host-1': [decl(1)] });
    const storage = new Map(seen.miner.storage);
    const entry = storage.get(idOf('host-1', SEAL));
    if (entry === undefined) throw new Error('not indexed');
    const URLs = ['http://a/remote', 'http://b/remote'];
    storage.set(entry.info.ID, { ...entry, info: { ...entry.info, URLs } });
    expect(look(changeMiner(seen, { storage }), 'worker-1').held).toHaveLength(1);
    // Lotus says null for an empty list.
    storage.set(entry.info.ID, { ...entry, info: { ...entry.info, URLs: null, AllowTo: null } });
    expect(look(changeMiner(seen, { storage }), 'worker-1').held).toHaveLength(1);
  });

  it('of a stopped worker are found by the IDs in its files', () => {
    const seen = changeWorker(withSectors(GUIDE, { 'host-1': [decl(1)] }), 'worker-1', stopped);
    expect(look(seen, 'worker-1').held).toMatchObject([{ sector: 's-t01000-1', paths: [SEAL] }]);
  });

  it('of a running worker are found by what it has attached, whatever stands in its files', () => {
    const lost = changePath(SEAL, { sectorStore: ABSENT });
    const seen = changeWorker(withSectors(GUIDE, { 'host-1': [decl(1)] }), 'worker-1', lost);
    expect(look(seen, 'worker-1').held).toMatchObject([{ sector: 's-t01000-1', paths: [SEAL] }]);
  });

  const entries = ['sealed/s-t01000-1', 'cache/s-t01000-1', 'unsealed/s-t01000-2', 'sealed/lost+found'];
  const forgotten = changeMiner(GUIDE, { storage: new Map(), sectors: new Map() });

  it.each([
    ['a running worker after a restart of the miner', changePath(SEAL, { entries })],
    [
      'a stopped worker',
      (worker: Parameters<typeof stopped>[0]) => changePath(SEAL, { entries })(stopped(worker)),
    ],
    ['a path without sectorstore.json', changePath(SEAL, { entries, sectorStore: ABSENT })],
    ['a path with a broken sectorstore.json', changePath(SEAL, { entries, sectorStore: file('{') })],
  ])('that the index does not know are seen by their files: %s', (_, change) => {
    expect(look(changeWorker(forgotten, 'worker-1', change), 'worker-1').held).toMatchObject([
      { sector: 's-t01000-1', types: ['sealed', 'cache'] },
      { sector: 's-t01000-2', types: ['unsealed'] },
    ]);
  });

  it('are taken from the index where it knows the path', () => {
    expect(look(changeWorker(GUIDE, 'worker-1', changePath(SEAL, { entries })), 'worker-1').held).toEqual([]);
  });

  it('may be in a folder that cannot be listed: then the worker is not empty', () => {
    const seen = changeWorker(forgotten, 'worker-1', changePath(SEAL, { entries: ['sealed/?'] }));
    expect(drainStep(look(seen, 'worker-1'), 'empty', []).verdict).toBe('working');
  });
});

describe('who may take over', () => {
  const elsewhere = (seen: Seen, worker: string): readonly string[] => {
    const [sector] = look(seen, worker).held;
    if (sector === undefined) throw new Error('nothing held');
    return [...sector.elsewhere];
  };
  const onWorker3 = withSectors(GUIDE, { 'host-3': [decl(1)] });
  const onWorker1 = withSectors(GUIDE, { 'host-1': [decl(1)] });

  it("of the guide's worker-3 is worker-1, by its group", () => {
    expect(elsewhere(onWorker3, 'worker-3')).toEqual(['PC1', 'PC2', 'C2']);
    const decision = drainStep(look(onWorker3, 'worker-3', { 's-t01000-1': 'PreCommit2' }), 'empty', [
      'AP',
      'PC1',
    ]);
    expect(decision).toMatchObject({ disable: ['AP', 'PC1'], enable: [], verdict: 'working' });
  });

  it("of the guide's worker-1 is nobody for PC2: its path leads only to itself", () => {
    expect(elsewhere(onWorker1, 'worker-1')).toEqual(['PC1', 'C2']);
    const decision = drainStep(look(onWorker1, 'worker-1', { 's-t01000-1': 'PreCommit2' }), 'empty', [
      'AP',
      'PC1',
      'PC2',
      'C2',
    ]);
    expect(decision).toMatchObject({ disable: ['AP', 'PC1', 'C2'], verdict: 'working' });
  });

  function without(seen: Seen, worker: string, change: (stats: WorkerStats) => object): Seen {
    const workers = new Map(seen.miner.workers);
    const stats = workers.get(sessionOf(worker));
    if (stats === undefined) throw new Error('not registered');
    workers.set(sessionOf(worker), { ...stats, ...change(stats) });
    return changeMiner(seen, { workers });
  }

  it.each<[what: string, seen: Seen, codes: readonly string[]]>([
    ['is not registered with the miner', changeMiner(onWorker3, { workers: new Map() }), []],
    [
      'is hidden from the scheduler',
      without(onWorker3, 'worker-1', () => ({ Enabled: false })),
      ['PC1', 'C2'],
    ],
    ['has PC2 switched off', without(onWorker3, 'worker-1', () => ({ Tasks: [] })), ['PC1', 'C2']],
    ['has no storage in the index', changeMiner(onWorker3, { storage: only(onWorker3, 'host-3') }), ['C2']],
    [
      'was stopped, but has its path in the index',
      changeWorker(onWorker3, 'worker-1', stopped),
      ['PC1', 'PC2', 'C2'],
    ],
    ['is drained itself', drained(onWorker3, 'worker-1', DRAIN), ['PC1', 'C2']],
  ])('is not a worker that %s', (_, seen, codes) => {
    expect(elsewhere(seen, 'worker-3')).toEqual(codes);
  });

  function only({ miner }: Seen, host: string): ObservedMiner['storage'] {
    return new Map([...miner.storage].filter(([id]) => id === idOf(host, SEAL)));
  }

  it('is anybody with a sealing path where AllowTo is empty', () => {
    const open = farmOfTwo([], []);
    expect(elsewhere(withSectors(inPlace(open), { 'host-1': [decl(1)] }), 'worker-1')).toContain('PC2');
  });

  it('is nobody whose path does not seal', () => {
    const store = farmOfTwo([], [], { seal: false, store: true });
    expect(elsewhere(withSectors(inPlace(store), { 'host-1': [decl(1)] }), 'worker-1')).not.toContain('PC2');
  });

  it('is not the worker itself with a path of its own for long-term storage, which leaves with it', () => {
    const storage = [aStorage(), aStorage({ path: '/mnt/store', seal: false, store: true })];
    const alone = inPlace(aFarm({ hosts: [aHost({ workers: [aWorker({ storage })] })] }));
    expect(elsewhere(withSectors(alone, { 'host-1': [decl(1)] }), 'worker-1')).toEqual([]);
  });

  it('is, for two drained at once, neither the one nor the other', () => {
    const both = farmOfTwo([GROUP], [GROUP]);
    const seen = drained(
      drained(withSectors(inPlace(both), { 'host-1': [decl(1)], 'host-2': [decl(2)] }), 'worker-1', DRAIN),
      'worker-2',
      DRAIN,
    );
    for (const worker of ['worker-1', 'worker-2']) {
      expect(elsewhere(seen, worker)).toEqual([]);
      const states = { 's-t01000-1': 'PreCommit2', 's-t01000-2': 'PreCommit2' };
      expect(drainStep(look(seen, worker, states), 'empty', ['PC1', 'PC2']).disable).not.toContain('PC2');
    }
  });

  function farmOfTwo(
    allowTo: readonly string[],
    groups: readonly string[],
    other: Parameters<typeof aStorage>[0] = {},
  ): Farm {
    const tasks = ['PC1', 'PC2', 'C2'] as const;
    const one = aWorker({ tasks, storage: [aStorage({ allowTo, groups })] });
    const two = aWorker({ name: 'worker-2', tasks, storage: [aStorage({ allowTo, groups, ...other })] });
    return aFarm({ hosts: [aHost({ workers: [one] }), aHost({ name: 'host-2', workers: [two] })] });
  }
});
