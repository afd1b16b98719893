import { describe, expect, it } from 'vitest';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { workerLayout } from '../../src/host/layout.js';
import { SEALFARM, THE_FILE } from '../../src/host/manifest.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage } from '../support/farm.js';
import {
  changeDeparted,
  left as leftOf,
  numbered as worker,
  onOneHost as farmOf,
  withIntent,
  withoutRepo,
  withWritten,
  type Seen,
} from '../support/leaving.js';
import {
  ABSENT,
  aJob,
  aUnit,
  changeLive,
  changeMiner,
  changePath,
  changeProcess,
  changeWorker,
  file,
  idOf,
  inPlace,
  sessionOf,
  stopped,
  unreached,
  workerStats,
} from '../support/observation.js';
import { codes, DRAIN, only, plan, summary } from '../support/plan.js';

const ONE = worker(1);
const TWO = worker(2);
const BEFORE = farmOf(ONE, TWO);
const AFTER = farmOf(ONE);
const TWOS_PATH = '/mnt/nvme2/seal';

/** The look at a farm, with these workers in the file no more. */
function left(seen: Seen, names: readonly string[], of: Farm = BEFORE): Seen {
  return leftOf(seen, names, of);
}

const SEEN = inPlace(BEFORE);
const LEFT = left(SEEN, ['worker-2']);
const ID = idOf('host-1', TWOS_PATH);
const SECTOR = { Miner: 1000, Number: 7, SectorFileType: 2 };

