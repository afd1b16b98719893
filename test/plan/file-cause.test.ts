import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import type { Observation } from '../../src/observed/observed.js';
import { Secret } from '../../src/secret/secret.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { aFarm, aHost, aStorage, aWorker, farmOf, TOKEN } from '../support/farm.js';
import {
  ABSENT,
  changeLive,
  changeMiner,
  changePath,
  changeProcess,
  changeWorker,
  file,
  inPlace,
  sha256,
} from '../support/observation.js';
import { DRAIN, ENV_FILE, FARM, ID, only, OTHER, plan, PLACED, SEAL, summary } from '../support/plan.js';

const SYSTEMD = aFarm({ hosts: [aHost({ serviceManager: 'systemd', workers: [aWorker()] })] });

/** Lotus has this weight for the usual path. */
function weighs(weight: number): Observation {
  const storage = new Map(PLACED.miner.storage);
  const entry = storage.get(ID);
  if (entry === undefined) throw new Error('not indexed');
  storage.set(ID, { ...entry, info: { ...entry.info, Weight: weight } });
  return changeMiner(PLACED, { storage });
}

function runsWith(seen: Observation, name: string, value: string, worker = 'worker-1'): Observation {
  const environ = changeProcess((process) => ({
    ...process,
    environ: new Map([...process.environ, [name, new Secret(value)]]),
  }));
  return changeWorker(seen, worker, environ);
}

function takes(seen: Observation, ...codes: readonly ('AP' | 'PC1' | 'PC2' | 'C2')[]): Observation {
  return changeWorker(
    seen,
    'worker-1',
    changeLive((live) => ({ ...live, tasks: new Set(codes) })),
  );
}

/** A line of its environment file replaced, in a file that sealfarm wrote otherwise. */
function editedEnv(seen: Observation, from: string, to: string): Observation {
  const host = seen.hosts.get('host-1');
  const before = host?.reached === true ? host.workers.get('worker-1')?.envFile : undefined;
  if (host?.reached !== true || before?.state !== 'present') throw new Error('no environment file');
  const text = before.text.reveal();
  const written = new Map([...(host.written ?? []), [ENV_FILE, new Set([sha256(text)])]]);
  const { hosts } = changeWorker(seen, 'worker-1', (worker) => ({
    ...worker,
    envFile: file(text.replace(from, to), '600'),
  }));
  const now = hosts.get('host-1');
  if (now?.reached !== true) throw new Error('no host');
  return { ...seen, hosts: new Map([...hosts, ['host-1', { ...now, written }]]) };
}

function reasons(farm: Farm, seen: Observation): readonly string[] {
  return summary(plan(farm, seen)).map((line) => line.replace(/^(write)-file \S*\/([^/: ]+)/, '$1 $2'));
}

const EDITED = runsWith(
  editedEnv(PLACED, 'LISTEN=10.0.0.11:3456', 'LISTEN=0.0.0.0:3456'),
  'LOTUS_WORKER_LISTEN',
  '0.0.0.0:3456',
);

describe('a step that brings a file of the same plan into effect', () => {
  it.each<[what: string, farm: Farm, seen: Observation, lines: readonly string[]]>([
    [
      'that was edited, in a process that was started since',
      FARM,
      EDITED,
      ['write worker.env: none, edited-on-host', 'restart: restart, edited-on-host'],
    ],
    [
      'that was edited, and is declared otherwise in something else',
      farmOf({ limits: new Map([['PC1', 2]]) }),
      EDITED,
      ['write worker.env: none, edited-on-host', 'restart: restart, edited-on-host'],
    ],
    [
      'that is edited beside one that is declared otherwise',
      farmOf({ storage: [aStorage({ maxStorage: 5 })] }),
      EDITED,
      [
        'write sectorstore.json: none, config-changed',
        `redeclare ${SEAL}: live, config-changed`,
        'write worker.env: none, edited-on-host',
        'restart: restart, config-changed',
      ],
    ],
    [
      'that is there for the first time',
      FARM,
      changeWorker(takes(PLACED, 'AP', 'PC1', 'C2'), 'worker-1', (worker) => ({
        ...worker,
        envFile: ABSENT,
      })),
      ['write worker.env: none, new', 'enable-task PC2: live, config-changed'],
    ],
  ])('%s, has its reason', (_, farm, seen, lines) => {
    expect(reasons(farm, seen)).toEqual(lines);
  });

  it('has it for a unit, too', () => {
    const farm = aFarm({
      hosts: [aHost({ serviceManager: 'systemd', workers: [aWorker({ memory: 2 ** 38 })] })],
    });
    const made = plan(farm, inPlace(SYSTEMD));
    expect(only(made, 'restart')).toMatchObject({ reason: 'config-changed' });
    expect(only(made, 'restart').changes.map(({ field }) => field)).toContain('unit');
  });
});

