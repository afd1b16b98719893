import { beforeEach, describe, expect, it } from 'vitest';
import type { ApplyContext, ApplyRules } from '../../src/apply/context.js';
import { restartMiner } from '../../src/apply/restart-miner.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import { NO_SESSION, type WorkerJob } from '../../src/lotus/api.js';
import { task, type TaskCode } from '../../src/lotus/task.js';
import type { RestartMiner } from '../../src/plan/miner-action.js';
import type { ExecOutput, Remote } from '../../src/remote/remote.js';
import { notAsked } from './not-asked.js';
import { Scene, START } from './scene.js';

const ACTION: RestartMiner = {
  kind: 'restart-miner',
  miner: { repo: '/srv/lotus' },
  pid: 7,
  by: { unit: 'lotus-miner.service' },
  margin: 600_000,
  ownWorkers: ['miner-1'],
};

/** A lotus-miner beside the farm of a scene: what its commands say, and what becomes of it. */
class MinerScene {
  readonly scene: Scene;
  readonly context: ApplyContext;
  /** Of deadline 0, which is open. */
  proven = 1;
  pids: readonly number[] = [7];
  /** Milliseconds after the restart from which on it answers. */
  answersAfter = 0;
  /** Seconds by which the clock of its machine is wrong. */
  clockAhead = 0;
  /** Minutes by which the chain that its node knows is behind. */
  behind = 0;
  restarts = 0;
  restartStatus = 0;
  proving: Result<ExecOutput> | undefined;
  onRestart: () => void = () => undefined;
  #restartedAt = -Infinity;

  constructor(rules: Partial<ApplyRules> = {}) {
    this.scene = new Scene(undefined, rules);
    const { context } = this.scene;
    const { stream, dial, notes, close, isOpen } = notAsked(['stream', 'dial', 'notes', 'close', 'isOpen']);
    const remote: Remote = {
      host: 'miner-1', stream, dial, notes, close, isOpen, exec: (script) => Promise.resolve(this.#exec(script)),
    }; // prettier-ignore
    const version = (): ReturnType<ApplyContext['miner']['version']> =>
      Promise.resolve(
        this.scene.passed >= this.#restartedAt + this.answersAfter
          ? success({ Version: '1.36.2', APIVersion: 131840, BlockDelay: 30 })
          : failure({ code: 'SF407', severity: 'error', message: 'refused' }),
      );
    this.context = { ...context, remote: () => remote, miner: { ...context.miner, version } };
  }

  run(): Promise<Result<undefined>> {
    return restartMiner(this.context, 'miner-1', ACTION, (hindrance) => {
      this.waits.push(hindrance);
    });
  }

  readonly waits: unknown[] = [];

  job(worker: string, code: TaskCode, RunWait = 0): void {
    const { miner } = this.scene.observation;
    const known = [...miner.workers].find(([, { Info }]) => Info.Hostname === worker)?.[0];
    const job: WorkerJob = {
      ID: { Sector: { Miner: 1000, Number: 3 }, ID: 'call' },
      Sector: { Miner: 1000, Number: 3 },
      Task: task(code).rpc,
      RunWait,
      Start: '2026-01-02T03:00:00Z',
      Hostname: worker,
    };
    this.scene.changeMiner({ jobs: new Map([[RunWait < 0 ? NO_SESSION : (known ?? 'own'), [job]]]) });
  }

  noJobs(): void {
    this.scene.changeMiner({ jobs: new Map() });
  }

  /** So many WinningPoSt on the first worker. */
  proves(count: number): void {
    const [[session, first] = [], ...others] = this.scene.observation.miner.workers;
    if (session === undefined || first === undefined) throw new Error('no worker');
    const TaskCounts = { '8:post/v0/winningproof': count };
    this.scene.changeMiner({ workers: new Map([[session, { ...first, TaskCounts }], ...others]) });
  }

  /** A worker within the miner. */
  own(): void {
    const { workers } = this.scene.observation.miner;
    const [[, first] = []] = workers;
    if (first === undefined) throw new Error('no worker');
    const own = { ...first, Info: { ...first.Info, Hostname: 'miner-1' } };
    this.scene.changeMiner({ workers: new Map([...workers, ['own', own]]) });
  }

  unregister(...names: readonly string[]): void {
    const { workers } = this.scene.observation.miner;
    const left = [...workers].filter(([, { Info }]) => !names.includes(Info.Hostname));
    this.scene.changeMiner({ workers: new Map(left) });
  }

  #exec(script: string): Result<ExecOutput> {
    if (script.includes('sealfarm-proving')) return this.proving ?? output(this.#deadlines());
    if (script.includes('sealfarm-miner-processes'))
      return output(
        `sealfarm-miner-processes 1\n${this.pids.join('\n')}\nsealfarm-miner-processes end\n`.replace(
          '\n\n',
          '\n',
        ),
      );
    if (!script.includes('systemctl restart')) throw new Error(`what is ${script}`);
    this.restarts++;
    this.#restartedAt = this.scene.passed;
    if (this.restartStatus === 0 && this.pids[0] === 7) this.pids = [8];
    this.onRestart();
    return success({ stdout: '', stderr: 'Result=exit-code', status: this.restartStatus });
  }

  /** Seconds. */
  #clock(): number {
    return Math.floor((Date.parse(START) + this.scene.passed) / 1000) + this.clockAhead;
  }

