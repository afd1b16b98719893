import { describe, expect, it } from 'vitest';
import { desire, storageSettings } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { parseManifest, THE_FILE, type DrainIntent } from '../../src/host/manifest.js';
import { newSectorStore } from '../../src/lotus/sectorstore.js';
import type { Observation, ObservedMiner } from '../../src/observed/observed.js';
import { asDeclared } from '../../src/plan/as-declared.js';
import { planIntents } from '../../src/plan/intent-plan.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps } from '../../src/plan/plan.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage, aWorker, farmOf, TOKEN } from '../support/farm.js';
import { startedBy } from '../support/foreign.js';
import {
  aUnit,
  changeLive,
  changePath,
  changeProcess,
  changeWorker,
  drained,
  file,
  idOf,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, DRAIN, ENV_FILE, FARM, only, OTHER, PLACED, plan, SEAL, summary } from '../support/plan.js';

const OFF = `write-file ${ENV_FILE}: none, config-changed`;
const MANIFEST = 'write-file /var/lib/sealfarm/manifest.json: none, config-changed';
const DRAINED = farmOf({ state: 'drained' });
const STOPPED = farmOf({ state: 'stopped' });
const WHEN = '2026-01-02T03:04:05Z';

/** As apply leaves it there. */
const BEGUN: DrainIntent = { who: THE_FILE, when: WHEN, why: 'state: drained', tasks: ['AP', 'PC1'] };
const REACHED: DrainIntent = { ...BEGUN, reached: true };

const resting = changeLive((live) => ({ ...live, tasks: new Set() }));

/** The farm as it is when all of what the file says has come about. */
function settled(farm: Farm): Observation {
  const desired = desire(farm, TOKEN, new Map());
  return asDeclared(desired, desired);
}

function sectorOn(seen: Observation, path: string, canStore: boolean): Observation {
  const miner = seen.miner as ObservedMiner;
  const id = idOf('host-1', path);
  const known = miner.storage.get(id);
  if (known === undefined) throw new Error(`${path} is not in the index`);
  const decl = { Miner: 1000, Number: 7, SectorFileType: 2 };
  return {
    ...seen,
    miner: {
      ...miner,
      sectors: new Map([[id, [decl]]]),
      storage: new Map([...miner.storage, [id, { ...known, info: { ...known.info, CanStore: canStore } }]]),
    },
  };
}

describe('a worker that the file wants drained', () => {
  it('has its tasks off in its file first, and is emptied in its turn', () => {
    const made = plan(DRAINED, PLACED);
    expect(summary(made)).toEqual([OFF, 'drain: empty, config-changed']);
    expect(only(made, 'drain').action).toMatchObject({ stop: false, tasks: ['AP', 'PC1', 'PC2', 'C2'] });
    expect(made.waves.map(({ turns }) => turns.map(({ worker }) => worker))).toEqual([['worker-1']]);
  });

  it.each(['drained', 'stopped'] as const)('is left in peace when it is %s', (state) => {
    expect(summary(plan(farmOf({ state }), settled(farmOf({ state }))))).toEqual([]);
  });

  it('is taken up again where that was cut off', () => {
    const off = desire(DRAINED, TOKEN, new Map());
    const seen = drained(asDeclared(off, off), 'worker-1', BEGUN);
    expect(summary(plan(DRAINED, seen))).toEqual(['drain: empty, config-changed']);
    expect(summary(plan(DRAINED, drained(seen, 'worker-1', REACHED)))).toEqual([]);
  });

  it('is told again when somebody has switched a task on', () => {
    const seen = changeWorker(
      settled(DRAINED),
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set(['PC1']) })),
    );
    expect(summary(plan(DRAINED, seen))).toEqual(['drain: empty, lotus-differs']);
  });

  it('is started with no task where it does not run', () => {
    const made = plan(DRAINED, changeWorker(PLACED, 'worker-1', stopped));
    expect(summary(made)).toEqual([OFF, 'start: none, not-running', 'drain: empty, config-changed']);
    expect(only(made, 'start').action).toMatchObject({ expect: { tasks: [] } });
    const once = changeWorker(settled(DRAINED), 'worker-1', stopped);
    expect(summary(plan(DRAINED, once))).toEqual(['start: none, not-running']);
  });

  it('is not restarted for other settings: they come with its work', () => {
    const farm = farmOf({ state: 'drained', noSwap: true });
    expect(summary(plan(farm, settled(DRAINED)))).toEqual([OFF]);
  });

  it('waits for the miner, without which nobody knows what lies there', () => {
    expect(summary(plan(DRAINED, { ...PLACED, miner: unreached() }))).toEqual([OFF]);
  });

  it('is not touched where it stores sectors for good', () => {
    const seen = sectorOn(PLACED, SEAL, true);
    expect(summary(plan(DRAINED, seen))).toEqual([]);
    expect(codes(plan(DRAINED, seen))).toEqual(['SF574 error']);
    expect(codes(plan(STOPPED, seen))).toEqual(['SF574 error']);
    expect(codes(plan(DRAINED, sectorOn(PLACED, SEAL, false)))).toEqual(['SF565 warning']);
    // A drain of the file does not end it: with it they would go.
    expect(codes(plan(STOPPED, drained(seen, 'worker-1', REACHED)))).toEqual(['SF574 error']);
    expect(codes(plan(DRAINED, seen, ['worker-1']))).toEqual([]);
    // What came there by itself since is where it belongs.
    expect(codes(plan(DRAINED, drained(seen, 'worker-1', REACHED)))).toEqual([]);
  });
});

