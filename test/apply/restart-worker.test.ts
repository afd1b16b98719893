import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { oneAtATime } from '../../src/apply/one-at-a-time.js';
import { restartWorker } from '../../src/apply/restart-worker.js';
import { NO_SESSION } from '../../src/lotus/api.js';
import type { Result } from '../../src/diagnostic/result.js';
import type { Blocker } from '../../src/drain/step.js';
import { hostLayout } from '../../src/host/layout.js';
import { base64Lines } from '../../src/host/shell.js';
import type { Expectation } from '../../src/plan/plan.js';
import { CANARY } from '../support/farm.js';
import {
  aDiagnostic,
  aJob,
  aUnit,
  changeProcess,
  file,
  sessionOf,
  stopped,
  unreached,
  workerStats,
} from '../support/observation.js';
import { hostsWithOneWorker, Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };

let scene: Scene;
let waited: (readonly Blocker[])[];

beforeEach(() => {
  scene = new Scene();
  waited = [];
});

function restart(expect?: Partial<Expectation>): Promise<Result<undefined>> {
  const action = {
    kind: 'restart',
    service: scene.layout('worker-1'),
    expect: scene.expectation('worker-1', expect),
  } as const;
  return restartWorker(scene.context, TARGET, action, [], (blockers) => waited.push(blockers));
}

function jobs(...list: ReturnType<typeof aJob>[]): void {
  scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), list]]) });
}

const OFF = ['worker-1 disable PC1', 'worker-1 disable PC2'];
const ON = ['worker-1 enable PC1', 'worker-1 enable PC2'];
const IDLE = ['miner workers', 'miner jobs'];
const LAST_QUESTION = ['miner sectors', ...IDLE];
/** The jobs are asked for once more when the paths are off. */
const END = ['host-1 look at lock', 'host-1 stop worker-1', 'host-1 start worker-1'];
const ORDER = ['worker-1 detach-all', ...IDLE, ...END];

