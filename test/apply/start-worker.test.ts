import { beforeEach, describe, expect, it } from 'vitest';
import { missingIn, startWorker } from '../../src/apply/start-worker.js';
import type { Result } from '../../src/diagnostic/result.js';
import type { WorkerStats } from '../../src/lotus/api.js';
import { task, type TaskCode } from '../../src/lotus/task.js';
import type { ObservedProcess, WorkerLive } from '../../src/observed/observed.js';
import type { Expectation } from '../../src/plan/plan.js';
import { CANARY } from '../support/farm.js';
import {
  aDiagnostic,
  aUnit,
  changeLive,
  changeProcess,
  sessionOf,
  stopped,
  unreached,
  workerStats,
} from '../support/observation.js';
import { Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

/** The worker's row in WorkerStats with this limit. */
function limited(code: TaskCode, most: number, proof = 8): WorkerStats {
  const stats = workerStats('worker-1', ['PC1', 'PC2']);
  const size = { MinMemory: 0, MaxMemory: 0, BaseMinMemory: 0, GPUUtilization: 0, MaxParallelism: 0 };
  const resources = { ...size, MaxParallelismGPU: 0, MaxConcurrent: most };
  const Resources = { [task(code).rpc]: { [proof]: resources } };
  return { ...stats, Info: { ...stats.Info, Resources: { ...stats.Info.Resources, Resources } } };
}

describe('what is missing of a started worker', () => {
  function missing(overrides: Partial<Expectation> = {}): readonly string[] {
    const host = scene.observation.hosts.get('host-1');
    const process = host?.reached === true ? host.workers.get('worker-1')?.process : undefined;
    if (process === undefined) throw new Error('it does not run');
    return missingIn(process, scene.observation.miner, scene.expectation('worker-1', overrides));
  }

  function live(change: (before: WorkerLive) => Partial<WorkerLive>): void {
    scene.changeLive('worker-1', change);
  }

  it('is nothing when it stands as declared', () => {
    expect(missing()).toEqual([]);
  });

  it('is a task that is off or on against the file; those that are always on do not count', () => {
    live(() => ({ tasks: new Set<TaskCode>(['PC1', 'AP', 'C1', 'FIN', 'GET']) }));
    expect(missing()).toEqual(['AP is on', 'PC2 is off']);
  });

  it('is a path that is not attached; a slash at its end is no other path', () => {
    live(({ paths }) => ({ paths: paths.map((path) => ({ ...path, LocalPath: `${path.LocalPath}/` })) }));
    expect(missing()).toEqual([]);
    expect(missing({ paths: ['/mnt/seal-1', '/mnt/more'] })).toEqual(['/mnt/more is not attached']);
  });

  it('is a limit that Lotus does not work by', () => {
    const session = sessionOf('worker-1');
    scene.changeMiner({ workers: new Map([[session, limited('PC1', 3)]]) });
    expect(missing({ limits: new Map([['PC1', 3]]) })).toEqual([]);
    expect(missing({ limits: new Map([['PC1', 4], ['PC2', 1]]) })).toEqual([
      'the limit of PC1 is 3, not 4',
      'the limit of PC2 is 0, not 1',
    ]); // prettier-ignore
    scene.changeMiner({ workers: new Map([[session, limited('PC1', 3, 9)]]) });
    const limits = new Map([['PC1', 3]] as const);
    expect(missing({ limits })).toEqual(['the limit of PC1 is 0, not 3']);
    expect(missing({ limits, sealProof: 9 })).toEqual([]);
  });

  it('is the registration itself while the miner knows another session only', () => {
    live(() => ({ session: 'a new one' }));
    expect(missing()).toEqual(['it is not registered with the miner']);
  });

  it('is its own answer, or the miner', () => {
    scene.change('worker-1', changeLive(() => unreached('no answer'))); // prettier-ignore
    expect(missing()).toEqual(['no answer']);
    const process = {
      pid: 1,
      manager: 'process',
      environ: new Map(),
      live: { reached: true, session: 's', tasks: new Set(), paths: [] },
    };
    expect(
      missingIn(process as ObservedProcess, unreached('no miner'), scene.expectation('worker-1')),
    ).toEqual(['no miner']);
  });
});

describe('a start', () => {
  function start(expect?: Partial<Expectation>): Promise<Result<undefined>> {
    return startWorker(
      scene.context,
      TARGET,
      scene.layout('worker-1'),
      scene.expectation('worker-1', expect),
    );
  }

  beforeEach(() => {
    scene.change('worker-1', stopped);
  });

  it('is done when the worker stands as declared', async () => {
    expect(await start()).toEqual({ ok: true, value: undefined });
    expect(scene.calls).toEqual(['host-1 start worker-1', 'look host-1']);
  });

  it('waits until the worker listens', async () => {
    scene.before = (call, nth) => {
      if (call !== 'look host-1') return;
      if (nth === 1) scene.change('worker-1', changeProcess((one) => ({ ...one, live: unreached() }))); // prettier-ignore
      if (nth === 3) scene.change('worker-1', changeProcess((one) => ({ ...one, ...fullProcess() }))); // prettier-ignore
    };
    expect(await start()).toEqual({ ok: true, value: undefined });
    expect(scene.calls).toEqual([
      'host-1 start worker-1', 'look host-1', 'sleep 1000', 'look host-1', 'sleep 1500', 'look host-1',
    ]); // prettier-ignore
  });

  function fullProcess(): Partial<ObservedProcess> {
    const host = new Scene().observation.hosts.get('host-1');
    const process = host?.reached === true ? host.workers.get('worker-1')?.process : undefined;
    return process === undefined ? {} : process;
  }

  it('fails after its time with all that is missing', async () => {
    const result = await start({ tasks: ['PC1', 'PC2', 'C2'], paths: ['/mnt/more'] });
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF603',
        message: 'worker-1 did not come up as declared: C2 is off; /mnt/more is not attached',
        place: { kind: 'host', ...TARGET },
        help: 'Mend the cause and apply again. Its log is empty.',
      },
    });
    expect(scene.passed).toBeGreaterThan(10_000);
    expect(scene.passed).toBeLessThan(15_000);
  });

  it('fails at once when the process has ended', async () => {
    scene.outputs.set('host-1 log worker-1', { stdout: `ERROR: repo is locked, ${CANARY}\n` });
    scene.before = (call) => {
      if (call === 'look host-1') scene.change('worker-1', stopped);
    };
    expect(await start()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF603',
        message: 'worker-1 did not come up as declared: its process ended',
        help: 'Mend the cause and apply again. The end of its log:\nERROR: repo is locked, (secret)',
      },
    });
    expect(scene.calls).toEqual(['host-1 start worker-1', 'look host-1', 'host-1 log worker-1']);
  });

  it.each([
    ['has ended', stopped, 'its process ended with status 0, as Lotus does on errors too'],
    [
      'was started again',
      changeProcess((one) => ({ ...one, manager: 'systemd' })),
      'its process ended, and systemd started it again',
    ],
  ])('fails at once when its unit %s', async (_, change, words) => {
    scene.before = (call) => {
      if (call === 'look host-1')
        scene.change('worker-1', (one) => ({ ...change(one), unit: aUnit({ restarts: 1 }) }));
    };
    expect(await start()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF603', message: `worker-1 did not come up as declared: ${words}` },
    });
    expect(scene.passed).toBe(0);
  });

  it('goes on waiting while systemd cannot be asked', async () => {
    const problem = { code: 'SF516', severity: 'error', message: 'no bus' } as const;
    let { hosts } = scene.observation;
    scene.before = (call, nth) => {
      if (call !== 'look host-1' || nth > 2) return;
      if (nth === 1) ({ hosts } = scene.observation);
      const host = hosts.get('host-1');
      if (host?.reached !== true) throw new Error('no host');
      const blind = {
        ...host,
        problems: [problem],
        workers: new Map([...host.workers].map(([name, one]) => [name, stopped(one)])),
      };
      scene.observation = { ...scene.observation, hosts: nth === 1 ? new Map([['host-1', blind]]) : hosts };
    };
    expect(await start()).toEqual({ ok: true, value: undefined });
  });

  it('fails with the log when the script fails', async () => {
    scene.outputs.set('host-1 start worker-1', { status: 1, stderr: `ended with ${CANARY}\n` });
    scene.outputs.set('host-1 log worker-1', { stdout: 'exec: not found\n' });
    const result = await start();
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF602',
        message:
          'cannot start worker-1 on host-1: ended with (secret): its program, or a file it needs, is not there',
      },
    });
    expect(result).toHaveProperty(
      'diagnostic.help',
      expect.stringContaining('The end of its log:\nexec: not found'),
    );
    expect(scene.calls).not.toContain('look host-1');
  });

  it('shows the log as a terminal would: a line that is written over again and again is one', async () => {
    const tries = '\r\u001b[0KConnecting to miner API... ';
    scene.outputs.set('host-1 start worker-1', { status: 1 });
    scene.outputs.set('host-1 log worker-1', { stdout: `one\r\n${tries.repeat(3)}(refused)\n` });
    expect(await start()).toHaveProperty(
      'diagnostic.help',
      expect.stringMatching(/The end of its log:\none\nConnecting to miner API\.\.\. \(refused\)$/),
    );
  });

  it.each(['SF404', 'SF405'] as const)(
    'is tried again where the host is away for a moment: %s',
    async (code) => {
      const gone = { ...aDiagnostic('gone'), code };
      scene.failing.set('host-1 start worker-1', gone);
      scene.before = (call) => {
        if (call === 'sleep 1500') scene.failing.clear();
      };
      expect(await start()).toEqual({ ok: true, value: undefined });
      expect(scene.calls).toEqual([
      'host-1 start worker-1', 'sleep 1000', 'host-1 start worker-1', 'sleep 1500', 'host-1 start worker-1',
      'look host-1',
    ]); // prettier-ignore
      expect(scene.events).toContainEqual({ type: 'host-unreached', host: 'host-1', diagnostic: gone });
    },
  );

  it('is given up where the host stays away', async () => {
    scene.failing.set('host-1 start worker-1', { ...aDiagnostic('gone'), code: 'SF405' });
    expect(await start()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF405', message: 'gone', help: 'worker-1 may be down: apply again.' },
    });
    expect(scene.passed).toBeGreaterThan(5000);
    expect(scene.passed).toBeLessThan(10_000);
  });

  it('is not tried again when it is interrupted, nor where the host refuses it', async () => {
    scene.failing.set('host-1 start worker-1', { ...aDiagnostic('refused'), code: 'SF414' });
    expect((await start()).ok).toBe(false);
    scene.failing.set('host-1 start worker-1', { ...aDiagnostic('gone'), code: 'SF405' });
    scene.interrupt.abort();
    expect((await start()).ok).toBe(false);
    expect(scene.calls.filter((call) => call === 'host-1 start worker-1')).toHaveLength(2);
    expect(scene.passed).toBe(0);
  });

  it('goes on looking while the host is out of sight for a moment', async () => {
    let seen = scene.observation;
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 1) {
        seen = scene.observation;
        scene.observation = { ...seen, hosts: new Map([['host-1', unreached('away')]]) };
      }
      if (call === 'sleep 1500') scene.observation = seen;
    };
    expect(await start()).toEqual({ ok: true, value: undefined });
    expect(scene.calls.filter((call) => call === 'look host-1')).toHaveLength(3);
  });

  describe('while the miner is away', () => {
    const away = { ...unreached('no miner'), diagnostic: { ...aDiagnostic('no miner'), code: 'SF405' } };
    const miner = (now: unknown): void => {
      scene.observation = { ...scene.observation, miner: now as never };
    };

    it('is waited for longer than it may take itself', async () => {
      const { miner: there } = scene.observation;
      scene = new Scene();
      scene.change('worker-1', stopped);
      const context = { ...scene.context, times: { ...scene.context.times, start: 2000, patience: 20_000 } };
      miner(away);
      scene.before = () => {
        if (scene.passed > 10_000) miner(there);
      };
      const started = startWorker(context, TARGET, scene.layout('worker-1'), scene.expectation('worker-1'));
      expect(await started).toEqual({ ok: true, value: undefined });
    });

    it('fails in its words, and is no worker that did not come up', async () => {
      miner(away);
      expect(await start()).toMatchObject({ ok: false, diagnostic: { code: 'SF405', message: 'no miner' } });
      expect(scene.passed).toBeGreaterThan(5000);
      expect(scene.passed).toBeLessThan(10_000);
    });

    it.each(['SF592', 'SF594'])('is not waited for where it answers, and so: %s', async (code) => {
      miner({ ...away, diagnostic: { ...away.diagnostic, code } });
      expect(await start()).toMatchObject({
        ok: false,
        diagnostic: {
          code,
          help: expect.stringContaining('worker-1 was started: plan again') as string,
        },
      });
      expect(scene.passed).toBe(0);
    });

    it('is over at once where the process has ended', async () => {
      miner(away);
      scene.before = (call) => {
        if (call === 'look host-1') scene.change('worker-1', stopped);
      };
      expect(await start()).toMatchObject({ ok: false, diagnostic: { code: 'SF603' } });
      expect(scene.passed).toBe(0);
    });
  });

  it('fails when the host is out of sight, and when the log cannot be read', async () => {
    scene.failing.set('host-1 log worker-1', aDiagnostic('no log'));
    expect(await start({ paths: ['/mnt/more'] })).toHaveProperty(
      'diagnostic.help',
      'Mend the cause and apply again. Its log is empty.',
    );
    scene.before = () => {
      scene.observation = { ...scene.observation, hosts: new Map([['host-1', unreached('host gone')]]) };
    };
    expect(await start()).toMatchObject({ ok: false, diagnostic: { message: 'host gone' } });
  });

  it('waits no more when it is interrupted', async () => {
    scene.interrupt.abort();
    expect((await start({ paths: ['/mnt/more'] })).ok).toBe(false);
    expect(scene.passed).toBe(0);
  });
});