  #deadlines(): string {
    const word = (text: string): string => Buffer.from(text).toString('base64');
    const info = `Current Epoch: 1010\nProving Period Start: 1000 (02 Jan 26 02:${59 - this.behind} UTC, x)\nDeadline Index: 0\nDeadline Open: 1000 (x)\nDeadline Close: 1060 (x)\nDeadline Challenge: 980 (x)`;
    const others = Array.from({ length: 47 }, (_, at) => `${at + 1}  0  0 (0)  0`);
    const rows = ['Miner', `0  1  5 (0)  ${this.proven}  (current)`, ...others];
    return `sealfarm-proving 1\ninfo 0 ${word(info)}\ndeadlines 0 ${word(rows.join('\n'))}\nclock ${this.#clock()}\nsealfarm-proving end\n`;
  }
}

function output(stdout: string): Result<ExecOutput> {
  return success({ stdout, stderr: '', status: 0 });
}

let miner: MinerScene;
beforeEach(() => {
  miner = new MinerScene();
});

/** @param after looks */
function later(scene: MinerScene, after: number, change: () => void): void {
  scene.scene.before = (call, nth) => {
    if (call === 'miner jobs' && nth === after) change();
  };
}

describe('a restart of lotus-miner', () => {
  it('is done at once where nothing is due', async () => {
    expect(await miner.run()).toEqual({ ok: true, value: undefined });
    expect([miner.restarts, miner.waits]).toEqual([1, []]);
  });

  it('waits until the open deadline is proven', async () => {
    miner.proven = 0;
    later(miner, 3, () => (miner.proven = 1));
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.restarts).toBe(1);
    expect(miner.waits).toHaveLength(3);
    // Fifty epochs of half a minute.
    expect(miner.waits[0]).toEqual({
      due: { index: 0, isOpen: true, until: 1060 },
      jobs: [],
      expected: '2026-01-02T03:29:05.000Z',
    });
  });

  it.each<[string, TaskCode]>([
    ['worker-1', 'C2'],
    ['worker-1', 'WDP'],
    ['miner-1', 'GET'],
  ])('waits for a job of %s: %s', async (worker, code) => {
    miner.own();
    miner.job(worker, code);
    later(miner, 3, () => {
      miner.noJobs();
    });
    expect(await miner.run()).toMatchObject({ ok: true });
    expect([miner.restarts, miner.waits.length]).toEqual([1, 2]);
    expect(miner.waits[0]).toMatchObject({ jobs: [{ task: code, sector: 's-t01000-3' }] });
  });

  it('waits for a proof that a worker computes, which Lotus only counts', async () => {
    miner.proves(1);
    later(miner, 3, () => {
      miner.proves(0);
    });
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.waits[0]).toEqual({ jobs: [], posts: ['WNP'] });
    expect([miner.restarts, miner.waits.length]).toEqual([1, 3]);
  });

  it('waits for the result of a C2 that an earlier miner gave out', async () => {
    miner.job('worker-1', 'C2', -1);
    later(miner, 3, () => {
      miner.noJobs();
    });
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.waits).toMatchObject([{ jobs: [{ task: 'C2' }] }, { jobs: [{ task: 'C2' }] }]);
  });

  it.each<[string, TaskCode, number]>([
    ['a PC1, which its worker goes on with', 'PC1', 0],
    ['a PC1 that an earlier miner gave out', 'PC1', -1],
    ['a C2 whose result has come', 'C2', -2],
  ])('does not wait for %s', async (_, code, runWait) => {
    miner.job('worker-1', code, runWait);
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.waits).toEqual([]);
  });

  it('is given up after the time of a drain, and nothing is stopped', async () => {
    miner.proven = 0;
    expect(await miner.run()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF650', message: 'lotus-miner is not restarted in time: deadline 0 is open' },
    });
    expect(miner.restarts).toBe(0);
    expect(miner.scene.passed).toBeGreaterThan(60_000);
  });

  it('is left to the next run where nobody waits', async () => {
    miner = new MinerScene({ detach: true });
    miner.job('worker-1', 'C2');
    expect(await miner.run()).toMatchObject({ ok: false, diagnostic: { code: 'SF630' } });
    expect([miner.restarts, miner.scene.passed]).toEqual([0, 0]);
  });

  it('is not done once somebody interrupts', async () => {
    miner.proven = 0;
    later(miner, 2, () => {
      miner.scene.interrupt.abort();
    });
    expect(await miner.run()).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
    expect(miner.restarts).toBe(0);
  });

  it('is not done where it cannot be told what is due', async () => {
    miner.proving = output('sealfarm-proving 1\ninfo 1 =no\nsealfarm-proving end\n');
    expect(await miner.run()).toMatchObject({ ok: false, diagnostic: { code: 'SF586' } });
    expect(miner.restarts).toBe(0);
  });

  it.each<[string, (scene: MinerScene) => void, RegExp]>([
    [
      'the node lags behind',
      (scene) => (scene.behind = 7),
      /epoch 1010, at least 6 min behind the clock of miner-1/,
    ],
    ['the clock of its machine is ahead', (scene) => (scene.clockAhead = 420), /behind the clock of miner-1/],
    [
      'the clock of its machine is behind',
      (scene) => (scene.clockAhead = -420),
      /6 min ahead of the clock of miner-1/,
    ],
    ['both are behind', (scene) => ((scene.behind = 7), (scene.clockAhead = -420)), /behind the clock here/],
  ])('is not done where %s, as another deadline may be open', async (_, change, words) => {
    change(miner);
    const result = await miner.run();
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF655' } });
    expect(!result.ok && result.diagnostic.message).toMatch(words);
    expect([miner.restarts, miner.scene.passed]).toEqual([0, 0]);
  });

  it('bears for a while with a node that was in step', async () => {
    miner.proven = 0;
    miner.scene.before = (call, nth) => {
      if (call === 'miner jobs' && nth === 2) [miner.behind, miner.proven] = [7, 1];
      if (miner.scene.passed > 4000) miner.behind = 0;
    };
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.restarts).toBe(1);
    const codes = miner.scene.events.flatMap((event) =>
      event.type === 'host-unreached' ? [event.diagnostic.code] : [],
    );
    expect([...new Set(codes)]).toEqual(['SF655']);
  });

  it('bears with a host that does not answer for a while, and no longer', async () => {
    miner.proving = failure({ code: 'SF404', severity: 'error', message: 'no route' });
    later(miner, 1, () => undefined);
    expect(await miner.run()).toMatchObject({ ok: false, diagnostic: { code: 'SF404' } });
    expect(miner.scene.passed).toBeGreaterThan(5000);
    expect(miner.restarts).toBe(0);
  });

  it('fails where what restarts it does', async () => {
    miner.restartStatus = 1;
    expect(await miner.run()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF651', message: expect.stringContaining('Result=exit-code') as string },
    });
  });

  it.each<[string, (scene: MinerScene) => void, RegExp]>([
    ['the process is still the same', (scene) => (scene.pids = [7]), /process 7 runs on/],
    ['no process runs', (scene) => (scene.pids = []), /does not run/],
    ['its API does not answer', (scene) => (scene.answersAfter = 60_000), /refused/],
  ])('has not come back where %s', async (_, change, why) => {
    miner.onRestart = () => {
      change(miner);
    };
    const result = await miner.run();
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF651' } });
    expect(!result.ok && result.diagnostic.message).toMatch(why);
  });

  it('waits for its API, and for all workers to register again', async () => {
    const { workers } = miner.scene.observation.miner;
    miner.answersAfter = 3000;
    miner.onRestart = () => {
      miner.unregister('worker-1', 'worker-2');
      const before = miner.scene.calls.length;
      miner.scene.before = () => {
        if (miner.scene.calls.length > before + 8) miner.scene.changeMiner({ workers });
      };
    };
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.scene.passed).toBeGreaterThanOrEqual(3000);
    expect(miner.scene.events.filter(({ type }) => type === 'miner-back')).toEqual([]);
  });

  it('does not wait for a worker that works at something, and tells of it', async () => {
    miner.onRestart = () => {
      miner.unregister('worker-2');
      miner.job('worker-2', 'PC1', -1);
    };
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.scene.events.filter(({ type }) => type === 'miner-back')).toEqual([
      { type: 'miner-back', host: 'miner-1', away: ['worker-2'] },
    ]);
  });

  it('does not wait for a worker that had a job before of which the miner remembers nothing', async () => {
    miner.job('worker-2', 'AP');
    miner.onRestart = () => {
      miner.unregister('worker-2');
      miner.noJobs();
    };
    expect(await miner.run()).toMatchObject({ ok: true });
    expect(miner.scene.events.filter(({ type }) => type === 'miner-back')).toMatchObject([
      { away: ['worker-2'] },
    ]);
  });

  it('fails where a worker that does nothing stays away', async () => {
    miner.onRestart = () => {
      miner.unregister('worker-2');
    };
    expect(await miner.run()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF652', message: expect.stringMatching(/again: worker-2$/) as string },
    });
  });

  it('does not wait for the worker within the miner', async () => {
    miner.own();
    miner.onRestart = () => {
      miner.unregister('miner-1');
    };
    expect(await miner.run()).toMatchObject({ ok: true });
  });
});