describe('a restart', () => {
  it('switches off, waits, asks once more, detaches, stops, starts and looks, in this order', async () => {
    jobs(aJob('PC1', 7));
    scene.before = (call, nth) => {
      if (call === 'sleep 1500' && nth === 1) jobs();
    };
    expect(await restart()).toEqual({ ok: true, value: undefined });
    expect(scene.calls).toEqual([
      'look host-1', ...OFF, 'sleep 1000',
      'look host-1', 'sleep 1500',
      'look host-1', 'host-1 look at lock', ...LAST_QUESTION, ...ORDER, 'look host-1',
    ]); // prettier-ignore
    expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
  });

  it('looks again after the tasks went off, though no job was there', async () => {
    await restart();
    expect(scene.calls.slice(0, 5)).toEqual(['look host-1', ...OFF, 'sleep 1000', 'look host-1']);
  });

  it('waits for jobs that were given out while the tasks went off', async () => {
    scene.before = (call) => {
      if (call === 'worker-1 disable PC2') jobs(aJob('PC2', 7, { RunWait: 2 }));
      if (call === 'sleep 1500') jobs();
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.indexOf('sleep 1500')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
  });

  it('starts one that has ended meanwhile: its jobs are lost, and only its start tells the miner so', async () => {
    jobs(aJob('PC1', 7));
    const { workers } = scene.observation.miner;
    scene.before = (call, nth) => {
      if (call === 'host-1 start worker-1') scene.changeMiner({ workers });
      if (call !== 'sleep 1500' || nth !== 1) return;
      scene.change('worker-1', stopped);
      const lost = [...workers].map(([session, one]) => [session, { ...one, Enabled: false }] as const);
      scene.changeMiner({ workers: new Map(lost) });
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.slice(-4)).toEqual([...END, 'look host-1']);
    expect(scene.calls).not.toContain('worker-1 detach-all');
    expect(waited.map((blockers) => blockers.length)).toEqual([1, 1]);
  });

  it('does not stop one that systemd has started again since the look, and that has been given work', async () => {
    scene.change('worker-1', (worker) => ({ ...stopped(worker), unit: aUnit() }));
    scene.changeMiner({ workers: new Map() });
    for (const call of ON) scene.failing.set(call, aDiagnostic('gone'));
    scene.before = (call, nth) => {
      if (call === 'miner workers' && nth === 1) {
        scene.changeMiner({ workers: new Map([['new', workerStats('worker-1', ['PC1'])]]) });
        scene.changeMiner({ jobs: new Map([['new', [aJob('PC1', 7)]]]) });
      }
      if (call.startsWith('sleep')) scene.interrupt.abort();
    };
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
    expect(scene.changes.join()).not.toContain('stop worker-1');
  });

  it('is put off by a job that shows at the last question', async () => {
    scene.before = (call, nth) => {
      if (call === 'miner jobs' && nth === 1) jobs(aJob('PC1', 7));
      if (call === 'sleep 2000') jobs();
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.filter((call) => call === 'miner jobs')).toHaveLength(3);
    expect(scene.calls.indexOf('sleep 2000')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
  });

  it('is put off by a job under a session that is new at the last question', async () => {
    scene.before = (call, nth) => {
      if (call === 'miner workers' && nth === 1) {
        scene.changeMiner({ workers: new Map([['new', workerStats('worker-1', [])]]) });
        scene.changeMiner({ jobs: new Map([['new', [aJob('FIN', 7)]]]) });
      }
      if (call === 'sleep 2000') {
        jobs();
        scene.changeMiner({ workers: new Scene().observation.miner.workers });
      }
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.indexOf('sleep 2000')).toBeGreaterThan(0);
    expect(scene.calls.indexOf('sleep 2000')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
  });

  it('waits for a worker that a restarted miner has lost: what it still does nobody can see', async () => {
    const { workers } = scene.observation.miner;
    scene.changeMiner({ workers: new Map() });
    scene.before = (call) => {
      if (call === 'sleep 2000') scene.changeMiner({ workers });
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.indexOf('sleep 2000')).toBeGreaterThan(0);
    expect(scene.calls.indexOf('sleep 2000')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
    expect(waited.at(-1)).toEqual([{ kind: 'unregistered' }]);
  });

  it.each(LAST_QUESTION)('is put off when the last question gets no answer: %s', async (question) => {
    scene.failing.set(question, aDiagnostic('gone'));
    scene.before = (call) => {
      if (call === 'sleep 1500') scene.failing.clear();
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.indexOf('sleep 1500')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
  });

  it('tells what it waits for at each look', async () => {
    jobs(aJob('PC1', 7));
    scene.before = (call) => {
      if (call === 'sleep 1500') jobs();
    };
    await restart();
    const blocker = { kind: 'job', job: { task: 'PC1', sector: 's-t01000-7', state: 'running' } };
    expect(waited).toMatchObject([[blocker], [blocker]]);
  });

  it('gives up after the deadline: nothing is stopped and the tasks are on again', async () => {
    jobs(aJob('PC1', 7));
    const result = await restart();
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF604',
        message: 'worker-1 is not quiet in time; still there: PC1 of s-t01000-7',
        place: { kind: 'host', ...TARGET },
      },
    });
    expect(scene.changes).toEqual([...OFF, ...ON]);
    expect(scene.passed).toBeGreaterThan(60_000);
    expect(scene.passed).toBeLessThan(65_000);
  });

  it('names no more than three blockers', async () => {
    jobs(aJob('PC1', 1), aJob('PC1', 2), aJob('PC1', 3), aJob('PC1', 4));
    const result = await restart();
    const names = 'PC1 of s-t01000-1, PC1 of s-t01000-2, PC1 of s-t01000-3, …';
    expect(result).toMatchObject({
      diagnostic: { message: `worker-1 is not quiet in time; still there: ${names}` },
    });
  });

  it('ends when it is interrupted: nothing is stopped and the tasks are on again', async () => {
    jobs(aJob('PC1', 7));
    scene.before = (call) => {
      if (call === 'sleep 1500') scene.interrupt.abort();
    };
    expect(await restart()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF608',
        message: 'interrupted while worker-1 finished its work; it was not stopped',
      },
    });
    expect(scene.changes).toEqual([...OFF, ...ON]);
    expect(scene.calls.filter((call) => call === 'look host-1')).toHaveLength(2);
  });

  it.each([
    {
      what: 'host',
      lose: () => {
        scene.observation = { ...scene.observation, hosts: new Map([['host-1', unreached('host gone')]]) };
      },
      message: 'host gone',
    },
    {
      what: 'miner',
      lose: () => {
        scene.observation = { ...scene.observation, miner: unreached('miner gone') } as never;
      },
      message: 'miner gone',
    },
  ])('stops nothing when the $what is out of sight', async ({ lose, message }) => {
    jobs(aJob('PC1', 7));
    const api = scene.context.apis.get('worker-1');
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 2) lose();
    };
    // It can be called still, though nobody can look at it.
    const seen = { ...api, taskEnable: record('enable'), taskTypes: record('types') } as never;
    const context = { ...scene.context, apis: new Map([['worker-1', seen]]) };
    const action = {
      kind: 'restart',
      service: scene.layout('worker-1'),
      expect: scene.expectation('worker-1'),
    } as const;
    const result = await restartWorker(context, TARGET, action, [], () => undefined);
    expect(result).toMatchObject({ ok: false, diagnostic: { message } });
    expect(scene.changes).toEqual([...OFF, 'enable', 'enable', 'types']);
  });

  it.each<[why: string, code: string, at: () => void]>([
    [
      'the host stays away',
      'SF404',
      () => (scene.observation = { ...scene.observation, hosts: new Map([['host-1', unreached('gone')]]) }),
    ],
    [
      'it is interrupted',
      'SF608',
      () => {
        scene.interrupt.abort();
      },
    ],
    ['a job is left', 'SF604', () => undefined],
  ])('says that its tasks may be off still where %s and it cannot be told', async (_, code, at) => {
    jobs(aJob('PC1', 7));
    for (const on of ON) scene.failing.set(on, aDiagnostic('refused'));
    scene.before = (call) => {
      if (call === 'sleep 1500') at();
    };
    const result = await restart();
    expect(result).toMatchObject({ ok: false, diagnostic: { code } });
    expect(result.ok ? '' : result.diagnostic.help).toContain(
      'The tasks of worker-1 may be off still: apply again',
    );
  });

  it('stops nothing when a task cannot be switched off', async () => {
    scene.failing.set('worker-1 disable PC2', aDiagnostic('refused'));
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { message: 'refused' } });
    expect([...new Set(scene.changes)]).toEqual([...OFF, ...ON]);
  });

  it('asks a miner again that does not answer for a moment while the paths are detached', async () => {
    scene.before = (call, nth) => {
      if (call === 'worker-1 detach-all') scene.failing.set('miner jobs', aDiagnostic('slow'));
      if (call === 'sleep 1500' && nth === 1) scene.failing.clear();
    };
    expect(await restart()).toEqual({ ok: true, value: undefined });
    const after = scene.calls.slice(scene.calls.indexOf('worker-1 detach-all'));
    expect(after).toEqual([
      'worker-1 detach-all', ...IDLE, 'sleep 1000', ...IDLE, 'sleep 1500', ...IDLE,
      ...END, 'look host-1',
    ]); // prettier-ignore
  });

  it('goes on waiting while the host is out of sight for a moment', async () => {
    let { hosts } = scene.observation;
    scene.before = (call, nth) => {
      if (call !== 'look host-1' || nth > 3) return;
      if (nth === 2) ({ hosts } = scene.observation);
      scene.observation = nth === 2 ? losing(scene.observation) : { ...scene.observation, hosts };
    };
    const result = await restart();
    expect(result).toEqual({ ok: true, value: undefined });
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'host-unreached', host: 'host-1' }));
  });

  it('stops nothing when the paths cannot be detached', async () => {
    scene.failing.set('worker-1 detach-all', aDiagnostic('refused'));
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { message: 'refused' } });
    expect(scene.changes).toEqual([...OFF, 'worker-1 detach-all', ...ON]);
  });

  describe('of a worker that goes on', () => {
    const ADD = 'worker-1 add /mnt/seal-1';

    beforeEach(() => {
      scene.outputs.set('host-1 stop worker-1', { status: 1, stderr: 'process 12 does not end' });
    });

    it('attaches the paths again that it had, and switches its tasks on again', async () => {
      const had = scene.live('worker-1')?.paths.map(({ LocalPath }) => LocalPath);
      expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF605' } });
      expect(scene.changes.slice(-5)).toEqual(['worker-1 detach-all', 'host-1 stop worker-1', ADD, ...ON]);
      expect(scene.live('worker-1')?.paths.map(({ LocalPath }) => LocalPath)).toEqual(had);
      expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
    });

    /** As Lotus leaves it. */
    function listTwice(): string {
      const list = (...paths: readonly string[]): string =>
        JSON.stringify({ StoragePaths: paths.map((Path) => ({ Path })) });
      scene.before = (call) => {
        if (call !== ADD) return;
        const storageJson = file(list('/mnt/seal-1', '/mnt/seal-1/'));
        scene.change('worker-1', (before) => ({ ...before, storageJson }));
      };
      return list('/mnt/seal-1');
    }

    it('leaves none of them twice in storage.json, with which it could not start', async () => {
      const once = listTwice();
      await restart();
      expect(scene.changes.at(-3)).toBe(`host-1 script ${scene.layout('worker-1').storageJson}`);
      expect(scene.scripts.at(-1)).toContain(base64Lines(once));
    });

    it('writes that when nobody else of the run writes on the host', async () => {
      listTwice();
      let other = (): void => undefined;
      const ended = new Promise<void>((resolve) => (other = resolve));
      void oneAtATime(scene.context, 'host-1', () => ended);
      onTestFinished(other);
      const restarted = restart();
      await new Promise(setImmediate);
      expect(scene.calls.slice(-2)).toEqual([ADD, 'look host-1']);
      other();
      await restarted;
      expect(scene.scripts).toHaveLength(1);
    });

    it.each([
      ['a job in the last moment', 'worker-1 detach-all'],
      ['a miner that does not answer', 'miner workers'],
    ])('does so, too, after %s', async (_, at) => {
      scene.outputs.clear();
      scene.before = (call, nth) => {
        if (call === 'worker-1 detach-all' && at === call) jobs(aJob('C1', 7));
        if (call === 'worker-1 detach-all' && at !== call) scene.failing.set(at, aDiagnostic('gone'));
        if (call === ADD && nth === 1) scene.failing.clear();
      };
      expect((await restart()).ok).toBe(false);
      expect(scene.changes.slice(-4)).toEqual(['worker-1 detach-all', ADD, ...ON]);
    });

    it('says that it may have none where they cannot be attached', async () => {
      scene.failing.set(ADD, aDiagnostic('refused'));
      expect(await restart()).toMatchObject({
        ok: false,
        diagnostic: { code: 'SF605', help: expect.stringContaining('no paths attached') as string },
      });
    });

    it('says that its tasks may be off where they cannot be switched on', async () => {
      for (const on of ON) scene.failing.set(on, aDiagnostic('refused'));
      const result = await restart();
      expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF605' } });
      expect(result.ok ? '' : result.diagnostic.help).toContain(
        'The tasks of worker-1 may be off still: apply again',
      );
    });

    describe('as the way to its host broke', () => {
      const STOP = 'host-1 stop worker-1';
      const cutOnce = (then: () => void = () => undefined): void => {
        scene.failing.set(STOP, { ...aDiagnostic('cut'), code: 'SF405' });
        scene.before = (call) => {
          if (call !== 'sleep 1000' || !scene.calls.includes(STOP)) return;
          scene.failing.clear();
          then();
        };
      };
      const stops = (): number => scene.calls.filter((call) => call === STOP).length;

      beforeEach(() => {
        scene.outputs.clear();
      });

      it('is stopped again, under the lock, and started', async () => {
        cutOnce();
        expect(await restart()).toEqual({ ok: true, value: undefined });
        expect(scene.calls.slice(scene.calls.indexOf(STOP))).toEqual([
          STOP, 'sleep 1000', 'look host-1', ...END, 'look host-1',
        ]); // prettier-ignore
      });

      it('is not stopped again where it has ended, but started', async () => {
        cutOnce(() => {
          scene.change('worker-1', stopped);
        });
        expect(await restart()).toEqual({ ok: true, value: undefined });
        expect(stops()).toBe(1);
      });

      it('is not stopped again where it was started anew: it may have a job', async () => {
        cutOnce(() => {
          scene.changeLive('worker-1', () => ({ session: 'new' }));
        });
        const result = await restart();
        expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF605' } });
        expect(result.ok ? '' : result.diagnostic.message).toContain('started anew');
        expect(stops()).toBe(1);
      });

      it('is not stopped again where the lock is another’s by then', async () => {
        cutOnce(() => {
          scene.outputs.set('host-1 look at lock', { stdout: '' });
        });
        expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
        expect(stops()).toBe(1);
        expect(scene.changes).toContain(ADD);
        expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
      });

      it('is waited for while it does not answer, as it may be ending', async () => {
        cutOnce(() => {
          scene.change('worker-1', changeProcess((process) => ({ ...process, live: unreached() }))); // prettier-ignore
        });
        const { before } = scene;
        scene.before = (call, nth) => {
          before(call, nth);
          if (call === 'sleep 1500' && stops() > 0) scene.change('worker-1', stopped);
        };
        expect(await restart()).toEqual({ ok: true, value: undefined });
        expect(stops()).toBe(1);
      });

      it('is not taken for ended where others have its repo by then', async () => {
        cutOnce(() => {
          scene.change('worker-1', (worker) => ({ ...stopped(worker), startedElsewhere: true }));
        });
        expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF514' } });
        expect(scene.changes).not.toContain('host-1 start worker-1');
      });

      it('has its paths and tasks back where it broke before the stop was sent', async () => {
        let detached = false;
        scene.before = (call) => {
          if (call === 'worker-1 detach-all') detached = true;
          if (call !== 'host-1 look at lock' || !detached) return;
          scene.failing.set(call, { ...aDiagnostic('cut'), code: 'SF405' });
          scene.interrupt.abort();
        };
        expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
        expect(scene.calls).not.toContain(STOP);
        expect(scene.changes).toContain(ADD);
        expect(scene.tasksOf('worker-1')).toEqual(['PC1', 'PC2']);
      });

      it.each([
        ['it stays away', false],
        ['it is interrupted', true],
      ])(
        'attaches and switches nothing where %s, and says that it may be stopped',
        async (_, isInterrupted) => {
          scene.failing.set(STOP, aDiagnostic('cut'));
          scene.before = (call) => {
            if (call === STOP && isInterrupted) scene.interrupt.abort();
          };
          expect(await restart()).toMatchObject({
            ok: false,
            diagnostic: {
              message: 'cut',
              help: 'It may be stopped, or run without its paths and tasks: apply again.',
            },
          });
          expect(scene.passed > 5000).toBe(!isInterrupted);
          expect(scene.changes).not.toContain(ADD);
          expect(scene.changes).not.toContain(ON[0]);
        },
      );
    });
  });

  it('starts nothing when the process does not end', async () => {
    scene.outputs.set('host-1 stop worker-1', { status: 1, stderr: 'x\nprocess 12 does not end\n' });
    expect(await restart()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF605', message: 'cannot stop worker-1 on host-1: process 12 does not end' },
    });
    expect(scene.changes).not.toContain('host-1 start worker-1');
  });

  it('does not stop a worker that does not answer us while the miner may give it work', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, live: unreached() }))); // prettier-ignore
    const context = { ...scene.context, apis: new Map() };
    const action = {
      kind: 'restart',
      service: scene.layout('worker-1'),
      expect: scene.expectation('worker-1'),
    } as const;
    const result = await restartWorker(context, TARGET, action, [], () => undefined);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF604' } });
    expect(scene.changes).toEqual([]);
  });

  it('stops a worker that neither answers nor is known to the miner, without a call to it', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, live: unreached() }))); // prettier-ignore
    const { workers } = scene.observation.miner;
    scene.changeMiner({ workers: new Map() });
    scene.before = (call) => {
      if (call === 'host-1 start worker-1') scene.changeMiner({ workers });
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.changes).toEqual(['host-1 stop worker-1', 'host-1 start worker-1']);
  });

  it('leaves a worker alone that does not answer while the miner knows a job of it', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, live: unreached() }))); // prettier-ignore
    jobs(aJob('PC1', 7));
    const context = { ...scene.context, apis: new Map() };
    const action = {
      kind: 'restart',
      service: scene.layout('worker-1'),
      expect: scene.expectation('worker-1'),
    } as const;
    const result = await restartWorker(context, TARGET, action, [], () => undefined);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF604' } });
    expect(scene.changes).toEqual([]);
  });

  it('stops a worker by the manager that keeps it, leaves nothing of it there, and starts it by the declared one', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, manager: 'systemd' }))); // prettier-ignore
    expect((await restart()).ok).toBe(true);
    expect(scene.changes.slice(-4)).toEqual([
      'worker-1 detach-all',
      'host-1 systemd stop worker-1',
      'host-1 systemd remove worker-1',
      'host-1 start worker-1',
    ]);
  });

  it('starts nothing by the declared manager while something is left of the other', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, manager: 'systemd' }))); // prettier-ignore
    scene.outputs.set('host-1 systemd remove worker-1', { status: 1, stderr: 'read-only' });
    expect(await restart()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF602',
        message:
          'worker-1 was stopped, and what was left of it could not be taken away: cannot take worker-1 from systemd on host-1: read-only',
        help: expect.stringContaining('apply again') as string,
      },
    });
    expect(scene.changes).not.toContain('host-1 start worker-1');
  });

  it('tries again to take what is left of the other where the way to the host broke', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, manager: 'systemd' }))); // prettier-ignore
    scene.failing.set('host-1 systemd remove worker-1', aDiagnostic('cut'));
    scene.before = (call) => {
      if (call === 'sleep 1000') scene.failing.delete(scene.calls.at(-2) ?? '');
    };
    expect(await restart()).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['startedElsewhere', 'SF514'],
    ['twice', 'SF546'],
  ])('stops nothing that others keep: %s', async (how, code) => {
    scene.change('worker-1', (before) => ({ ...before, [how]: true }));
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code } });
    expect(scene.changes.filter((call) => call.startsWith('host-1'))).toEqual([]);
    expect(scene.passed).toBe(0);
  });

  it('waits while systemd cannot be asked, and takes nothing for stopped', async () => {
    const problem = { code: 'SF516', severity: 'error', message: 'no bus' } as const;
    const { hosts } = scene.observation;
    scene.before = (call, nth) => {
      if (call !== 'look host-1' || nth > 2) return;
      const host = hosts.get('host-1');
      if (nth === 1 && host?.reached === true)
        scene.observation = {
          ...scene.observation,
          hosts: new Map([['host-1', { ...host, problems: [problem] }]]),
        };
      if (nth === 2) scene.observation = { ...scene.observation, hosts };
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.slice(0, 3)).toEqual(['look host-1', 'sleep 1000', 'look host-1']);
    expect(scene.events).toContainEqual({ type: 'host-unreached', host: 'host-1', diagnostic: problem });
  });

  it('fails when the worker does not come up as declared, with the end of its log', async () => {
    scene.outputs.set('host-1 log worker-1', { stdout: `1\n2\n3\nwith ${CANARY}\n5\n6\n` });
    const result = await restart({ limits: new Map([['PC1', 2]]) });
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF603',
        message: 'worker-1 did not come up as declared: the limit of PC1 is 0, not 2',
        help: 'Mend the cause and apply again. The end of its log:\n2\n3\nwith (secret)\n5\n6',
      },
    });
  });
});