describe('a worker that the file wants drained and that runs otherwise than it says', () => {
  it('is not touched in another repo: SF507', () => {
    const elsewhere = changeProcess((process) => ({
      ...process,
      environ: new Map([...process.environ, ['LOTUS_WORKER_PATH', new Secret('/else')]]),
    }));
    const made = plan(DRAINED, changeWorker(PLACED, 'worker-1', elsewhere));
    expect([summary(made), codes(made)]).toEqual([[OFF], ['SF507 error']]);
  });

  it('is known by the repo that others gave it, whatever its variables say', () => {
    const foreign = changeWorker(PLACED, 'worker-1', startedBy({ env: { LOTUS_WORKER_PATH: '/else' } }));
    expect(codes(plan(DRAINED, foreign))).not.toContain('SF507 error');
  });

  it('is left with the tasks that Lotus switches off at the start alone', () => {
    const fixed = changeLive((live) => ({ ...live, tasks: new Set(['DL', 'WDP'] as const) }));
    expect(summary(plan(DRAINED, changeWorker(settled(DRAINED), 'worker-1', fixed)))).toEqual([]);
  });
});

describe('a worker that the file wants drained, and one of whose paths another one has open', () => {
  const two = (state: Worker['state'], storage: Worker['storage']): Farm =>
    aFarm({
      hosts: [
        aHost({
          workers: [
            aWorker({ state, storage: [aStorage(), ...storage] }),
            aWorker({ name: 'worker-2', listen: { host: '10.0.0.11', port: 3457 }, storage: [] }),
          ],
        }),
      ],
    });
  const [own, other] = [aStorage(), aStorage({ path: OTHER })];
  const holding = inPlace(
    aFarm({
      hosts: [
        aHost({
          workers: [
            aWorker({ storage: [own] }),
            aWorker({ name: 'worker-2', listen: { host: '10.0.0.11', port: 3457 }, storage: [other] }),
          ],
        }),
      ],
    }),
  );

  it.each([
    ['holds nothing', []],
    ['holds sectors', ['sealed/s-t01000-7']],
  ])('is neither started nor emptied while it %s', (_, entries) => {
    const sectorStore = file(newSectorStore(idOf('host-1', OTHER), storageSettings(other)));
    const down = changeWorker(holding, 'worker-1', (worker) =>
      changePath(OTHER, { sectorStore })(changePath(SEAL, { entries })(stopped(worker))),
    );
    const made = plan(two('drained', [other]), down);
    expect(
      steps(made)
        .filter(({ action }) => action.kind !== 'write-file')
        .map(({ id }) => id),
    ).toEqual([`worker-2/detach:${OTHER}`]);
    expect(codes(made)).toEqual(['SF573 warning']);
  });
});