describe('a worker that left the file', () => {
  it('is drained to empty and removed, as one step, with what it does now', () => {
    const jobs = new Map([[sessionOf('worker-2'), [aJob('PC1', 7)]]]);
    const made = plan(AFTER, changeMiner(LEFT, { jobs, sectors: new Map([[ID, [SECTOR]]]) }));
    expect(summary(made)).toEqual(['remove-worker: empty, removed-from-config']);
    expect(codes(made)).toEqual([]);
    expect(only(made, 'remove-worker')).toMatchObject({
      id: 'worker-2/remove-worker',
      worker: 'worker-2',
      action: {
        repo: '/var/lib/lotus/worker-2',
        tasks: ['AP', 'PC1', 'PC2', 'C2'],
        service: { envFile: '/etc/sealfarm/workers/worker-2/worker.env' },
        home: { manifest: '/var/lib/sealfarm/manifest.json' },
      },
      cost: { jobs: [{ task: 'PC1', sector: 's-t01000-7' }], sectorsHeld: 1 },
    });
  });

  it.each([
    ['a drop-in', { dropIn: { state: 'unreadable', why: 'of root alone' } }],
    ['a unit that is started at boot', { startsAtBoot: true }],
    ['a unit that systemd still knows', { unit: aUnit({ active: 'inactive', sub: 'dead' }) }],
  ] as const)('goes with %s that is left beside its plain process', (_, beside) => {
    const seen = left(
      changeWorker(SEEN, 'worker-2', (before) => ({ ...before, ...beside })),
      ['worker-2'],
    );
    expect(only(plan(AFTER, seen), 'remove-worker').action).toMatchObject({
      service: { serviceManager: 'systemd' },
    });
    expect(only(plan(AFTER, LEFT), 'remove-worker').action).toMatchObject({
      service: { serviceManager: 'process' },
    });
  });

  it('keeps what was noted when the file drained it before', () => {
    const rests = changeLive((live) => ({ ...live, tasks: new Set() }));
    const off = changeProcess((process) => ({ ...process, environ: new Map() }));
    const seen = changeWorker(SEEN, 'worker-2', (before) => rests(off(before)));
    const intent = { who: THE_FILE, when: DRAIN.when, tasks: ['PC2'], reached: true } as const;
    const made = plan(AFTER, withIntent(left(seen, ['worker-2']), 'worker-2', intent));
    expect(only(made, 'remove-worker').action).toMatchObject({ tasks: ['PC2'] });
  });

  it('is removed at once where it does not run and holds nothing', () => {
    const made = plan(AFTER, left(changeWorker(SEEN, 'worker-2', stopped), ['worker-2']));
    expect(summary(made)).toEqual(['remove-worker: none, removed-from-config']);
    expect(only(made, 'remove-worker')).not.toHaveProperty('cost');
    expect(made.waves).toEqual([]);
  });

  it('keeps the tasks that were noted when they were switched off', () => {
    const off = changeProcess((process) => ({ ...process, environ: new Map() }));
    const tasksOff = changeLive((live) => ({ ...live, tasks: new Set() }));
    const seen = changeWorker(SEEN, 'worker-2', (before) => tasksOff(off(before)));
    const intent = { who: 'sealfarm', when: DRAIN.when, tasks: ['PC2'] } as const;
    const made = plan(AFTER, withIntent(left(seen, ['worker-2']), 'worker-2', intent));
    expect(only(made, 'remove-worker').action).toMatchObject({ tasks: ['PC2'] });
    expect(only(plan(AFTER, left(seen, ['worker-2'])), 'remove-worker').action).toMatchObject({ tasks: [] });
  });

  it('is not touched while the miner does not answer, and while a stranger keeps it', () => {
    expect(summary(plan(AFTER, { ...LEFT, miner: unreached() }))).toEqual([]);
    const twice = changeWorker(SEEN, 'worker-2', (before) => ({ ...before, twice: true }));
    const made = plan(AFTER, left(twice, ['worker-2']));
    expect([summary(made), codes(made)]).toEqual([[], ['SF546 error']]);
  });

  it.each(['envFile', 'storageJson'] as const)('is not touched while its %s cannot be read', (which) => {
    const seen = changeWorker(SEEN, 'worker-2', (before) => ({
      ...before,
      [which]: { state: 'unreadable', why: 'permission denied' },
    }));
    const made = plan(AFTER, left(seen, ['worker-2']));
    expect([summary(made), codes(made)]).toEqual([[], ['SF504 error']]);
  });

  it('that is declared again is drained no more for having left', () => {
    const intent = { who: 'sealfarm', when: DRAIN.when, tasks: ['PC2'] } as const;
    const made = plan(BEFORE, withIntent(SEEN, 'worker-2', intent));
    const step = only(made, 'write-file');
    expect(step.id).toBe('host-1/manifest');
    expect(step.changes).toEqual([{ field: 'worker-2', before: 'leaving', after: 'serving' }]);
    const content = step.action.kind === 'write-file' ? step.action.content.reveal() : '';
    expect(JSON.parse(content)).toMatchObject({ intents: {} });
  });

  it('has all tasks noted that it was started with, or does since', () => {
    const other = changeWorker(SEEN, 'worker-2', (before) => {
      const environ = new Map(before.process?.environ).set('LOTUS_WORKER_UNSEAL', new Secret('true'));
      const process = changeProcess((process) => ({ ...process, environ }));
      return process(changeLive((live) => ({ ...live, tasks: new Set(['PC1', 'RU']) }))(before));
    });
    expect(only(plan(AFTER, left(other, ['worker-2'])), 'remove-worker').action).toMatchObject({
      tasks: ['AP', 'PC1', 'PC2', 'C2', 'UNS', 'RU'],
    });
  });

  it('is not touched while it runs and does not answer: SF508', () => {
    const silent = changeWorker(
      SEEN,
      'worker-2',
      changeLive(() => unreached()),
    );
    const made = plan(AFTER, left(silent, ['worker-2']));
    expect([summary(made), codes(made)]).toEqual([[], ['SF508 error']]);
  });

  it('is not touched while its list of paths is broken', () => {
    const broken = changeWorker(SEEN, 'worker-2', (before) => ({ ...before, storageJson: file('{') }));
    const made = plan(AFTER, left(broken, ['worker-2']));
    expect([summary(made), codes(made)]).toEqual([[], ['SF504 error']]);
  });
});