describe('a restart while a sector goes to long-term storage', () => {
  const SECTOR = { Miner: 1000, Number: 7, SectorFileType: 2 };

  beforeEach(() => {
    const path = scene.live('worker-1')?.paths[0];
    if (path === undefined) throw new Error('no path');
    scene.changeMiner({ sectors: new Map([[path.ID, [SECTOR]]]) });
  });

  it.each(['FinalizeSector', 'CommitFinalize', 'FinalizeReplicaUpdate'])(
    'waits for a moment between its FIN and its GET, in which there is no job: %s',
    async (state) => {
      scene.states.set('s-t01000-7', state);
      scene.before = (call, nth) => {
        if (call === 'look host-1' && nth === 3) scene.states.set('s-t01000-7', 'Proving');
      };
      expect((await restart()).ok).toBe(true);
      expect(scene.calls.filter((call) => call === 'look host-1').length).toBeGreaterThanOrEqual(4);
      expect(scene.calls.indexOf('worker-1 detach-all')).toBeGreaterThan(
        scene.calls.findIndex((call, at) => call === 'look host-1' && at > scene.calls.indexOf('sleep 1500')),
      );
    },
  );

  it('knows for a reader who has begun to read what a job had just put there', async () => {
    const path = scene.live('worker-1')?.paths[0]?.ID ?? '';
    scene.changeMiner({ sectors: new Map() });
    scene.before = (call, nth) => {
      // In the look the PC1 has ended and its sector is not in the index yet; then PC2 begins elsewhere.
      if (call === 'miner sectors' && nth === 1)
        scene.changeMiner({
          sectors: new Map([[path, [SECTOR]]]),
          jobs: new Map([[sessionOf('worker-2'), [aJob('PC2', 7)]]]),
        });
      if (call === 'look host-1' && nth === 4) scene.changeMiner({ jobs: new Map() });
    };
    expect((await restart()).ok).toBe(true);
    const detached = scene.calls.indexOf('worker-1 detach-all');
    expect(
      scene.calls.slice(0, detached).filter((call) => call === 'look host-1').length,
    ).toBeGreaterThanOrEqual(4);
  });

  it('is not put off by what has just come to lie there', async () => {
    const path = scene.live('worker-1')?.paths[0]?.ID ?? '';
    scene.changeMiner({ sectors: new Map() });
    scene.before = (call) => {
      if (call === 'miner sectors') scene.changeMiner({ sectors: new Map([[path, [SECTOR]]]) });
    };
    expect((await restart()).ok).toBe(true);
    expect(scene.calls.filter((call) => call === 'miner sectors')).toHaveLength(1);
  });

  it('does not wait for ever for one that stays there', async () => {
    scene.states.set('s-t01000-7', 'FinalizeSector');
    expect((await restart()).ok).toBe(true);
    expect(scene.passed).toBeGreaterThanOrEqual(2000);
    expect(scene.passed).toBeLessThan(8000);
  });

  it.each([
    ['PC2', 'worker-2', 7, true],
    ['C2', 'worker-2', 7, false],
    ['PC2', 'worker-2', 8, false],
    ['C1', 'worker-1', 8, true],
  ] as const)(
    'waits before it stops for a %s that came to %s for sector %d: %s',
    async (code, who, sector, waits) => {
      scene.before = (call, nth) => {
        const came = new Map([[sessionOf(who), [aJob(code, sector)]]]);
        if (call === 'worker-1 detach-all') scene.changeMiner({ jobs: came });
        if (call === 'miner jobs' && nth === 4) scene.changeMiner({ jobs: new Map() });
      };
      expect((await restart()).ok).toBe(true);
      const asked = scene.calls
        .slice(scene.calls.indexOf('worker-1 detach-all'))
        .filter((call) => call === 'miner jobs');
      expect(asked).toHaveLength(waits ? 3 : 1);
    },
  );
});

