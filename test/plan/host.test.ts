import { describe, expect, it } from 'vitest';
import { formatManifest } from '../../src/host/manifest.js';
import type { Observation } from '../../src/observed/observed.js';
import { steps } from '../../src/plan/plan.js';
import { aStorage, farmOf, guideFarm } from '../support/farm.js';
import {
  ABSENT,
  aStoragePath,
  changeMiner,
  changeWorker,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import {
  codes,
  DRAIN,
  ENV_FILE,
  FARM,
  LIST,
  only,
  OTHER,
  plan,
  PLACED,
  SEAL,
  summary,
} from '../support/plan.js';

it('has nothing to do where everything is as it shall be', () => {
  for (const farm of [FARM, guideFarm()]) {
    expect(plan(farm, inPlace(farm))).toMatchObject({
      formatVersion: 1,
      farm: 'example',
      diagnostics: [],
      waves: [],
      heldBack: [],
      drained: [],
    });
    expect(summary(plan(farm, inPlace(farm)))).toEqual([]);
  }
});

describe('the size of sectors', () => {
  const changed = changeWorker(PLACED, 'worker-1', (worker) => ({ ...worker, envFile: ABSENT }));

  it.each([
    { sectorSize: 2 ** 36, said: ['SF513 error'], message: /sectors of 64GiB, the file says 32GiB/ },
    { sectorSize: 12345, said: ['SF513 error'], message: /sectors of 12345 bytes, the file says 32GiB/ },
  ])('that is not the miner’s keeps everything as it is: $sectorSize', ({ sectorSize, said, message }) => {
    const made = plan(FARM, changeMiner(changed, { sectorSize }));
    expect(codes(made)).toEqual(said);
    expect(made.diagnostics[0]?.message).toMatch(message);
    expect(steps(made)).toEqual([]);
  });

  it.each([{ sectorSize: 2 ** 35 }, {}])('that is the miner’s, or not known, is no news: %o', (said) => {
    const made = plan(FARM, changeMiner(changed, said));
    expect(codes(made)).toEqual([]);
    expect(steps(made)).toHaveLength(1);
  });
});

describe('a host that sealfarm never saw', () => {
  const bare = changeWorker(changeMiner(PLACED, { workers: new Map() }), 'worker-1', () => ({
    envFile: ABSENT,
    storageJson: ABSENT,
    storage: new Map([[SEAL, aStoragePath()]]),
  }));
  const host = bare.hosts.get('host-1');
  const seen: Observation = {
    ...bare,
    hosts: new Map([
      [
        'host-1',
        {
          reached: true,
          name: 'host-1',
          problems: [],
          workers: host?.reached === true ? host.workers : new Map(),
        },
      ],
    ]),
  };

  it('gets its manifest, its files, and its worker started, in this order', () => {
    const made = plan(FARM, seen);
    expect(summary(made)).toEqual([
      'write-file /var/lib/sealfarm/manifest.json: none, new',
      `create-sectorstore ${SEAL}: none, new`,
      `write-file ${LIST}: none, new`,
      `write-file ${ENV_FILE}: none, new`,
      'start: none, not-running',
    ]);
    expect(only(made, 'create-sectorstore').action).not.toHaveProperty('id');
    expect(only(made, 'create-sectorstore').changes[0]).toEqual({
      field: 'ID',
      after: '(drawn when applied)',
    });
    expect(only(made, 'start').action).toMatchObject({
      expect: { tasks: ['AP', 'PC1', 'PC2', 'C2'], paths: [SEAL], limits: new Map(), sealProof: 8 },
      service: { envFile: ENV_FILE },
    });
  });

  it('has unique step IDs that stay the same from plan to plan', () => {
    const ids = steps(plan(FARM, seen)).map(({ id }) => id);
    expect(ids).toEqual([
      'host-1/manifest',
      `worker-1/create-sectorstore:${SEAL}`,
      `worker-1/write-file:${LIST}`,
      `worker-1/write-file:${ENV_FILE}`,
      'worker-1/start',
    ]);
  });
});

describe('the manifest', () => {
  const withManifest = (workers: readonly string[], farm = 'example'): Observation => {
    const host = PLACED.hosts.get('host-1');
    if (host?.reached !== true) throw new Error('not reached');
    const manifest = { version: 1, farm, workers, intents: { 'worker-9': DRAIN } } as const;
    return { ...PLACED, hosts: new Map([['host-1', { ...host, manifest, manifestSha256: 'abc' }]]) };
  };

  it('takes new workers up and keeps what it says of others', () => {
    const step = only(plan(FARM, withManifest(['worker-9'])), 'write-file');
    expect(step).toMatchObject({
      disruption: 'none',
      reason: 'config-changed',
      host: 'host-1',
      action: { replaces: 'abc', mode: 'keep' },
    });
    expect(step).not.toHaveProperty('worker');
    expect(step.changes).toEqual([{ field: 'workers', before: 'worker-9', after: 'worker-9, worker-1' }]);
    const content = step.action.kind === 'write-file' ? step.action.content.reveal() : '';
    expect(content).toBe(
      formatManifest({
        version: 1,
        farm: 'example',
        workers: ['worker-1', 'worker-9'],
        intents: { 'worker-9': DRAIN },
      }),
    );
  });

  it('of another farm keeps everything away from the host: SF512', () => {
    const made = plan(FARM, changeWorker(withManifest(['worker-1'], 'other'), 'worker-1', stopped));
    expect(summary(made)).toEqual([]);
    expect(codes(made)).toEqual(['SF512 error']);
  });

  it('that cannot be read does so too: its drains are not known', () => {
    const host = PLACED.hosts.get('host-1');
    if (host?.reached !== true) throw new Error('not reached');
    const problems = [{ code: 'SF504', severity: 'error', message: 'broken' } as const];
    const made = plan(FARM, { ...PLACED, hosts: new Map([['host-1', { ...host, problems }]]) });
    expect(summary(made)).toEqual([]);
    expect(codes(made)).toEqual(['SF504 error']);
  });
});

describe('what cannot be reached', () => {
  it('is said for a host; the others are planned', () => {
    const farm = guideFarm();
    const seen = inPlace(farm);
    const hosts = new Map([...seen.hosts, ['host-2', unreached('no route')] as const]);
    const made = plan(farm, changeWorker({ ...seen, hosts }, 'worker-3', stopped));
    expect(made.hosts.map(({ host, reached }) => [host, reached])).toEqual([
      ['host-1', true],
      ['host-2', false],
      ['host-3', true],
    ]);
    expect(codes(made)).toEqual(['SF404 error']);
    expect(summary(made)).toEqual(['start: none, not-running']);
  });

  it('is said for the miner; nothing is done that needs its index', () => {
    const seen: Observation = { ...PLACED, miner: unreached('down') };
    const farm = farmOf({ limits: new Map([['PC1', 4]]), storage: [aStorage({ weight: 5, maxStorage: 7 })] });
    const made = plan(farm, seen);
    expect(codes(made)).toEqual(['SF404 error']);
    expect(summary(made)).toEqual([
      `write-file ${SEAL}/sectorstore.json: none, config-changed`,
      `write-file ${ENV_FILE}: none, config-changed`,
      'restart: restart, config-changed',
    ]);
    // Nobody says what runs there: not even that it is nothing.
    expect(only(made, 'restart').cost).toEqual({});
  });

  it('keeps undeclared paths attached while the miner cannot say what lies there', () => {
    const two = inPlace(farmOf({ storage: [aStorage(), aStorage({ path: OTHER })] }));
    expect(summary(plan(FARM, { ...two, miner: unreached() }))).toEqual([]);
  });
});

const NOBODY = { reached: true, name: 'host-1', problems: [], workers: new Map() } as const;

it.each<[what: string, hosts: Observation['hosts']]>([
  ['a host', new Map()],
  ['a worker', new Map([['host-1', NOBODY]])],
])('takes it for a bug when %s was not looked at', (_, hosts) => {
  expect(() => plan(FARM, { ...PLACED, hosts })).toThrow('was not observed');
});