describe('one of which nothing tells where its repo is', () => {
  const lost = changeDeparted(
    left(changeWorker(SEEN, 'worker-2', stopped), ['worker-2']),
    'worker-2',
    withoutRepo,
  );
  const noted = { who: 'sealfarm', when: DRAIN.when, tasks: ['PC2'] } as const;
  const emptied = withIntent(lost, 'worker-2', { ...noted, emptied: true });

  it('is not removed: SF504', () => {
    for (const seen of [lost, withIntent(lost, 'worker-2', noted)]) {
      const made = plan(AFTER, seen);
      expect([summary(made), codes(made)]).toEqual([[], ['SF504 error']]);
    }
  });

  it('is removed where it was emptied, and that was cut off', () => {
    expect(summary(plan(AFTER, emptied))).toEqual(['remove-worker: none, removed-from-config']);
  });

  describe('as it was cut off before its environment file was written', () => {
    const { envFile } = workerLayout(aHost(), TWO);
    const unborn = withWritten(lost, ['/etc/other']);

    it('is removed', () => {
      expect(summary(plan(AFTER, unborn))).toEqual(['remove-worker: none, removed-from-config']);
    });

    it.each<[what: string, seen: Seen]>([
      ['the file was written, and is lost', withWritten(lost, [envFile])],
      ['it does not tell the repo', changeDeparted(unborn, 'worker-2', (one) => ({ ...one, envFile: file('A=1\n') }))],
      ['it has a list of paths', changeDeparted(unborn, 'worker-2', (one) => ({ ...one, storageJson: file('{"StoragePaths":[]}') }))],
      ['a unit brings it back', changeDeparted(unborn, 'worker-2', (one) => ({ ...one, unit: aUnit() }))],
    ])('is not where %s', (_, seen) => {
      expect(codes(plan(AFTER, seen))).toEqual(['SF504 error']);
    }); // prettier-ignore
  });

  it('is not while its unit brings it back again and again', () => {
    const trying = changeDeparted(emptied, 'worker-2', (before) => ({ ...before, unit: aUnit() }));
    expect(codes(plan(AFTER, trying))).toContain('SF504 error');
  });

  it.each([
    ['is removed where it was this one, and has its files', 'worker-2', false, true],
    ['is not where it was this one, and has no files yet', 'worker-2', true, false],
    ['is not where it was another one', 'worker-9', false, false],
  ])('beside a new worker %s', (_, renamedFrom, isNew, isRemoved) => {
    const heir = worker(3, { renamedFrom });
    const there = inPlace(farmOf(ONE, TWO, heir));
    const down = changeWorker(there, 'worker-3', (before) => ({
      ...stopped(before),
      ...(isNew ? { envFile: ABSENT } : {}),
    }));
    const seen = left(changeWorker(down, 'worker-2', stopped), ['worker-2'], farmOf(ONE, TWO, heir));
    const made = plan(farmOf(ONE, heir), changeDeparted(seen, 'worker-2', withoutRepo));
    expect(summary(made).includes('remove-worker: none, removed-from-config')).toBe(isRemoved);
    expect(codes(made).includes('SF504 error')).toBe(!isRemoved);
  });
});

describe('a worker that died while it was emptied', () => {
  const NOTED = { who: SEALFARM, when: '2026-01-01T00:00:00.000Z', tasks: ['PC1'] } as const;
  const DEAD = left(changeWorker(SEEN, 'worker-2', stopped), ['worker-2']);
  const workersBut = (seen: Seen) => ({
    workers: new Map([...seen.miner.workers].filter(([id]) => id !== sessionOf('worker-2'))),
  });
  const full = (seen: Seen): Seen =>
    changeDeparted(seen, 'worker-2', (before) => ({
      ...before,
      storage: new Map(
        [...before.storage].map(([path, one]) => [path, { ...one, entries: ['sealed/s-t01000-7'] }]),
      ),
    }));
  const jobs = new Map([
    ['00000000-0000-0000-0000-000000000000', [{ ...aJob('PC1', 7), Hostname: 'worker-2' }]],
  ]);
  const noticed = changeMiner(withIntent(DEAD, 'worker-2', NOTED), workersBut(DEAD));

  it.each([
    ['its sectors', full(noticed)],
    ['jobs that only its next start gives back', changeMiner(noticed, { jobs })],
  ])('is started again for %s, and emptied', (_, seen) => {
    const made = plan(AFTER, seen);
    expect(codes(made)).toEqual([]);
    expect(summary(made)).toEqual(['remove-worker: empty, removed-from-config']);
  });

  it('is just removed where nothing is left', () => {
    expect(summary(plan(AFTER, noticed))).toEqual(['remove-worker: none, removed-from-config']);
  });

  it.each([
    ['nobody had begun to empty it', full(changeMiner(DEAD, workersBut(DEAD))), 'SF509 error'],
    [
      'a person drains it for something else',
      full(withIntent(noticed, 'worker-2', { who: 'bob@desk', when: NOTED.when, until: 'quiet' })),
      'SF509 error',
    ],
    ['its environment is gone', full(changeDeparted(noticed, 'worker-2', withoutRepo)), 'SF504 error'],
    [
      'the miner still gives it work',
      changeMiner(withIntent(DEAD, 'worker-2', NOTED), { jobs }),
      'SF514 error',
    ],
    ['nobody had begun, and it has jobs', changeMiner(DEAD, { ...workersBut(DEAD), jobs }), 'SF514 error'],
  ])('is left alone where %s', (_, seen, code) => {
    const made = plan(AFTER, seen);
    expect(codes(made)).toContain(code);
    expect(summary(made)).toEqual([]);
  });
});

