import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../src/diagnostic/result.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { ACTION, MinerScene, output } from './miner-scene.js';

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

describe('a restart of lotus-miner that leaves WindowPoSt to workers', () => {
  const leaving = { ...ACTION, leaves: ['WDP'] } as const;

  it('is done where one is registered for it', async () => {
    miner.makes('WDP');
    expect(await miner.run(leaving)).toMatchObject({ ok: true });
    expect(miner.restarts).toBe(1);
  });

  it.each<[string, (scene: MinerScene) => void]>([
    ['none is registered for it', () => undefined],
    [
      'one is for WinningPoSt',
      (scene) => {
        scene.makes('WNP');
      },
    ],
    [
      'one is for it, and is given nothing',
      (scene) => {
        scene.makes('WDP');
        const { workers } = scene.scene.observation.miner;
        scene.scene.changeMiner({
          workers: new Map([...workers].map(([session, one]) => [session, { ...one, Enabled: false }])),
        });
      },
    ],
  ])('is not done where %s, and nobody waits for one', async (_, change) => {
    change(miner);
    expect(await miner.run(leaving)).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF630',
        message: 'lotus-miner is not restarted yet: no worker is registered for WindowPoSt',
        help: expect.stringContaining('makes these proofs itself') as string,
      },
    });
    expect([miner.restarts, miner.scene.passed]).toEqual([0, 0]);
  });

  it('is not done where it goes while a proof is waited for', async () => {
    miner.makes('WDP');
    miner.proven = 0;
    later(miner, 3, () => {
      miner.makes('PC1');
      miner.proven = 1;
    });
    expect(await miner.run(leaving)).toMatchObject({ ok: false, diagnostic: { code: 'SF630' } });
    expect(miner.restarts).toBe(0);
  });
});

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
    ['worker-1', 'PR2'],
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

  // Deadline 1 opens in 50 epochs, and is computed from 20 before that on.
  it.each([
    [30, 870_000, 0],
    [30, 890_000, 1],
    [10, 290_000, 0],
    [10, 310_000, 1],
  ])(
    'with epochs of %i s and a margin of %i ms meets %i deadlines that are near',
    async (delay, margin, due) => {
      miner = new MinerScene({ detach: true });
      Object.assign(miner, { delay, next: 5 });
      await miner.run({ ...ACTION, margin });
      expect([miner.waits.length, miner.restarts]).toEqual([due, 1 - due]);
    },
  );

  it('does not wait for a worker that was given nothing before', async () => {
    const { workers } = miner.scene.observation.miner;
    const off = new Map([...workers].map(([session, one]) => [session, { ...one, Enabled: false }]));
    miner.scene.changeMiner({ workers: off });
    miner.onRestart = () => {
      miner.unregister('worker-1', 'worker-2');
    };
    expect(await miner.run()).toMatchObject({ ok: true });
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

  it.each<[string, (scene: MinerScene) => boolean, object]>([
    ['once, and goes on', (scene) => scene.scene.passed < 4000, { ok: true }],
    ['for good, and no longer', () => true, { ok: false, diagnostic: { code: 'SF586' } }],
  ])('bears for a while with a node that told what is due and does not %s', async (_, isDown, result) => {
    miner.proven = 0;
    miner.scene.before = (call, nth) => {
      if (call === 'miner jobs' && nth === 2) miner.proven = 1;
      const no = output('sealfarm-proving 1\ninfo 1 =no\nsealfarm-proving end\n');
      miner.proving = miner.proven === 1 && isDown(miner) ? no : undefined;
    };
    expect(await miner.run()).toMatchObject(result);
    expect(miner.restarts).toBe('diagnostic' in result ? 0 : 1);
    expect(miner.scene.events).toContainEqual(
      expect.objectContaining({
        type: 'host-unreached',
        diagnostic: expect.objectContaining({ code: 'SF586' }) as object,
      }),
    );
  });

  it('bears with a host that does not answer for a while, and no longer', async () => {
    miner.proving = failure({ code: 'SF404', severity: 'error', message: 'no route' });
    later(miner, 1, () => undefined);
    expect(await miner.run()).toMatchObject({ ok: false, diagnostic: { code: 'SF404' } });
    expect(miner.scene.passed).toBeGreaterThan(5000);
    expect(miner.restarts).toBe(0);
  });

  it('is not done where another program is on disk once the moment is there', async () => {
    miner.proven = 0;
    later(miner, 3, () => ([miner.proven, miner.program] = [1, '1:9']));
    expect(await miner.run({ ...ACTION, program: '1:2' })).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF601', message: expect.stringMatching(/lotus-miner.*program on disk/) as string },
    });
    expect([miner.restarts, miner.waits.length]).toEqual([0, 3]);
  });

  it('is done where the program on disk is the one that was seen', async () => {
    expect(await miner.run({ ...ACTION, program: '1:2' })).toMatchObject({ ok: true });
    expect(miner.restarts).toBe(1);
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

  it.each([
    ['1.37.0', '1.36.2+mainnet'],
    ['1.36.2', '1.37.0+mainnet'],
  ])('has not come back where it is to be %s, and %s answers', async (version, answers) => {
    miner.onRestart = () => (miner.version = answers);
    const [came, meant] = [answers.replace('+mainnet', ''), version];
    expect(await miner.run({ ...ACTION, version })).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF651',
        message: `lotus-miner was restarted and has come up as ${came}, and the plan goes by ${meant}`,
        help: expect.stringContaining('It runs') as string,
      },
    });
  });

  it.each([['1.37.0+mainnet'], [undefined]])(
    'has come back as 1.37.1 where it is to be %s',
    async (version) => {
      miner.onRestart = () => (miner.version = '1.37.1+mainnet');
      expect(await miner.run({ ...ACTION, ...(version === undefined ? {} : { version }) })).toMatchObject({
        ok: true,
      });
    },
  );

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
