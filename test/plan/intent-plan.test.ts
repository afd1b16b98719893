import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import { TASK_VARIABLES, tasksOf, withoutTasks } from '../../src/desired/worker-env.js';
import type { Farm } from '../../src/farm/farm.js';
import { formatEnvFile, parseEnvFile } from '../../src/host/env-file.js';
import { parseManifest, type DrainIntent, type Manifest } from '../../src/host/manifest.js';
import type { HostObservation, Observation } from '../../src/observed/observed.js';
import { planIntents, type IntentChanges } from '../../src/plan/intent-plan.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { reveal } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage, aWorker, CANARY, farmOf, guideFarm, TOKEN } from '../support/farm.js';
import {
  ABSENT,
  aDiagnostic,
  changeLive,
  changeMiner,
  changePath,
  changeWorker,
  drained,
  file,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, DRAIN, ENV_FILE, FARM, only, OTHER, PLACED, SEAL, summary } from '../support/plan.js';

const MANIFEST = 'write-file /var/lib/sealfarm/manifest.json: none, drain-intent';
const GUIDE = inPlace(guideFarm());
const UNREADABLE = { state: 'unreadable', why: 'Permission denied' } as const;

/** What is planned when these changes are in effect already, as the command does it. */
function intents(farm: Farm, seen: Observation, changes: IntentChanges): Plan {
  const wanted = [...changes].flatMap(([name, intent]) =>
    intent === undefined ? [] : [[name, intent] as const],
  );
  return planIntents(desire(farm, TOKEN, new Map(wanted)), seen, changes);
}

function remembered(made: Plan): Manifest {
  const { action } = only(made, 'write-file');
  const manifest = parseManifest(action.kind === 'write-file' ? action.content.reveal() : '');
  if ('problem' in manifest) throw new Error(manifest.problem);
  return manifest;
}