describe('a declared worker that does not run', () => {
  const apart = worker(3);
  const farm = farmOf(ONE, apart);
  const seenWith = (third: Worker): Seen => {
    const seen = inPlace(farmOf(ONE, TWO, third));
    return left(changeWorker(seen, 'worker-3', stopped), ['worker-2'], farmOf(ONE, TWO, third));
  };

  it('is started beside one that leaves and has nothing in common with it', () => {
    const made = plan(farm, seenWith(apart));
    expect(summary(made)).toEqual(['start: none, not-running', 'remove-worker: empty, removed-from-config']);
    expect(codes(made)).toEqual([]);
  });

  it.each<[string, Partial<Worker>]>([
    ['repo', { repo: TWO.repo }],
    ['address', { listen: TWO.listen }],
    ['path', { storage: TWO.storage }],
  ])('waits for one with which it has its %s in common: SF515', (_, common) => {
    const third = worker(3, common);
    const made = plan(farmOf(ONE, third), seenWith(third));
    expect(summary(made)).toEqual(['remove-worker: empty, removed-from-config']);
    expect(codes(made)).toEqual(['SF515 error']);
    expect(made.diagnostics[0]?.help).toContain('renamedFrom: worker-2');
  });
});

it('nothing is done to a name that is declared on another host: SF571', () => {
  const elsewhere = aHost({ name: 'host-2', address: '10.0.0.12', workers: [TWO] });
  const after = aFarm({ hosts: [aHost({ workers: [ONE] }), elsewhere] });
  const there = changeWorker(inPlace(aFarm({ hosts: [elsewhere] })), 'worker-2', stopped);
  const made = plan(after, { ...LEFT, hosts: new Map([...there.hosts, ...LEFT.hosts]) });
  expect([summary(made), codes(made)]).toEqual([[], ['SF571 error']]);
});

describe('a name that already works elsewhere', () => {
  const fresh = ({ miner, hosts }: Seen): Seen => {
    const host = hosts.get('host-1');
    if (host?.reached !== true) throw new Error('not reached');
    const manifest = { version: 1, farm: 'example', workers: [], intents: {} } as const;
    const one = host.workers.get('worker-1');
    if (one === undefined) throw new Error('no worker');
    return {
      miner,
      hosts: new Map([['host-1', { ...host, manifest, workers: new Map([['worker-1', stopped(one)]]) }]]),
    };
  };
  const seen = fresh(inPlace(AFTER));

  it('is not started, nor noted, on a host to which it is new: SF571', () => {
    expect(codes(plan(AFTER, seen))).toEqual(['SF571 error']);
    expect(summary(plan(AFTER, seen))).toEqual([]);
  });

  it('is started where the miner has none', () => {
    const made = plan(AFTER, changeMiner(seen, { workers: new Map() }));
    expect(codes(made)).toEqual([]);
    expect(summary(made).at(-1)).toBe('start: none, not-running');
  });

  it('is started where the one that the miner has answers no more', () => {
    const workers = new Map([[sessionOf('worker-1'), { ...workerStats('worker-1', []), Enabled: false }]]);
    expect(codes(plan(AFTER, changeMiner(seen, { workers })))).toEqual([]);
  });

  it('is one of the host where it was kept there under its old name', () => {
    const renamed = farmOf(worker(1, { renamedFrom: 'old' }));
    expect(codes(plan(renamed, seen))).toEqual(['SF571 error']);
    const hosts = [...seen.hosts].map(([name, host]) => {
      if (!host.reached || host.manifest === undefined) return [name, host] as const;
      return [name, { ...host, manifest: { ...host.manifest, workers: ['old'] } }] as const;
    });
    expect(codes(plan(renamed, { ...seen, hosts: new Map(hosts) }))).toEqual([]);
  });

  it('is said once where somebody started it on that host', () => {
    const strange = changeWorker(seen, 'worker-1', (before) => ({ ...before, startedElsewhere: true }));
    expect(codes(plan(AFTER, strange))).toEqual(['SF514 error']);
  });

  it('is started where it has been before', () => {
    const made = plan(AFTER, changeWorker(inPlace(AFTER), 'worker-1', stopped));
    expect(summary(made)).toEqual(['start: none, not-running']);
  });
});

