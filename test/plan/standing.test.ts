import { describe, expect, it } from 'vitest';
import { USER_VARIABLE } from '../../src/desired/worker-env.js';
import type { Worker } from '../../src/farm/farm.js';
import type { Observation, ObservedWorker } from '../../src/observed/observed.js';
import type { Standing } from '../../src/observed/standing.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';
import { changeWorker, inPlace, stopped } from '../support/observation.js';
import { only, plan } from '../support/plan.js';

const WELL: Standing = { user: 'ok', lacking: [], denied: [] };
const farmOf = (
  worker: Partial<Worker>,
  serviceManager: 'systemd' | 'process' = 'process',
): ReturnType<typeof aFarm> => aFarm({ hosts: [aHost({ serviceManager, workers: [aWorker(worker)] })] });
const LOTUS = farmOf({ user: 'lotus' });

function stands(standing: Partial<Standing>, seen = inPlace(LOTUS)): Observation {
  return changeWorker(seen, 'worker-1', (before) => ({
    ...stopped(before),
    standing: { ...WELL, ...standing },
  }));
}

function outcome(seen: Observation, farm = LOTUS): { steps: number; said: readonly string[] } {
  const made = plan(farm, seen);
  return {
    steps: made.hosts.flatMap(({ steps }) => steps).filter(({ worker }) => worker !== undefined).length,
    said: made.diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message }) => `${code} ${message}`),
  };
}

describe('a worker with a user of its own', () => {
  it.each<[what: string, standing: Partial<Standing>, said: string]>([
    ['is not there', { user: 'absent' }, 'SF518 worker-1 shall run as lotus, and host-1 has no such user'],
    [
      'nobody can become',
      { user: 'barred' },
      'SF518 worker-1 shall run as lotus, and the SSH user of host-1 can start nothing as lotus',
    ],
    [
      'needs a program',
      { user: 'barred', lacking: ['numactl', 'setpriv'] },
      'SF518 worker-1 needs numactl and setpriv, which host-1 does not have',
    ],
    [
      'cannot use its files',
      { denied: ['/mnt/a', '/mnt/b'] },
      'SF519 worker-1 shall run as lotus, who cannot use /mnt/a, /mnt/b',
    ],
  ])('who %s is not touched', (_, standing, said) => {
    expect(outcome(stands(standing))).toEqual({ steps: 0, said: [said] });
  });

  it('is started where all is well', () => {
    expect(outcome(stands({}))).toEqual({ steps: 1, said: [] });
  });

  it('has what is made for it', () => {
    const seen = changeWorker(stands({}), 'worker-1', (before) => ({
      ...before,
      storageJson: { state: 'absent' },
      storage: new Map(
        [...before.storage].map(([path, one]) => [path, { ...one, sectorStore: { state: 'absent' } }]),
      ),
    }));
    const made = plan(LOTUS, seen).hosts.flatMap(({ steps }) => steps);
    const owned = made.flatMap(({ action }) =>
      'owner' in action
        ? [`${action.kind} ${'path' in action ? action.path : ''} ${action.owner ?? ''}`]
        : [],
    );
    expect(owned).toEqual([
      'create-sectorstore /mnt/nvme0/seal lotus',
      'write-file /var/lib/lotus/worker-1/storage.json lotus',
    ]);
  });
});