describe('a drain', () => {
  const start = new Map([['worker-1', DRAIN]]);

  it('is remembered of the drained worker alone: one that the file brings to the host is not noted there by it', () => {
    const moved = aWorker({ name: 'worker-9', listen: { host: '10.0.0.11', port: 3457 } });
    const farm = aFarm({ hosts: [aHost({ workers: [aWorker(), moved] })] });
    const seen = inPlace(farm);
    const host = seen.hosts.get('host-1');
    if (host?.reached !== true || host.manifest === undefined) throw new Error('no manifest');
    const known = { ...host, manifest: { ...host.manifest, workers: ['worker-1'] } };
    const made = intents(farm, { ...seen, hosts: new Map([['host-1', known]]) }, start);
    const write = made.hosts[0]?.steps[0]?.action;
    const text = write?.kind === 'write-file' ? write.content.reveal() : '';
    expect(parseManifest(text)).toMatchObject({ workers: ['worker-1'] });
  });

  it('is remembered on its host first, then the worker is kept from coming back to work', () => {
    const made = intents(guideFarm(), GUIDE, start);
    expect(made.hosts.map(({ host }) => host)).toEqual(['host-1']);
    expect(summary(made)).toEqual([MANIFEST, `write-file ${ENV_FILE}: none, drain-intent`]);
    expect(made.hosts[0]?.steps[0]).toMatchObject({
      changes: [{ field: 'worker-1', before: 'serving', after: 'drained' }],
      action: { replaces: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    expect(JSON.stringify(made)).not.toContain(CANARY);
  });

  it.each(['begun', 'taken back'])('that is %s asks nothing of the miner beside the worker', (what) => {
    const farm = guideFarm();
    const [host = aHost()] = farm.hosts;
    const withMiner = { ...farm, miner: { ...farm.miner, host, config: { tasks: [] } } };
    const minerMachine = {
      reached: true,
      repo: '/r',
      hostname: 'miner-1',
      config: file('[Storage]\n'),
      processes: [],
      written: new Map(),
    } as const;
    const seen = what === 'begun' ? GUIDE : drained(GUIDE, 'worker-1', DRAIN);
    const made = intents(
      withMiner,
      { ...seen, minerMachine },
      new Map([['worker-1', what === 'begun' ? DRAIN : undefined]]),
    );
    expect(steps(made).length).toBeGreaterThan(0);
    expect(steps(made).filter(({ id }) => id.includes('lotus-miner'))).toEqual([]);
    expect(
      steps(makePlan(desire(withMiner, TOKEN, new Map()), { ...seen, minerMachine })).map(({ id }) => id),
    ).toContain('host-1/lotus-miner/config.toml');
  });

  it('touches nothing else of the worker, whatever the file asks for', () => {
    const changed = aFarm({ hosts: [aHost({ workers: [aWorker({ storage: [aStorage({ weight: 1 })] })] })] });
    const seen = changeWorker(
      inPlace(aFarm()),
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set() })),
    );
    expect(summary(intents(changed, seen, start))).toEqual([
      MANIFEST,
      `write-file ${ENV_FILE}: none, drain-intent`,
    ]);
  });

  describe('that opens its paths to another group', () => {
    const opening = new Map([['worker-1', { ...DRAIN, allowTo: ['example-seal-group-2'] }]]);
    const own = 'example-seal-group-1';

    it('gives them to the index, and to no file', () => {
      const made = intents(guideFarm(), GUIDE, opening);
      expect(summary(made)).toEqual([
        MANIFEST,
        `write-file ${ENV_FILE}: none, drain-intent`,
        `redeclare ${SEAL}: live, drain-intent`,
      ]);
      expect(only(made, 'redeclare')).toMatchObject({
        action: { settings: { AllowTo: [own, 'example-seal-group-2'], Groups: [own] } },
        changes: [{ field: 'AllowTo', before: own, after: `${own}, example-seal-group-2` }],
      });
    });

    it('is written down although it is drained already', () => {
      const made = intents(guideFarm(), drained(GUIDE, 'worker-1', DRAIN), opening);
      expect(made.hosts[0]?.steps[0]?.changes).toEqual([
        { field: 'worker-1', before: 'drained', after: 'drained, its sectors also to example-seal-group-2' },
      ]);
      const same = drained(GUIDE, 'worker-1', { ...DRAIN, allowTo: ['example-seal-group-2'] });
      expect(summary(intents(guideFarm(), same, opening))).not.toContain(MANIFEST);
    });

    it.each<[what: string, storage: Parameters<typeof aStorage>[0]]>([
      ['is open to all', { allowTo: [] }],
      ['takes no sector to seal', { seal: false, store: true, allowTo: [own] }],
      ['has the group already', { allowTo: [own, 'example-seal-group-2'] }],
    ])('leaves a path alone that %s', (_, storage) => {
      const farm = aFarm({ hosts: [aHost({ workers: [aWorker({ storage: [aStorage(storage)] })] })] });
      expect(summary(intents(farm, inPlace(farm), opening)).join()).not.toContain('redeclare');
    });

    it('is undone in the index when the drain is taken back', () => {
      const { miner } = GUIDE;
      const [[id, entry] = []] = [...miner.storage];
      if (id === undefined || entry === undefined) throw new Error('nothing is indexed');
      const AllowTo = [own, 'example-seal-group-2'];
      const storage = new Map([...miner.storage, [id, { ...entry, info: { ...entry.info, AllowTo } }]]);
      const seen = drained(changeMiner(GUIDE, { storage }), 'worker-1', {
        ...DRAIN,
        allowTo: ['example-seal-group-2'],
      });
      const made = intents(guideFarm(), seen, new Map([['worker-1', undefined]]));
      expect(only(made, 'redeclare')).toMatchObject({
        action: { settings: { AllowTo: [own] } },
        disruption: 'live',
      });
    });
  });

  it('leaves the neighbours on the host alone, and their drains as they are', () => {
    const farm = aFarm({ hosts: [aHost({ workers: ['worker-1', 'worker-2', 'worker-3'].map(neighbour) })] });
    const seen = drained(changeWorker(inPlace(farm), 'worker-2', stopped), 'worker-3', DRAIN);
    const made = intents(farm, seen, start);
    expect(summary(made)).toEqual([MANIFEST, `write-file ${ENV_FILE}: none, drain-intent`]);
    const { steps = [] } = made.hosts[0] ?? {};
    expect(
      remembered({ ...made, hosts: made.hosts.map((host) => ({ ...host, steps: steps.slice(0, 1) })) }),
    ).toMatchObject({
      workers: ['worker-1', 'worker-2', 'worker-3'],
      intents: { 'worker-1': DRAIN, 'worker-3': DRAIN },
    });
  });

  it('is remembered also where the host has lost its way to the miner, so that nobody else is started', () => {
    const farm = aFarm({ hosts: [aHost({ workers: ['worker-1', 'worker-2'].map(neighbour) })] });
    const unknown = changeMiner(inPlace(farm), { workers: new Map() });
    const before = changeWorker(unknown, 'worker-2', stopped);
    const hosts = [...before.hosts].map(([name, host]): [string, HostObservation] => [
      name,
      host.reached ? { ...host, noWayToMiner: aDiagnostic('no way') } : host,
    ]);
    const seen = { ...before, hosts: new Map(hosts) };
    expect(codes(makePlan(desire(farm, TOKEN, new Map()), seen))).toContain('SF595 error');
    expect(summary(intents(farm, seen, start))[0]).toBe(MANIFEST);
  });

  function neighbour(name: string, index: number) {
    const listen = { host: '10.0.0.11', port: 3456 + index };
    return aWorker({ name, listen, storage: [aStorage({ path: `${SEAL}-${index}` })] });
  }

  it('that is under way is not begun anew', () => {
    const again: DrainIntent = { ...DRAIN, who: 'bob' };
    const seen = drained(GUIDE, 'worker-1', DRAIN);
    expect(summary(intents(guideFarm(), seen, new Map([['worker-1', again]])))).toEqual([
      `write-file ${ENV_FILE}: none, drain-intent`,
    ]);
  });

  it('is remembered where sealfarm never wrote before', () => {
    const host = GUIDE.hosts.get('host-1');
    if (host?.reached !== true) throw new Error('not reached');
    const { workers } = host;
    const bare = { reached: true, name: 'host-1', problems: [], workers } as const;
    const made = intents(
      guideFarm(),
      { ...GUIDE, hosts: new Map([...GUIDE.hosts, ['host-1', bare] as const]) },
      start,
    );
    expect(summary(made)[0]).toBe('write-file /var/lib/sealfarm/manifest.json: none, drain-intent');
  });

  it('of a host that was not reached has no steps', () => {
    const made = intents(
      guideFarm(),
      { ...GUIDE, hosts: new Map([...GUIDE.hosts, ['host-1', unreached()] as const]) },
      start,
    );
    expect(made.hosts).toMatchObject([{ host: 'host-1', reached: false, steps: [] }]);
  });

  it('of several workers is planned on each of their hosts', () => {
    const both = new Map([
      ['worker-1', DRAIN],
      ['worker-3', DRAIN],
    ]);
    expect(intents(guideFarm(), GUIDE, both).hosts.map(({ host, steps }) => [host, steps.length])).toEqual([
      ['host-1', 2],
      ['host-3', 2],
    ]);
  });
});