describe('a path that another worker has open', () => {
  const taken = farmOf(worker(1, { storage: [...ONE.storage, aStorage({ path: TWOS_PATH })] }));

  it('is not attached before that has let go of it: SF573', () => {
    const made = plan(taken, left(inPlace(BEFORE), ['worker-2']));
    expect(codes(made)).toContain('SF573 warning');
    expect(summary(made).filter((line) => line.startsWith('attach'))).toEqual([]);
    expect(summary(made)).toContain('remove-worker: empty, removed-from-config');
  });

  it('does not move to a worker that is stopped, either', () => {
    const both = farmOf(worker(1, { storage: [aStorage({ path: TWOS_PATH })] }), worker(2, { storage: [] }));
    const made = plan(both, changeWorker(inPlace(BEFORE), 'worker-1', stopped));
    expect(codes(made)).toContain('SF573 warning');
    expect(summary(made).filter((line) => line.startsWith('start'))).toEqual([]);
  });

  const BOTH = worker(1, { storage: [...ONE.storage, aStorage({ path: TWOS_PATH })] });
  const moving = farmOf(BOTH, worker(2, { storage: [] }));
  const LIST = '/var/lib/lotus/worker-1/storage.json';
  const listed = (made: Plan): unknown =>
    steps(made)
      .find(({ action }) => 'path' in action && action.path === LIST)
      ?.changes.find(({ field }) => field === 'StoragePaths')?.after;

  it.each([
    ['is down', stopped],
    ['does not answer', changeLive(() => unreached())],
  ])('is on the list of no worker that %s: a boot would open it twice', (_, change) => {
    const made = plan(moving, changeWorker(SEEN, 'worker-1', change));
    expect([listed(made), codes(made).includes('SF573 warning')]).toEqual([undefined, true]);
    const had = changeWorker(inPlace(farmOf(BOTH, TWO)), 'worker-1', change);
    expect(listed(plan(moving, had))).toBe('/mnt/nvme1/seal');
  });

  it('is not expected of a worker that is restarted meanwhile', () => {
    const limited = worker(1, { storage: BOTH.storage, limits: new Map([['PC1', 7] as const]) });
    const made = plan(farmOf(limited, worker(2, { storage: [] })), inPlace(farmOf(BOTH, TWO)));
    const expected = steps(made).flatMap(({ worker: name, action }) =>
      action.kind === 'restart' ? [`${name ?? ''}: ${action.expect.paths.join()}`] : [],
    );
    expect(expected).toEqual(['worker-1: /mnt/nvme1/seal']);
  });

  it('comes on the list when it is free', () => {
    const free = changeWorker(changeWorker(SEEN, 'worker-1', stopped), 'worker-2', stopped);
    const made = plan(moving, free);
    expect(listed(made)).toBe(`/mnt/nvme1/seal, ${TWOS_PATH}`);
    expect(summary(made)).toContain('start: none, not-running');
  });

  it('goes from the list of one that is down and had it, with all that lies there', () => {
    const full = changePath(TWOS_PATH, { entries: ['sealed/s-t01000-7'] });
    const had = changeWorker(inPlace(farmOf(BOTH, TWO)), 'worker-1', (before) => full(stopped(before)));
    const made = plan(BEFORE, changeWorker(had, 'worker-2', full));
    expect([listed(made), codes(made)]).toEqual(['/mnt/nvme1/seal', []]);
  });
});