describe('the last question before a stop', () => {
  type Came = Parameters<Scene['changeMiner']>[0];
  const session = sessionOf('worker-1');
  const again = new Map([
    [session, workerStats('worker-1', ['PC1'])],
    ['of another start', workerStats('worker-1', ['PC1'])],
  ]);

  it.each<[what: string, came: Came, waits: boolean]>([
    ['its own job, of which the miner has dropped the worker', { jobs: new Map([[session, [aJob('C1', 8)]]]), workers: new Map() }, true],
    ['a job of its name from another start', { jobs: new Map([['of another start', [aJob('C1', 8)]]]), workers: again }, true],
    ['its own job, of a miner that was restarted', { jobs: new Map([[NO_SESSION, [aJob('C1', 8, { RunWait: -1, Hostname: 'worker-1' })]]]) }, true],
    ['a job of another, of a miner that was restarted', { jobs: new Map([[NO_SESSION, [aJob('C1', 8, { RunWait: -1, Hostname: 'worker-2' })]]]) }, false],
    ['a job that has come back', { jobs: new Map([[NO_SESSION, [aJob('C1', 8, { RunWait: -2, Hostname: 'worker-1' })]]]) }, false],
    ['a job of another on a sector that is not here', { jobs: new Map([[sessionOf('worker-2'), [aJob('PC2', 8)]]]) }, false],
  ])('sees %s', async (_, came, waits) => {
    const { workers } = scene.observation.miner;
    scene.before = (call, nth) => {
      if (call === 'worker-1 detach-all') scene.changeMiner(came);
      if (call === 'miner jobs' && nth === 4) scene.changeMiner({ jobs: new Map(), workers });
    };
    expect((await restart()).ok).toBe(true);
    const asked = scene.calls.slice(scene.calls.indexOf('worker-1 detach-all'));
    expect(asked.filter((call) => call === 'miner jobs')).toHaveLength(waits ? 3 : 1);
  }); // prettier-ignore

  it('does not wait for whoever read here for a miner that was restarted: it may have ended with its worker', async () => {
    const path = scene.live('worker-1')?.paths[0]?.ID ?? '';
    scene.changeMiner({ sectors: new Map([[path, [{ Miner: 1000, Number: 7, SectorFileType: 2 }]]]) });
    scene.before = (call) => {
      const job = aJob('PC2', 7, { RunWait: -1, Hostname: 'worker-2' });
      if (call === 'worker-1 detach-all') scene.changeMiner({ jobs: new Map([[NO_SESSION, [job]]]) });
    };
    expect(await restart()).toEqual({ ok: true, value: undefined });
  });

  it('takes a task that it does not know for one that reads', async () => {
    const path = scene.live('worker-1')?.paths[0]?.ID ?? '';
    scene.changeMiner({ sectors: new Map([[path, [{ Miner: 1000, Number: 7, SectorFileType: 2 }]]]) });
    scene.before = (call) => {
      const job = aJob('PC2', 7, { Task: 'new/task' });
      if (call === 'worker-1 detach-all')
        scene.changeMiner({ jobs: new Map([[sessionOf('worker-2'), [job]]]) });
    };
    expect(await restart()).toMatchObject({ diagnostic: { code: 'SF605' } });
    expect(scene.calls).not.toContain('host-1 stop worker-1');
  });
});