describe('a drain of a worker whose declaration is refused', () => {
  const start = new Map([['worker-1', DRAIN]]);
  const OFF = `write-file ${ENV_FILE}: none, drain-intent`;
  const lacksNumactl = changeWorker(PLACED, 'worker-1', (worker) => ({
    ...worker,
    standing: { user: 'ok', lacking: ['numactl'], denied: [] },
  }));
  const deniesItsPath = changeWorker(PLACED, 'worker-1', (worker) => ({
    ...worker,
    standing: { user: 'ok', lacking: [], denied: [SEAL] },
  }));

  function sharesAnId(): Observation {
    const path = PLACED.hosts.get('host-1');
    const store = path?.reached === true ? path.workers.get('worker-1')?.storage.get(SEAL) : undefined;
    if (store === undefined) throw new Error('no path');
    return changeWorker(PLACED, 'worker-1', changePath(OTHER, store));
  }

  const TWO_PATHS = aFarm({
    hosts: [aHost({ workers: [aWorker({ storage: [aStorage(), aStorage({ path: OTHER })] })] })],
  });

  it.each<[code: string, farm: Farm, seen: Observation]>([
    ['SF518', farmOf({ noSwap: true }), lacksNumactl],
    ['SF519', farmOf({ noSwap: true }), deniesItsPath],
    ['SF510', TWO_PATHS, sharesAnId()],
  ])('takes nothing after a crash either, with the rest of its file as it stands: %s', (code, farm, seen) => {
    expect(codes(makePlan(desire(farm, TOKEN, new Map()), seen))).toContain(`${code} error`);
    const made = intents(farm, seen, start);
    expect(summary(made)).toEqual([MANIFEST, OFF]);
    const { action, changes } = steps(made)[1] ?? {};
    if (action?.kind !== 'write-file') throw new Error('no file');
    const [before, after] = [action.before, action.content].map((text) => parseEnvFile(text?.reveal() ?? ''));
    if (before === undefined || after === undefined) throw new Error('no text');
    expect([...lasting(after)]).toEqual([...lasting(before)]);
    expect(tasksOf(before)).toContain('PC1');
    expect(tasksOf(after)).toEqual([]);
    expect(changes?.map(({ field }) => field)).toContain('LOTUS_WORKER_PRECOMMIT1');
    // What a drain does not touch does not keep it from being noted.
    expect(codes(made).filter((found) => found.endsWith('error'))).toEqual([]);
    expect(codes(made)).toContain(`${code} warning`);
    expect(JSON.stringify(made)).not.toContain(CANARY);
  });

  function lasting(environ: ReadonlyMap<string, string>) {
    return [...environ].filter(([name]) => !TASK_VARIABLES.has(name));
  }

  it('is noted alone where its tasks are off already', () => {
    const text = formatEnvFile(
      withoutTasks(new Map(desiredEnv().map(({ name, value }) => [name, reveal(value)]))),
    );
    const seen = changeWorker(lacksNumactl, 'worker-1', (worker) => ({
      ...worker,
      envFile: file(text.reveal(), '600'),
    }));
    expect(summary(intents(FARM, seen, start))).toEqual([MANIFEST]);
  });

  function desiredEnv() {
    return desire(FARM, TOKEN, new Map()).hosts[0]?.workers[0]?.env ?? [];
  }

  const otherFarm = { ...PLACED, hosts: new Map([...PLACED.hosts].map(ofOtherFarm)) };

  function ofOtherFarm([name, host]: readonly [string, HostObservation]) {
    if (!host.reached || host.manifest === undefined) throw new Error('no manifest');
    return [name, { ...host, manifest: { ...host.manifest, farm: 'other' } }] as const;
  }

  it.each<[code: string, seen: Observation]>([
    ['SF504', changeWorker(PLACED, 'worker-1', (seen) => ({ ...seen, envFile: UNREADABLE }))],
    ['SF512', otherFarm],
    ['SF513', changeMiner(PLACED, { sectorSize: 2048 })],
    ['SF518', changeWorker(lacksNumactl, 'worker-1', (seen) => ({ ...seen, envFile: ABSENT }))],
  ])('that its file cannot be kept from working is not noted, and that is an error: %s', (code, seen) => {
    const made = intents(FARM, seen, start);
    expect(summary(made)).toEqual([]);
    expect(codes(made)).toEqual([`${code} error`]);
  });

  it('is noted for the others of its host all the same', () => {
    const farm = aFarm({
      hosts: [
        aHost({
          workers: [
            aWorker({ name: 'worker-1' }),
            aWorker({ name: 'worker-2', storage: [aStorage({ path: OTHER })] }),
          ],
        }),
      ],
    });
    const seen = changeWorker(inPlace(farm), 'worker-2', (worker) => ({ ...worker, envFile: UNREADABLE }));
    const made = intents(farm, seen, new Map([...start, ['worker-2', DRAIN]]));
    expect(summary(made)).toEqual([MANIFEST, OFF]);
    expect(steps(made)[0]?.changes.map(({ field }) => field)).toEqual(['worker-1']);
    expect(codes(made)).toEqual(['SF504 error']);
  });

  it('is not noted where the one that works is on another host', () => {
    const seen = PLACED.hosts.get('host-1');
    const worker = seen?.reached === true ? seen.workers.get('worker-1') : undefined;
    if (worker === undefined) throw new Error('no worker');
    const { files } = desire(FARM, TOKEN, new Map()).hosts[0]?.workers[0] ?? {};
    if (files === undefined) throw new Error('no files');
    const farm = aFarm({ hosts: [...FARM.hosts, aHost({ name: 'host-2', workers: [] })] });
    const departed = new Map([['worker-1', { ...worker, files }]]);
    const bare = inPlace(farm);
    const hosts = new Map(
      [...bare.hosts].map(([name, host]) => [name, name === 'host-2' ? { ...host, departed } : host]),
    );
    const made = intents(farm, { ...bare, hosts }, start);
    expect(summary(made)).toEqual([]);
    expect(codes(made)).toContain('SF571 error');
  });
});

describe('taking a drain back', () => {
  const back = new Map([['worker-1', undefined]]);

  it('forgets it and brings back just what is declared', () => {
    const seen = changeWorker(
      drained(GUIDE, 'worker-1', DRAIN),
      'worker-1',
      changeLive((live) => ({ ...live, tasks: new Set(['C1', 'FIN', 'PC2']) })),
    );
    const made = intents(guideFarm(), seen, back);
    expect(summary(made)).toEqual([
      MANIFEST,
      'enable-task AP: live, lotus-differs',
      'enable-task PC1: live, lotus-differs',
      'enable-task C2: live, lotus-differs',
    ]);
    expect(remembered(made).intents).toEqual({});
    expect(only(made, 'write-file').changes).toEqual([
      { field: 'worker-1', before: 'drained', after: 'serving' },
    ]);
  });

  it('starts a worker that was stopped', () => {
    const seen = changeWorker(drained(GUIDE, 'worker-1', DRAIN), 'worker-1', stopped);
    expect(summary(intents(guideFarm(), seen, back))).toEqual([MANIFEST, 'start: none, not-running']);
  });

  it('that is not there writes nothing down', () => {
    expect(summary(intents(guideFarm(), GUIDE, back))).toEqual([]);
  });
});