describe('a worker that the file wants stopped', () => {
  it('is emptied and ended', () => {
    const made = plan(STOPPED, PLACED);
    expect(summary(made)).toEqual([OFF, 'drain: empty, config-changed']);
    expect(only(made, 'drain').action).toMatchObject({ stop: true });
  });

  it('is ended also where it was drained before', () => {
    expect(summary(plan(STOPPED, settled(DRAINED)))).toEqual(['drain: empty, config-changed']);
  });

  it('is put on its host and not started', () => {
    const made = plan(STOPPED, changeWorker(PLACED, 'worker-1', stopped));
    expect(summary(made)).toEqual([OFF]);
  });

  it('does not come back at boot', () => {
    const farm = aFarm({
      hosts: [aHost({ serviceManager: 'systemd', workers: [aWorker({ state: 'stopped' })] })],
    });
    const down = settled(farm);
    expect(summary(plan(farm, down))).toEqual([]);
    const enabled = changeWorker(down, 'worker-1', (worker) => ({ ...worker, startsAtBoot: true }));
    expect(summary(plan(farm, enabled))).toEqual(['drain: none, config-changed']);
    expect(plan(farm, enabled).waves).toEqual([]);
    // A unit beside a plain process goes by a rule of its own.
    const plain = changeWorker(settled(STOPPED), 'worker-1', (worker) => ({ ...worker, startsAtBoot: true }));
    expect(summary(plan(STOPPED, plain))).not.toContain('drain: none, config-changed');
  });
});

describe('a worker that is down with sectors in its folders', () => {
  const down = changeWorker(PLACED, 'worker-1', stopped);
  const holding = changeWorker(
    down,
    'worker-1',
    changePath(SEAL, { entries: ['sealed/s-t01000-7', 'cache/s-t01000-7', 'sealed/s-t01000-8'] }),
  );

  it.each(['drained', 'stopped'] as const)(
    'is started with no task when it shall be %s, so that they go on, and that is said: SF577',
    (state) => {
      const made = plan(farmOf({ state }), holding);
      expect(summary(made)).toEqual([OFF, 'start: none, not-running', 'drain: empty, config-changed']);
      expect(only(made, 'start').action).toMatchObject({ expect: { tasks: [] } });
      expect(only(made, 'drain').action).toMatchObject({ stop: state === 'stopped' });
      expect(made.diagnostics).toMatchObject([
        {
          code: 'SF577',
          severity: 'warning',
          message: `worker-1 shall be ${state} and is down with 2 sectors on ${SEAL}: it is started with no task, until they have gone on`,
        },
      ]);
    },
  );

  it('is no less so where its unit ends again and again', () => {
    const farm = aFarm({
      hosts: [aHost({ serviceManager: 'systemd', workers: [aWorker({ state: 'stopped' })] })],
    });
    const ending = changeWorker(settled(farm), 'worker-1', (worker) => ({ ...worker, unit: aUnit() }));
    const calm = drained(ending, 'worker-1', BEGUN);
    expect(summary(plan(farm, calm))).toEqual(['drain: none, config-changed']);
    const full = changeWorker(calm, 'worker-1', changePath(SEAL, { entries: ['cache/?'] }));
    expect(summary(plan(farm, full))).toEqual(['start: none, not-running', 'drain: empty, config-changed']);
  });

  it('is left down once it was empty, and where nothing else is a sector', () => {
    expect(summary(plan(STOPPED, drained(holding, 'worker-1', REACHED)))).toEqual([OFF]);
    const notes = changeWorker(down, 'worker-1', changePath(SEAL, { entries: ['sealed/notes.txt'] }));
    expect(summary(plan(STOPPED, notes))).toEqual([OFF]);
    expect(codes(plan(STOPPED, notes))).toEqual([]);
  });

  it('is left down while the miner is away, and where another worker has the path attached', () => {
    expect(summary(plan(STOPPED, { ...holding, miner: unreached() }))).toEqual([OFF]);
    expect(summary(plan(STOPPED, beside(holding)))).toEqual([OFF]);
    expect(codes(plan(STOPPED, beside(holding)))).not.toContain('SF577 warning');
  });

  it('is not touched where they are stored for good', () => {
    const store = farmOf({ state: 'stopped', storage: [aStorage({ seal: false, store: true })] });
    const seen = changeWorker(
      changeWorker(inPlace(store), 'worker-1', stopped),
      'worker-1',
      changePath(SEAL, { entries: ['sealed/s-t01000-7'] }),
    );
    expect(summary(plan(store, seen))).toEqual([]);
    expect(codes(plan(store, seen))).toEqual(['SF574 error']);
    expect(codes(plan(store, drained(seen, 'worker-1', REACHED)))).toEqual([]);
    expect(codes(plan(store, { ...seen, miner: unreached() }))).not.toContain('SF574 error');
  });
});

