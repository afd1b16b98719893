import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm } from '../../src/farm/farm.js';
import { parseManifest, type DrainIntent, type Manifest } from '../../src/host/manifest.js';
import type { Observation } from '../../src/observed/observed.js';
import { planIntents, type IntentChanges } from '../../src/plan/intent-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { aFarm, aHost, aStorage, aWorker, CANARY, guideFarm, TOKEN } from '../support/farm.js';
import {
  changeLive,
  changeMiner,
  changeWorker,
  drained,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { DRAIN, ENV_FILE, only, SEAL, summary } from '../support/plan.js';

const MANIFEST = 'write-file /var/lib/sealfarm/manifest.json: none, drain-intent';
const GUIDE = inPlace(guideFarm());

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
        `redeclare ${SEAL}: live, drain-intent`,
        `write-file ${ENV_FILE}: none, drain-intent`,
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

  function neighbour(name: string, index: number) {
    return aWorker({ name, storage: [aStorage({ path: `${SEAL}-${index}` })] });
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