describe('another user for a running worker', () => {
  const changed = (
    user: string | undefined,
    entries: readonly string[],
    farm: ReturnType<typeof aFarm>,
  ): Observation =>
    changeWorker(inPlace(farm), 'worker-1', (before) => ({
      ...startedBy(before, user),
      storage: holding(before, entries),
    }));

  function startedBy(before: ObservedWorker, user: string | undefined): ObservedWorker {
    if (before.process === undefined) throw new Error('it does not run');
    const environ = new Map(before.process.environ);
    environ.delete(USER_VARIABLE);
    if (user !== undefined) environ.set(USER_VARIABLE, new Secret(user));
    return { ...before, process: { ...before.process, environ } };
  }

  function holding({ storage }: ObservedWorker, entries: readonly string[]): ObservedWorker['storage'] {
    return new Map([...storage].map(([path, one]) => [path, { ...one, entries }]));
  }

  function askedAs(sshUser: string, seen: Observation): Observation {
    const hosts = [...seen.hosts].map(
      ([name, host]) => [name, host.reached ? { ...host, sshUser } : host] as const,
    );
    return { ...seen, hosts: new Map(hosts) };
  }

  it('is a restart while no sector lies on its sealing paths', () => {
    const step = only(plan(LOTUS, changed(undefined, [], LOTUS)), 'restart');
    expect(step.changes).toContainEqual({ field: 'SEALFARM_USER', after: 'lotus' });
  });

  it('is refused while sectors do', () => {
    expect(outcome(changed('other', ['sealed/s-t01000-1'], LOTUS))).toEqual({
      steps: 0,
      said: [
        'SF519 worker-1 runs as other, the file says lotus, and /mnt/nvme0/seal holds sectors that it works on',
      ],
    });
  });

  it.each<['systemd' | 'process', string]>([
    ['systemd', 'root'],
    ['process', 'operator'],
  ])('is told from whom %s takes where nobody is named', (serviceManager, usual) => {
    const farm = farmOf({ user: 'lotus' }, serviceManager);
    const seen = askedAs('operator', changed(undefined, ['sealed/s-t01000-1'], farm));
    expect(outcome(seen, farm).said).toEqual([
      `SF519 worker-1 runs as ${usual}, the file says lotus, and /mnt/nvme0/seal holds sectors that it works on`,
    ]);
  });

  describe('by another service manager, where the file names nobody', () => {
    const HELD = ['sealed/s-t01000-1'];
    const moved = (
      to: 'systemd' | 'process',
      sshUser: string,
      user: string | undefined,
      entries: readonly string[] = [],
    ): ReturnType<typeof outcome> => {
      const from = to === 'process' ? 'systemd' : 'process';
      return outcome(askedAs(sshUser, changed(user, entries, farmOf({}, from))), farmOf({}, to));
    };

    it.each<[was: string, to: string, user: string | undefined]>([
      ['root', 'operator', undefined],
      ['lotus', 'operator', 'lotus'],
    ])('is refused from %s to %s, who logs in', (was, to, user) => {
      expect(moved('process', to, user)).toEqual({
        steps: 0,
        said: [
          `SF519 worker-1 runs as ${was}; as the file has it, it would run as ${to}, the SSH user, who cannot use what ${was} made`,
        ],
      });
      expect(moved('process', to, user, HELD).said).toEqual([
        `SF519 worker-1 runs as ${was}, the file says ${to}, the SSH user, and /mnt/nvme0/seal holds sectors that it works on`,
      ]);
    });

    it.each<[to: 'systemd' | 'process', sshUser: string, user: string | undefined]>([
      ['process', 'root', undefined],
      ['process', 'lotus', 'lotus'],
      ['systemd', 'root', undefined],
      ['systemd', 'operator', undefined],
    ])('is none to %s, with the SSH user %s, from %s', (to, sshUser, user) => {
      const { steps, said } = moved(to, sshUser, user, HELD);
      expect(said).toEqual([]);
      expect(steps).toBeGreaterThan(0);
    });

    it('is refused from a user to root of a unit only while sectors are held', () => {
      const farm = farmOf({}, 'systemd');
      expect(outcome(changed('lotus', [], farm), farm)).toMatchObject({ said: [] });
      expect(outcome(changed('lotus', HELD, farm), farm).said).toEqual([
        'SF519 worker-1 runs as lotus, the file says root, and /mnt/nvme0/seal holds sectors that it works on',
      ]);
    });
  });

  it('is none with systemd where root is only said by name', () => {
    const farm = farmOf({ user: 'root' }, 'systemd');
    expect(outcome(changed(undefined, ['sealed/s-t01000-1'], farm), farm).said).toEqual([]);
  });
});

describe('a changed setting', () => {
  it.each<[what: string, worker: Partial<Worker>, field: string, after: string]>([
    ['numaNodes', { numaNodes: [0, 1] }, 'SEALFARM_NUMA_NODES', '0,1'],
    ['memory', { memory: 2 ** 39 }, 'SEALFARM_MEMORY', '549755813888'],
    ['tmpDir', { tmpDir: '/fast/tmp' }, 'TMPDIR', '/fast/tmp'],
  ])('%s is a restart that shows it', (_, worker, field, after) => {
    const step = only(plan(farmOf(worker), inPlace(farmOf({}))), 'restart');
    expect(step.disruption).toBe('restart');
    expect(step.changes).toContainEqual(expect.objectContaining({ field, after }));
  });
});