describe('a restart that nobody waits for', () => {
  beforeEach(() => {
    scene = new Scene(undefined, { detach: true });
  });

  it('is done at once where the worker is quiet', async () => {
    expect(await restart()).toEqual({ ok: true, value: undefined });
    const looks = [...LAST_QUESTION, 'host-1 look at lock'];
    expect(scene.changes).toEqual([...OFF, ...ORDER.filter((call) => !looks.includes(call))]);
  });

  it('leaves a worker that has work with its tasks off, and says what is still there', async () => {
    jobs(aJob('PC1', 7));
    expect(await restart()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF630',
        severity: 'note',
        message: 'worker-1 is not quiet yet; still there: PC1 of s-t01000-7',
      },
    });
    expect(scene.changes).toEqual(OFF);
    expect(scene.tasksOf('worker-1')).toEqual([]);
  });

  it('looks once more when a job shows at the last question, and says which', async () => {
    scene.before = (call) => {
      if (call === 'miner jobs') jobs(aJob('FIN', 7));
    };
    expect(await restart()).toMatchObject({
      diagnostic: { code: 'SF630', message: expect.stringContaining('FIN of s-t01000-7') as string },
    });
  });

  it('waits all the same for a host that is out of sight for a moment', async () => {
    const { observation } = scene;
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 1) scene.observation = losing(observation);
      if (call === 'look host-1' && nth === 2) scene.observation = observation;
    };
    expect((await restart()).ok).toBe(true);
  });

  it('says what is there when its tasks are off, not what was before', async () => {
    jobs(aJob('PC1', 7));
    scene.before = (call) => {
      if (call === 'worker-1 disable PC2') jobs(aJob('PC2', 8));
    };
    expect(await restart()).toMatchObject({
      diagnostic: { message: 'worker-1 is not quiet yet; still there: PC2 of s-t01000-8' },
    });
  });

  it('looks once more when a job came while the last task was switched off', async () => {
    scene.before = (call) => {
      if (call === 'worker-1 disable PC2') jobs(aJob('PC2', 7));
    };
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF630' } });
    expect(scene.changes).toEqual(OFF);
  });
});