describe('a path of a worker to be drained that stores sectors for good', () => {
  const full = sectorOn(PLACED, SEAL, true);

  it('holds it although the index has a second address for it: that stays when a worker has moved', () => {
    const miner = full.miner as ObservedMiner;
    const id = idOf('host-1', SEAL);
    const known = miner.storage.get(id);
    if (known === undefined) throw new Error('not in the index');
    const URLs = [...(known.info.URLs ?? []), 'http://10.0.0.99:3456/remote'];
    const storage = new Map([...miner.storage, [id, { ...known, info: { ...known.info, URLs } }]]);
    expect(codes(plan(DRAINED, { ...full, miner: { ...miner, storage } }))).toEqual(['SF574 error']);
  });

  it('holds it, however it is written, also where the index knows nothing of it', () => {
    const attached = changeWorker(
      full,
      'worker-1',
      changeLive((live) => ({
        ...live,
        paths: live.paths.map((path) => ({ ...path, LocalPath: `${path.LocalPath}/`, CanStore: true })),
      })),
    );
    const miner = { ...(full.miner as ObservedMiner), storage: new Map() };
    expect(plan(DRAINED, { ...attached, miner }).diagnostics).toMatchObject([
      { code: 'SF574', place: { path: SEAL } },
    ]);
  });

  it('is not judged by its folder while the worker runs and does not answer', () => {
    const store = farmOf({ state: 'drained', storage: [aStorage({ seal: false, store: true })] });
    const silent = changeWorker(inPlace(store), 'worker-1', (worker) =>
      changePath(SEAL, { entries: ['sealed/s-t01000-7'] })(changeLive(() => unreached())(worker)),
    );
    expect(codes(plan(store, silent))).toEqual(['SF508 warning']);
  });

  it('does not hold it where another worker that runs has it attached', () => {
    expect(codes(plan(DRAINED, beside(full)))).not.toContain('SF574 error');
  });
});

/** The same look, where a worker of another host has the path attached, too. */
function beside(seen: Observation): Observation {
  const host = PLACED.hosts.get('host-1');
  const other = host?.reached === true ? host.workers.get('worker-1') : undefined;
  if (host?.reached !== true || other === undefined) throw new Error('nothing runs');
  const away = { ...host, name: 'host-9', workers: new Map([['worker-9', other]]) };
  return { ...seen, hosts: new Map([...seen.hosts, ['host-9', away]]) };
}

it.each(['drained', 'stopped'] as const)(
  'a worker with a new name that the file wants %s comes to that, too',
  (state) => {
    const after = farmOf({ name: 'first', renamedFrom: 'worker-1', repo: '/var/lib/lotus/worker-1', state });
    const seen = asDeclared(desire(FARM, TOKEN, new Map()), desire(after, TOKEN, new Map()));
    const made = plan(after, seen);
    expect(summary(made).slice(-2)).toEqual([
      'restart: restart, config-changed',
      'drain: empty, config-changed',
    ]);
    expect(only(made, 'restart').action).toMatchObject({ expect: { tasks: [] } });
    const full = changeWorker(seen, 'first', changePath(SEAL, { entries: ['sealed/s-t01000-7'] }));
    expect(only(plan(after, full), 'drain').cost).toMatchObject({ sectorsHeld: 1 });
    expect(made.waves).toMatchObject([
      { turns: [{ worker: 'first', steps: ['first/restart', 'first/drain'] }] },
    ]);
  },
);

it('a worker with a new name is not drained under its old one where its files are wrong', () => {
  const repo = '/var/lib/lotus/worker-1';
  const after = farmOf({ name: 'first', renamedFrom: 'worker-1', repo, state: 'drained' });
  const seen = asDeclared(desire(FARM, TOKEN, new Map()), desire(after, TOKEN, new Map()));
  const broken = changePath(SEAL, { sectorStore: { state: 'unreadable', why: 'it is no file' } });
  const made = plan(after, changeWorker(seen, 'first', broken));
  expect(codes(made)).toContain('SF504 error');
  expect(summary(made).filter((line) => !line.startsWith('write-file'))).toEqual([]);
});

describe('a worker that works again', () => {
  it('gets just its tasks back, and nothing is remembered of the drain', () => {
    const made = plan(FARM, settled(DRAINED));
    expect(summary(made)).toEqual([
      MANIFEST,
      OFF,
      ...['AP', 'PC1', 'PC2', 'C2'].map((code) => `enable-task ${code}: live, config-changed`),
    ]);
    const { action } = steps(made)[0] ?? {};
    const manifest = parseManifest(action?.kind === 'write-file' ? action.content.reveal() : '');
    expect(manifest).toMatchObject({ intents: {} });
  });

  it('is started where it was stopped', () => {
    expect(summary(plan(FARM, settled(STOPPED)))).toEqual([MANIFEST, OFF, 'start: none, not-running']);
  });
});

