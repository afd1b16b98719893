import { beforeEach, describe, expect, it } from 'vitest';
import { restartWorker } from '../../src/apply/restart-worker.js';
import type { Result } from '../../src/diagnostic/result.js';
import type { ApplyRules } from '../../src/apply/context.js';
import { writeStorageJson } from '../../src/lotus/storage-json.js';
import { aStorage, farmOf } from '../support/farm.js';
import { aDiagnostic, aJob, file, sessionOf } from '../support/observation.js';
import { MinerScene } from './miner-scene.js';
import { Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };
let scene: Scene;
let miner: MinerScene;

beforeEach(() => {
  scene = new Scene();
  miner = new MinerScene();
});

function restartMinerThere(): Promise<Result<undefined>> {
  return miner.run();
}

function restart(): Promise<Result<undefined>> {
  const service = scene.layout('worker-1');
  const action = { kind: 'restart', service, expect: scene.expectation('worker-1') } as const;
  return restartWorker(scene.context, TARGET, action, [], () => undefined);
}

describe('a host whose lock somebody has taken away', () => {
  const NOW = [
    ['nobody has', '', 'nobody holds it now'],
    [
      'somebody else has',
      'b 1\n{"who":"bob@desk","since":"2026-01-02T03:00:00Z","why":"apply","run":"run-2"}\n',
      'bob@desk',
    ],
  ] as const;
  const HOW: readonly (readonly [string, Partial<ApplyRules>])[] = [
    ['that is quiet', {}],
    ['that was to be forced', { force: new Set(['worker-1']) }],
  ];

  describe.each(NOW)('and %s', (_, stdout, whose) => {
    it.each(HOW)('keeps a worker running %s', async (_how, rules) => {
      scene = new Scene(undefined, rules);
      scene.outputs.set('host-1 look at lock', { stdout });
      const result = await restart();
      expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609', place: { host: 'host-1' } } });
      expect(result.ok ? '' : result.diagnostic.message).toContain(whose);
      expect(scene.changes.filter((call) => /detach|stop|start/.test(call))).toEqual([]);
      expect(scene.changes).toContain('worker-1 disable PC2');
      expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
    });
  });

  it('keeps a worker running where that came while its paths were detached', async () => {
    const paths = (): unknown => scene.live('worker-1')?.paths.map(({ LocalPath }) => LocalPath);
    const attached = paths();
    scene.before = (call) => {
      if (call === 'worker-1 detach-all') scene.outputs.set('host-1 look at lock', { stdout: '' });
    };
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
    expect(scene.changes).toContain('worker-1 detach-all');
    expect(scene.changes).not.toContain('host-1 stop worker-1');
    expect(paths()).toEqual(attached);
    expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
  });

  describe('while the paths of its worker were detached', () => {
    const PATHS = ['/mnt/a', '/mnt/b', '/mnt/c'];
    const attached = (): unknown => scene.live('worker-1')?.paths.map(({ LocalPath }) => LocalPath);

    beforeEach(() => {
      scene = new Scene(farmOf({ tasks: ['PC1', 'PC2'], storage: PATHS.map((path) => aStorage({ path })) }));
      scene.before = (call) => {
        if (call !== 'worker-1 detach-all') return;
        scene.outputs.set('host-1 look at lock', { stdout: '' });
        // As Lotus does with each that is attached.
        scene.change('worker-1', (one) => ({
          ...one,
          storageJson: file(writeStorageJson(undefined, [...PATHS, '/mnt/b'])),
        }));
      };
    });

    it('has the others attached again where one of them cannot be, and each listed once', async () => {
      scene.failing.set('worker-1 add /mnt/a', { ...aDiagnostic('no such folder'), code: 'SF411' });
      const result = await restart();
      expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
      expect(result.ok ? '' : result.diagnostic.help).toContain('apply again at once');
      expect(attached()).toEqual(['/mnt/b', '/mnt/c']);
      expect(scene.changes).toContain(`host-1 script ${scene.layout('worker-1').storageJson}`);
      expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
    });

    it('has them attached again when the way to it is back', async () => {
      for (const path of PATHS) scene.failing.set(`worker-1 add ${path}`, aDiagnostic('cut'));
      const { before } = scene;
      scene.before = (...call) => {
        before(...call);
        if (call[0].startsWith('sleep 2000')) scene.failing.clear();
      };
      const result = await restart();
      expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
      expect(result.ok ? '' : result.diagnostic.help).not.toContain('apply again at once');
      expect(attached()).toEqual(PATHS);
    });
  });

  it('has its worker take work again that had got quiet', async () => {
    scene.outputs.set('host-1 look at lock', { stdout: '' });
    await restart();
    expect(scene.changes.slice(0, 2)).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2']);
    expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
  });
});