describe('a restart that is forced', () => {
  beforeEach(() => {
    scene = new Scene(undefined, { force: new Set(['worker-1']) });
  });

  it('waits for no job, and detaches nothing that is in use', async () => {
    jobs(aJob('PC1', 7));
    expect(await restart()).toEqual({ ok: true, value: undefined });
    expect(scene.changes).toEqual([...OFF, 'host-1 stop worker-1', 'host-1 start worker-1']);
  });

  it('ends a worker that does not answer', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, live: unreached() }))); // prettier-ignore
    expect(await restart()).toEqual({ ok: true, value: undefined });
    expect(scene.changes).toEqual(['host-1 stop worker-1', 'host-1 start worker-1']);
  });

  it('ends nothing that others keep', async () => {
    scene.change('worker-1', (before) => ({ ...before, startedElsewhere: true }));
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF514' } });
    expect(scene.changes).toEqual([]);
  });

  it('is for the workers that were named alone', async () => {
    scene = new Scene(undefined, { force: new Set(['worker-2']) });
    jobs(aJob('PC1', 7));
    expect(await restart()).toMatchObject({ ok: false, diagnostic: { code: 'SF604' } });
  });
});

it('stops nothing when the waves end in the very moment in which the worker is quiet', async () => {
  const halt = new AbortController();
  scene.before = (call) => {
    if (call === 'miner jobs') halt.abort();
  };
  const context = { ...scene.context, halt: halt.signal };
  const service = scene.layout('worker-1');
  const action = { kind: 'restart', service, expect: scene.expectation('worker-1') } as const;
  const result = await restartWorker(context, TARGET, action, [], () => undefined);
  expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
  expect(scene.changes).toEqual([...OFF, ...ON]);
});