describe('a drain that a person asked for', () => {
  it.each(['running', 'drained', 'stopped'] as const)(
    'outranks the file that says %s, and both are shown',
    (state) => {
      const seen = changeWorker(PLACED, 'worker-1', resting);
      const made = plan(farmOf({ state }), drained(seen, 'worker-1', DRAIN), ['worker-1']);
      expect(summary(made).filter((line) => !line.startsWith('write-file'))).toEqual([]);
      expect(made.drained).toEqual([
        { host: 'host-1', worker: 'worker-1', intent: DRAIN, running: true, declared: state },
      ]);
    },
  );

  it('is noted in place of the one of the file', () => {
    const made = planIntents(
      desire(DRAINED, TOKEN, new Map([['worker-1', DRAIN]])),
      drained(settled(DRAINED), 'worker-1', REACHED),
      new Map([['worker-1', DRAIN]]),
    );
    const { action } = only(made, 'write-file');
    const manifest = parseManifest(action.kind === 'write-file' ? action.content.reveal() : '');
    expect(manifest).toMatchObject({ intents: { 'worker-1': DRAIN } });
  });

  it('is taken back where the file keeps it drained, and that is said', () => {
    const seen = drained(settled(DRAINED), 'worker-1', DRAIN);
    const made = planIntents(desire(DRAINED, TOKEN, new Map()), seen, new Map([['worker-1', undefined]]));
    expect(summary(made)).toEqual(['write-file /var/lib/sealfarm/manifest.json: none, drain-intent']);
    expect(codes(made)).toEqual(['SF575 error']);
  });

  it('is not there to be taken back where the file alone asked for it', () => {
    const made = planIntents(
      desire(DRAINED, TOKEN, new Map()),
      settled(DRAINED),
      new Map([['worker-1', undefined]]),
    );
    expect(summary(made)).toEqual([]);
    expect(codes(made)).toEqual(['SF575 error']);
  });
});

describe('the rules of a rollout', () => {
  /** Workers of a host each, which all do the same. */
  function crew(states: readonly Worker['state'][], rollout: Partial<Farm['rollout']> = {}): Farm {
    const hosts = states.map((state, index) =>
      aHost({
        name: `host-${index + 1}`,
        workers: [aWorker({ name: `worker-${index + 1}`, state, storage: [aStorage()] })],
      }),
    );
    return aFarm({ hosts, rollout: { ...aFarm().rollout, ...rollout } });
  }

  function waves(farm: Farm, seen: Observation): readonly (readonly string[])[] {
    const made = makePlan(desire(farm, TOKEN, new Map()), seen);
    return made.waves.map(({ turns }) => turns.map(({ worker }) => worker));
  }

  const ALL = inPlace(crew(['running', 'running', 'running', 'running']));

  it('keep the budget', () => {
    expect(waves(crew(['stopped', 'drained', 'stopped', 'running']), ALL)).toEqual([
      ['worker-1'],
      ['worker-2'],
      ['worker-3'],
    ]);
    expect(waves(crew(['stopped', 'drained', 'stopped', 'running'], { maxUnavailable: 2 }), ALL)).toEqual([
      ['worker-1', 'worker-2'],
      ['worker-3'],
    ]);
  });

  it('hold back what would leave too few', () => {
    const farm = crew(['stopped', 'drained', 'running', 'running'], { minAvailable: new Map([['PC2', 3]]) });
    const made = makePlan(desire(farm, TOKEN, new Map()), ALL);
    expect(made.waves.flatMap(({ turns }) => turns.map(({ worker }) => worker))).toEqual(['worker-1']);
    expect(made.heldBack.map(({ worker }) => worker)).toEqual(['worker-2']);
  });

  it('say that much of the farm is concerned', () => {
    const farm = crew(['stopped', 'stopped', 'stopped', 'running']);
    expect(makePlan(desire(farm, TOKEN, new Map()), ALL).large).toMatchObject({ concerned: 3, running: 4 });
  });

  it('do not count those that are at rest already as away', () => {
    const farm = crew(['stopped', 'stopped', 'running', 'running', 'running'], { maxUnavailable: 2 });
    const seen = asDeclared(desire(farm, TOKEN, new Map()), desire(farm, TOKEN, new Map()));
    const hosts = farm.hosts.map((host) => ({
      ...host,
      workers: host.workers.map((worker) =>
        worker.state === 'running' ? { ...worker, noSwap: true } : worker,
      ),
    }));
    expect(waves({ ...farm, hosts }, seen)).toEqual([['worker-3', 'worker-4'], ['worker-5']]);
  });
});