describe('a step that is for more than the files of the plan', () => {
  it.each<[what: string, farm: Farm, seen: Observation, line: string]>([
    [
      'a variable that the file has right',
      farmOf({ limits: new Map([['PC1', 2]]) }),
      runsWith(PLACED, 'TMPDIR', '/fast'),
      'restart: restart, process-older-than-file',
    ],
    [
      'a variable that it has otherwise than the file until now',
      farmOf({ tmpDir: '/new' }),
      runsWith(PLACED, 'TMPDIR', '/fast'),
      'restart: restart, process-older-than-file',
    ],
    [
      'a task that somebody switched',
      farmOf({ tasks: ['AP', 'PC1', 'PC2'] }),
      takes(PLACED, 'AP', 'PC2', 'C2'),
      'enable-task PC1: live, lotus-differs',
    ],
    [
      'a setting that Lotus alone has otherwise',
      farmOf({ storage: [aStorage({ groups: ['g'] })] }),
      weighs(3),
      `redeclare ${SEAL}: live, lotus-differs`,
    ],
  ])('has its own: %s', (_, farm, seen, line) => {
    expect(reasons(farm, seen)).toContain(line);
  });

  it('has its drain, which opens the path to more groups than the file', () => {
    const open = new Map([['worker-1', { ...DRAIN, allowTo: ['x'] }]]);
    const reason = (farm: Farm): string | undefined =>
      only(makePlan(desire(farm, TOKEN, open), inPlace(opened)), 'redeclare').reason;
    const opened = farmOf({ storage: [aStorage({ allowTo: ['a'] })] });
    expect(reason(opened)).toBe('drain-intent');
    expect(reason(farmOf({ storage: [aStorage({ allowTo: ['b'] })] }))).toBe('drain-intent');
  });

  it('has the cause of what no file asks for, and shows all', () => {
    const farm = farmOf({ limits: new Map([['PC1', 2]]) });
    const { reason, changes } = only(plan(farm, withDownload(PLACED)), 'restart');
    expect(reason).toBe('lotus-differs');
    expect(changes.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['PC1_32G_MAX_CONCURRENT', 'sector-download']),
    );
  });

  it('is not asked for by the same edit of another path', () => {
    const with2 = (weight: number): Farm =>
      farmOf({ storage: [aStorage({ weight }), aStorage({ path: OTHER, weight })] });
    // Of the one path all has the old weight, of the other one Lotus alone.
    const right = inPlace(with2(5)).hosts.get('host-1');
    const other = right?.reached === true ? right.workers.get('worker-1')?.storage.get(OTHER) : undefined;
    const mixed = changeWorker(inPlace(with2(10)), 'worker-1', changePath(OTHER, other ?? {}));
    expect(reasons(with2(5), mixed)).toEqual([
      'write sectorstore.json: none, config-changed',
      `redeclare ${SEAL}: live, config-changed`,
      `redeclare ${OTHER}: live, lotus-differs`,
    ]);
  });

  it('is not asked for by the same edit of another worker', () => {
    const two = (first: number, second: number): Farm => {
      const of = (name: string, port: number, path: string, most: number): Worker =>
        aWorker({
          name,
          repo: `/var/lib/lotus/${name}`,
          listen: { host: '10.0.0.11', port },
          storage: [aStorage({ path })],
          limits: new Map([['PC1', most]]),
        });
      const workers = [of('worker-1', 3456, SEAL, first), of('worker-2', 3457, OTHER, second)];
      return aFarm({ hosts: [aHost({ workers })] });
    };
    const seen = runsWith(inPlace(two(4, 2)), 'PC1_32G_MAX_CONCURRENT', '4', 'worker-2');
    expect(reasons(two(2, 2), seen)).toEqual([
      'write worker.env: none, config-changed',
      'restart: restart, config-changed',
      'restart: restart, process-older-than-file',
    ]);
  });
});

/** Lotus gives it downloads, which nobody declared. */
function withDownload(seen: Observation): Observation {
  return changeWorker(
    seen,
    'worker-1',
    changeLive((live) => ({ ...live, tasks: new Set([...live.tasks, 'DL']) })),
  );
}