function record(what: string) {
  return () => {
    scene.calls.push(what);
    return Promise.resolve({ ok: true, value: [] });
  };
}

function losing<T extends { readonly hosts: unknown }>(observation: T): T {
  return {
    ...observation,
    hosts: new Map([['host-1', { reached: false, diagnostic: aDiagnostic('away') }]]),
  };
}

describe('a restart under a new name', () => {
  const home = hostLayout({ config: '/etc/sealfarm', state: '/var/lib/sealfarm' });

  function renamed(): Promise<Result<undefined>> {
    const service = scene.layout('worker-1');
    const from = { worker: 'worker-1', service, home };
    const action = { kind: 'restart', service, expect: scene.expectation('worker-1'), from } as const;
    return restartWorker(scene.context, TARGET, action, [], (blockers) => waited.push(blockers));
  }

  it('takes away what stood under the old name before it starts', async () => {
    expect(await renamed()).toEqual({ ok: true, value: undefined });
    expect(scene.changes).toEqual([
      ...OFF,
      'worker-1 detach-all',
      'host-1 stop worker-1',
      'host-1 remove worker-1',
      `host-1 script ${scene.layout('worker-1').envFile}`,
      `host-1 script ${home.manifest}`,
      'host-1 start worker-1',
    ]);
  });

  it('waits for no job of the old name where the new one was named to be forced', async () => {
    scene = new Scene(hostsWithOneWorker(2), { force: new Set(['new-name']) });
    jobs(aJob('PC1', 7));
    const service = scene.layout('worker-1');
    const from = { worker: 'worker-1', service, home };
    const action = { kind: 'restart', service, expect: scene.expectation('worker-1'), from } as const;
    const target = { ...TARGET, worker: 'new-name' };
    // The farm of the scene knows no new name, so that the start is not seen to its end.
    await restartWorker(scene.context, target, action, [], (blockers) => waited.push(blockers));
    expect(waited).toEqual([]);
    expect(scene.changes.slice(0, 4)).toEqual([...OFF, 'host-1 stop worker-1', 'host-1 remove worker-1']);
    expect(scene.changes).toContain('host-1 start worker-1');
  });

  it('does not start while something of the old name is left', async () => {
    scene.outputs.set('host-1 remove worker-1', { status: 1, stderr: 'No space left on device' });
    expect(await renamed()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF602',
        message: expect.stringContaining('worker-1 was stopped, and what was left of it') as string,
      },
    });
    expect(scene.changes).not.toContain('host-1 start worker-1');
  });
});