describe('workers that nobody knows', () => {
  const withOthers = (...names: readonly string[]): Seen =>
    changeMiner(SEEN, {
      workers: new Map([
        ...SEEN.miner.workers,
        ...names.map((name) => [sessionOf(name), workerStats(name, ['PC1'])] as const),
      ]),
    });

  it('are said, since a host that was taken out at once is not reached: SF570', () => {
    const made = plan(BEFORE, withOthers('miner-1', 'gone-1'));
    expect(codes(made)).toEqual(['SF570 warning']);
    expect(made.diagnostics[0]?.message).toContain('gone-1, miner-1;');
    const many = plan(BEFORE, withOthers(...[1, 2, 3, 4, 5, 6, 7].map((number) => `gone-${number}`)));
    expect(many.diagnostics[0]?.message).toContain('gone-4, gone-5 and 2 more;');
  });

  it('may be the one of lotus-miner itself, or on a host that was not seen', () => {
    expect(codes(plan(BEFORE, withOthers('miner-1')))).toEqual([]);
    const seen = withOthers('miner-1', 'gone-1');
    const hosts = new Map([...seen.hosts, ['host-1', unreached()] as const]);
    expect(codes(plan(BEFORE, { ...seen, hosts }))).toEqual(['SF404 error']);
  });

  it('are none that the miner gives no work', () => {
    const seen = withOthers('miner-1');
    const off = { ...workerStats('gone-1', ['PC1']), Enabled: false };
    const workers = new Map([...seen.miner.workers, [sessionOf('gone-1'), off] as const]);
    expect(codes(plan(BEFORE, changeMiner(seen, { workers })))).toEqual([]);
  });

  it('are none of those that leave', () => {
    const seen = withOthers('miner-1');
    expect(codes(plan(AFTER, left(seen, ['worker-2'])))).toEqual([]);
  });
});

describe('the turn of a worker that leaves', () => {
  const turns = ({ waves }: Plan): readonly string[] =>
    waves.map((wave) => wave.turns.map(({ worker }) => worker).join(' '));
  const three = farmOf(worker(0), ONE, TWO);

  it('comes when all others are back', () => {
    const changed = farmOf(ONE, worker(2, { limits: new Map([['PC1', 2]]) }));
    const made = plan(changed, left(inPlace(three), ['worker-0'], three));
    expect(turns(made)).toEqual(['worker-2', 'worker-0']);
  });

  it('is said to be the last one for a task', () => {
    const only = worker(2, { tasks: ['UNS'] });
    const before = farmOf(ONE, only);
    const made = plan(AFTER, left(inPlace(before), ['worker-2'], before));
    expect(made.waves).toMatchObject([{ turns: [{ worker: 'worker-2', alone: ['last-of-task UNS'] }] }]);
  });

  it('is said to be the last one of a group whose sectors it seals', () => {
    const alone = (seal: boolean): unknown => {
      const path = aStorage({ path: TWOS_PATH, groups: ['g'], seal, store: !seal });
      const before = farmOf(ONE, worker(2, { storage: [path] }));
      return plan(AFTER, left(inPlace(before), ['worker-2'], before)).waves[0]?.turns[0]?.alone;
    };
    expect(alone(true)).toEqual(['only-pc2-of-group g']);
    expect(alone(false)).toEqual([]);
  });

  it('takes nothing from anybody any more where it has begun', () => {
    const before = farmOf(ONE, worker(2, { tasks: ['UNS'] }));
    const begun = { who: 'sealfarm', when: DRAIN.when, tasks: ['UNS'] } as const;
    const seen = withIntent(left(inPlace(before), ['worker-2'], before), 'worker-2', begun);
    expect(plan(AFTER, seen).waves).toMatchObject([{ turns: [{ worker: 'worker-2', alone: [] }] }]);
    const others = farmOf(ONE, worker(2), worker(3), worker(4));
    const changed = farmOf(...[1, 3, 4].map((number) => worker(number, { noSwap: true })));
    const rollout = { ...BEFORE.rollout, maxUnavailable: 2 };
    const gone = left(inPlace(others), ['worker-2'], others);
    const made = (one: Seen): readonly string[] => turns(plan({ ...changed, rollout }, one));
    expect(made(gone)).toEqual(['worker-1 worker-3', 'worker-4', 'worker-2']);
    const away = withIntent(gone, 'worker-2', begun);
    expect(made(away)).toEqual(['worker-1', 'worker-3', 'worker-4', 'worker-2']);
  });

  it('comes later where it has work', () => {
    const gone = left(inPlace(three), ['worker-0', 'worker-2'], three);
    const busy = changeMiner(gone, { jobs: new Map([[sessionOf('worker-0'), [aJob('PC1', 7)]]]) });
    expect([turns(plan(AFTER, gone)), turns(plan(AFTER, busy))]).toEqual([
      ['worker-0', 'worker-2'],
      ['worker-2', 'worker-0'],
    ]);
  });

  it('never comes where `minAvailable` would be broken', () => {
    const rollout = { ...BEFORE.rollout, minAvailable: new Map([['PC1', 2]] as const) };
    const made = plan({ ...AFTER, rollout }, LEFT);
    expect(made.heldBack).toMatchObject([{ worker: 'worker-2', putOff: ['min-available PC1'] }]);
    expect(codes(made)).toEqual(['SF561 warning']);
  });

  it('counts for how large a plan is', () => {
    const many = farmOf(ONE, ...[2, 3, 4].map((number) => worker(number)));
    const made = plan(AFTER, left(inPlace(many), ['worker-2', 'worker-3', 'worker-4'], many));
    expect(made.large).toEqual({ concerned: 3, running: 4, mostPercent: 30 });
  });
});