it('a way to the host that breaks there is tried again', async () => {
  scene.failing.set('host-1 look at lock', aDiagnostic('cut'));
  scene.before = (call) => {
    if (call.startsWith('sleep 2000')) scene.failing.clear();
  };
  expect(await restart()).toEqual({ ok: true, value: undefined });
  expect(scene.calls.indexOf('sleep 2000')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
});

it('a worker takes its tasks again that could not be called when the plan was made', async () => {
  scene.outputs.set('host-1 look at lock', { stdout: '' });
  const context = { ...scene.context, apis: new Map() };
  const service = scene.layout('worker-1');
  const action = { kind: 'restart', service, expect: scene.expectation('worker-1') } as const;
  expect(await restartWorker(context, TARGET, action, [], () => undefined)).toMatchObject({ ok: false });
  expect(scene.changes.slice(0, 2)).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2']);
  expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
});

describe('a job that comes while the lock is looked at', () => {
  const give = (...jobs: readonly ReturnType<typeof aJob>[]): void => {
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), jobs]]) });
  };

  it('is let end with the paths of its worker still there, and then all is looked at anew', async () => {
    scene.before = (call, nth) => {
      if (call === 'host-1 look at lock' && nth === 1) give(aJob('FIN', 7));
      if (call === 'sleep 2000') give();
    };
    expect(await restart()).toEqual({ ok: true, value: undefined });
    const { calls } = scene;
    const waited = calls.indexOf('sleep 2000');
    expect(waited).toBeGreaterThan(calls.indexOf('host-1 look at lock'));
    expect(calls.slice(waited, calls.indexOf('worker-1 detach-all'))).toEqual([
      'sleep 2000', 'look host-1', 'host-1 look at lock', 'miner sectors', 'miner workers', 'miner jobs',
    ]); // prettier-ignore
  });

  it('puts off a restart that nobody waits for', async () => {
    scene = new Scene(undefined, { detach: true });
    scene.before = (call) => {
      if (call === 'host-1 look at lock') give(aJob('GET', 7));
    };
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF630' } });
    expect(scene.changes.filter((call) => /detach|stop/.test(call))).toEqual([]);
  });
});

it('who is interrupted while a last job ends gives the paths and the tasks back', async () => {
  scene.before = (call, nth) => {
    if (call === 'worker-1 detach-all')
      scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('GET', 7)]]]) });
    if (call === 'sleep 1000' && nth === 2) scene.interrupt.abort();
  };
  expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
  expect(scene.changes).not.toContain('host-1 stop worker-1');
  expect(scene.live('worker-1')?.paths).not.toEqual([]);
  expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
  expect(scene.passed).toBeLessThan(5000);
});

it.each([
  ['worker', restart],
  ['lotus-miner', restartMinerThere],
])('the %s runs on where the host cannot look at its lock, in its own words', async (_, stops) => {
  const trouble = { status: 1, stdout: '', stderr: 'sudo: a password is required\n' };
  for (const host of ['host-1', 'miner-1']) miner.scene.outputs.set(`${host} look at lock`, trouble);
  scene = miner.scene;
  const result = await stops();
  expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF602' } });
  expect(result.ok ? '' : result.diagnostic.message).toMatch(
    /^cannot look at the lock of \S+: sudo: a password is required; nothing is stopped there$/,
  );
  expect(scene.changes.filter((call) => /detach|stop|start/.test(call))).toEqual([]);
});

it('lotus-miner runs on where somebody has taken away the lock of its machine', async () => {
  miner.scene.outputs.set('miner-1 look at lock', { stdout: '' });
  expect(await restartMinerThere()).toMatchObject({
    ok: false,
    diagnostic: { code: 'SF609', place: { host: 'miner-1' } },
  });
  expect(miner.restarts).toBe(0);
});

it('the lock of its machine is looked at when the moment for lotus-miner has come, and not before', async () => {
  await restartMinerThere();
  const at = (call: string): number => miner.scene.calls.indexOf(call);
  expect(at('miner-1 look at lock')).toBe(at('miner-1 restart') - 1);
});