describe('a renamed worker', () => {
  const NEW = worker(2, { name: 'new', repo: TWO.repo, renamedFrom: 'worker-2' });
  const renamed = (change: Partial<Worker> = {}, of: Seen = SEEN): [Farm, Seen] => {
    const farm = farmOf(ONE, { ...NEW, ...change });
    const there = left(of, ['worker-2']);
    const fresh = inPlace(farm).hosts.get('host-1');
    const observed = fresh?.reached === true ? fresh.workers.get('new') : undefined;
    const hosts = [...there.hosts].map(([name, host]) => {
      if (!host.reached || observed === undefined) return [name, host] as const;
      const next = { ...stopped(observed), envFile: { state: 'absent' } as const };
      return [name, { ...host, workers: new Map([...host.workers, ['new', next]]) }] as const;
    });
    return [farm, { ...there, hosts: new Map(hosts) }];
  };
  const RESTART = [
    'write-file /var/lib/sealfarm/manifest.json: none, config-changed',
    'write-file /etc/sealfarm/workers/new/worker.env: none, new',
    'restart: restart, config-changed',
  ];

  it('is restarted under its new name', () => {
    const made = plan(...renamed());
    expect(summary(made)).toEqual(RESTART);
    expect(codes(made)).toEqual([]);
    expect(only(made, 'restart')).toMatchObject({
      worker: 'new',
      action: {
        from: { worker: 'worker-2', service: { envFile: '/etc/sealfarm/workers/worker-2/worker.env' } },
        expect: { paths: [TWOS_PATH], tasks: NEW.tasks },
      },
      changes: [{ field: 'name', before: 'worker-2', after: 'new' }],
    });
    expect(made.waves).toMatchObject([{ turns: [{ worker: 'new', alone: [] }] }]);
  });

  it('gets its new paths by the next apply, and the plan says so', () => {
    const more = aStorage({ path: '/mnt/nvme3/seal', weight: 5 });
    const made = plan(...renamed({ storage: [more] }));
    expect(summary(made).filter((step) => /attach|detach/.test(step))).toEqual([]);
    expect(codes(made)).toEqual(['SF548 note']);
    expect(made.diagnostics[0]?.message).toBe(
      `new gets its new name first; the next apply will detach ${TWOS_PATH}, attach /mnt/nvme3/seal`,
    );
  });

  it('takes the drain of its old name over', () => {
    const made = plan(...renamed({}, withIntent(SEEN, 'worker-2', DRAIN)), ['new']);
    expect(summary(made)).toEqual(RESTART);
    const [manifest] = made.hosts.flatMap(({ steps }) => steps);
    expect(manifest?.changes).toContainEqual({ field: 'new', before: 'serving', after: 'drained' });
    expect(only(made, 'restart').action).toMatchObject({ expect: { tasks: [] } });
  });

  it('takes over no drain of its old name that the file asked for', () => {
    const intent = { who: THE_FILE, when: DRAIN.when, tasks: ['PC2'] } as const;
    const made = plan(...renamed({}, withIntent(SEEN, 'worker-2', intent)));
    const [manifest] = made.hosts.flatMap(({ steps }) => steps);
    expect(manifest?.changes.map(({ field }) => field)).toEqual(['workers']);
  });

  it('keeps a drain of its own beside that of its old name', () => {
    const own = { ...DRAIN, who: 'bob@laptop' };
    const [farm, seen] = renamed({}, withIntent(SEEN, 'worker-2', DRAIN));
    const hosts = [...seen.hosts].map(([name, host]) => {
      if (!host.reached || host.manifest === undefined) return [name, host] as const;
      const intents = { ...host.manifest.intents, new: own };
      return [name, { ...host, manifest: { ...host.manifest, intents } }] as const;
    });
    const [manifest] = plan(farm, { ...seen, hosts: new Map(hosts) }, ['new']).hosts.flatMap(
      ({ steps }) => steps,
    );
    const content = manifest?.action.kind === 'write-file' ? manifest.action.content.reveal() : '';
    expect(JSON.parse(content)).toMatchObject({ intents: { new: own } });
  });

  it('is not restarted while two keep it, or its files are wrong', () => {
    const twice = changeWorker(SEEN, 'worker-2', (before) => ({ ...before, twice: true }));
    const made = plan(...renamed({}, twice));
    expect([summary(made).slice(1), codes(made)]).toEqual([[], ['SF546 error']]);
    const [farm, seen] = renamed();
    const unread = { state: 'unreadable', why: 'permission denied' } as const;
    const wrong = changeWorker(seen, 'new', (before) => ({ ...before, envFile: unread }));
    expect(summary(plan(farm, wrong))).toEqual([RESTART[0]]);
    expect(codes(plan(farm, wrong))).toEqual(['SF504 error']);
  });

  it('that runs under its new name already is not restarted for one that still has the old', () => {
    const [farm, seen] = renamed();
    const running = inPlace(farm).hosts.get('host-1');
    const own = running?.reached === true ? running.workers.get('new') : undefined;
    if (own === undefined) throw new Error('no worker');
    const both = changeWorker(seen, 'new', () => own);
    expect(summary(plan(farm, both))).toEqual([RESTART[0], 'remove-worker: empty, removed-from-config']);
  });

  it('is said to be silent where it is: SF508', () => {
    const silent = changeWorker(
      SEEN,
      'worker-2',
      changeLive(() => unreached()),
    );
    expect(codes(plan(...renamed({}, silent)))).toEqual(['SF508 warning']);
  });

  it('is not taken away under its old name where it does not run in that repo', () => {
    const down = changeWorker(SEEN, 'worker-2', stopped);
    const made = plan(...renamed({ repo: '/var/lib/lotus/new' }, down));
    expect([summary(made), codes(made)]).toEqual([[RESTART[0]], ['SF572 error']]);
  });

  it('stays in its repo: SF572', () => {
    const made = plan(...renamed({ repo: '/var/lib/lotus/new' }));
    expect(summary(made)).toEqual(['write-file /var/lib/sealfarm/manifest.json: none, config-changed']);
    expect(codes(made)).toEqual(['SF572 error']);
    expect(made.diagnostics[0]?.help).toContain('`repo: /var/lib/lotus/worker-2`');
  });

  it('that did not run is started when nothing is left of the old name', () => {
    const made = plan(...renamed({}, changeWorker(SEEN, 'worker-2', stopped)));
    expect(summary(made)).toEqual([
      RESTART[0],
      'remove-worker: none, removed-from-config',
      RESTART[1],
      'start: none, not-running',
    ]);
  });

  it('leaves what Lotus takes while it runs to the next plan', () => {
    const path = aStorage({ path: '/mnt/nvme9/seal' });
    const [farm, seen] = renamed({ storage: [...TWO.storage, path] });
    const listed = changeWorker(seen, 'new', (before) => ({
      ...before,
      storageJson: { ...before.storageJson, ...inFile(TWOS_PATH) },
    }));
    const made = plan(farm, listed);
    expect(summary(made)).not.toContain('attach /mnt/nvme9/seal: live, new');
    expect(only(made, 'restart').action).toMatchObject({ expect: { paths: [TWOS_PATH] } });
  });

  it('is another one where nothing is there under the old name', () => {
    const [farm] = renamed();
    expect(summary(plan(farm, inPlace(farm)))).toEqual([]);
  });
});

function inFile(path: string): { readonly text: never } | object {
  const list = inPlace(farmOf(worker(2, { storage: [aStorage({ path })] }))).hosts.get('host-1');
  return (list?.reached === true ? list.workers.get('worker-2')?.storageJson : undefined) ?? {};
}
