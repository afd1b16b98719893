import { beforeEach, describe, expect, it } from 'vitest';
import { drainWorker, type Drained, type DrainRequest } from '../../src/apply/drain-worker.js';
import type { ApplyContext } from '../../src/apply/context.js';
import { OtherHosts } from '../../src/apply/other-hosts.js';
import { success, type Result } from '../../src/diagnostic/result.js';
import { NO_SESSION, type SectorDecl } from '../../src/lotus/api.js';
import { FILE_TYPES } from '../../src/lotus/file-type.js';
import type { ObservedHost } from '../../src/observed/observed.js';
import {
  aJob,
  aUnit,
  changePath,
  changeProcess,
  drained,
  file,
  idOf,
  inPlace,
  sessionOf,
  stopped,
} from '../support/observation.js';
import { Scene, START } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };
const PATH = '/mnt/seal-1';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
  const intent = { who: 'alice@laptop', when: START };
  scene.observation = drained(scene.observation, 'worker-1', intent);
});

function drain(
  overrides: Partial<DrainRequest> = {},
  context: ApplyContext = scene.context,
): Promise<Result<Drained>> {
  return drainWorker(context, {
    ...TARGET,
    tasks: ['PC1', 'PC2'],
    afterwards: ['PC1', 'PC2'],
    service: scene.layout('worker-1'),
    home: scene.homeOf('host-1'),
    others: new OtherHosts(scene.context),
    until: 'empty',
    stop: true,
    stopLate: false,
    ...overrides,
  });
}

/** Sectors with files on worker-1's path, in this state. */
function hold(state: string, ...numbers: readonly number[]): void {
  const types = FILE_TYPES.sealed | FILE_TYPES.cache;
  const held = numbers.map((Number): SectorDecl => ({ Miner: 1000, Number, SectorFileType: types }));
  scene.changeMiner({ sectors: new Map([[idOf('host-1', PATH), held]]) });
  for (const number of numbers) scene.states.set(`s-t01000-${number}`, state);
}

function events(): readonly unknown[] {
  return scene.events.map((event) => (event.type === 'drain-progress' ? event.verdict : event.type));
}

describe('a drain', () => {
  it('switches the intake off, leaves on what its sectors need, waits for them and stops the worker', async () => {
    // PC2 is bound to groups: worker-2 may not fetch, so the sector must be done here.
    const info = scene.observation.miner.storage.get(idOf('host-1', PATH));
    if (info === undefined) throw new Error('no path');
    const bound = { ...info, info: { ...info.info, AllowTo: ['here'] } };
    scene.changeMiner({
      storage: new Map([...scene.observation.miner.storage, [idOf('host-1', PATH), bound]]),
    });
    hold('PreCommit2', 7);
    scene.before = (call) => {
      if (call === 'sleep 1500') hold('PreCommit2');
    };
    expect(await drain()).toEqual({ ok: true, value: { left: [] } });
    expect(scene.calls.filter((call) => call !== 'host-1 note')).toEqual([
      'look host-1 host-2', 'look host-1', 'worker-1 disable PC1', 'sleep 1000',
      'look host-1', 'sleep 1500',
      'look host-1', 'worker-1 disable PC2', 'sleep 2000',
      'look host-1', 'look host-1 host-2', 'look host-1', 'miner sectors', 'miner workers', 'miner jobs',
      'host-1 lock', 'look host-1 host-2', 'look host-1',
      'host-1 look at lock', 'miner sectors', 'miner workers', 'miner jobs',
      'worker-1 detach-all', 'miner workers', 'miner jobs',
      'host-1 look at lock', 'host-1 stop worker-1',
      'host-1 forget worker-1', 'host-1 unlock', 'host-1 journal',
    ]); // prettier-ignore
    expect(events()).toEqual([
      'drain-started',
      'working',
      'working',
      'working',
      'done',
      'done',
      'drain-ended',
    ]);
    expect(scene.events.at(-1)).toEqual({ type: 'drain-ended', ...TARGET, stopped: true, left: [] });
    const head = { who: 'alice@laptop', run: 'run-1', command: 'apply' };
    expect(scene.notes).toEqual([
      { at: START, ...head, step: 'worker-1/drain', outcome: 'begun' },
      { at: START, ...head, step: 'worker-1/drain', outcome: 'waiting', why: 'for s-t01000-7 in PreCommit2' },
    ]);
    expect(scene.journal).toEqual([
      { at: '2026-01-02T03:04:09.500Z', ...head, step: 'worker-1/drain', outcome: 'done' },
    ]);
  });

  it('stops a worker by the manager that keeps it, and leaves nothing of it there', async () => {
    scene.change('worker-1', changeProcess((process) => ({ ...process, manager: 'systemd' }))); // prettier-ignore
    expect((await drain()).ok).toBe(true);
    expect(scene.changes.slice(-6)).toEqual([
      'worker-1 detach-all',
      'host-1 systemd stop worker-1',
      'host-1 systemd remove worker-1',
      'host-1 forget worker-1',
      'host-1 unlock',
      'host-1 journal',
    ]);
  });

  it('ends a unit between two tries, which would come back', async () => {
    scene.change('worker-1', (before) => ({ ...stopped(before), unit: aUnit() }));
    scene.changeMiner({ workers: new Map() });
    expect((await drain()).ok).toBe(true);
    expect(scene.changes).toContain('host-1 systemd stop worker-1');
  });

  it('never says stopped of a worker that answers although sealfarm did not start it', async () => {
    scene.change('worker-1', (before) => ({ ...stopped(before), startedElsewhere: true }));
    expect(await drain()).toMatchObject({ ok: false, diagnostic: { code: 'SF514', place: TARGET } });
    expect(scene.changes).toEqual(['host-1 journal']);
    expect(events()).toEqual(['drain-started']);
  });

  it('never says stopped of a worker that the miner gives work while nothing is seen of it', async () => {
    scene.change('worker-1', stopped);
    expect(await drain()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF514',
        message: 'the miner gives worker-1 work, but nothing that sealfarm started runs for it on host-1',
      },
    });
    expect(new Set(events())).toEqual(new Set(['drain-started', 'never']));
    // As long as the miner may list one that has ended.
    expect(scene.passed).toBeGreaterThan(60_000);
    expect(scene.changes).toEqual(['host-1 journal']);
  });

  it('says which sector is in which state', async () => {
    hold('WaitSeed', 7);
    await drain({ deadline: 0 });
    expect(scene.events[1]).toMatchObject({
      type: 'drain-progress',
      ...TARGET,
      verdict: 'never',
      blockers: [{ kind: 'stranded', sector: { sector: 's-t01000-7', state: 'WaitSeed' }, task: 'C2' }],
    });
  });

  it('leaves the worker running where that is wanted', async () => {
    expect(await drain({ stop: false })).toEqual({ ok: true, value: { left: [] } });
    expect(scene.changes).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2', 'host-1 journal']);
    expect(scene.events.at(-1)).toEqual({ type: 'drain-ended', ...TARGET, stopped: false, left: [] });
    // It waited for nothing.
    expect(scene.notes).toMatchObject([{ outcome: 'begun' }]);
  });

  it('until quiet waits for jobs alone, stops it with its sectors and says which', async () => {
    hold('CommitWait', 7, 8);
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 9)]]]) });
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 3) scene.changeMiner({ jobs: new Map() });
    };
    const left = ['s-t01000-7', 's-t01000-8'];
    expect(await drain({ until: 'quiet' })).toEqual({ ok: true, value: { left } });
    expect(scene.events.at(-1)).toEqual({ type: 'drain-ended', ...TARGET, stopped: true, left });
    expect(scene.changes).toEqual([
      'worker-1 disable PC1', 'worker-1 disable PC2', 'host-1 lock', 'worker-1 detach-all',
      'host-1 stop worker-1', 'host-1 forget worker-1', 'host-1 unlock', 'host-1 journal',
    ]); // prettier-ignore
  });

  it('until quiet does not wait for ever for a sector that stays in FinalizeSector', async () => {
    hold('FinalizeSector', 7);
    scene.before = (call, nth) => {
      if (call === 'host-1 lock' && nth > 2) scene.interrupt.abort();
    };
    expect(await drain({ until: 'quiet' })).toMatchObject({ ok: true });
    expect(scene.changes).toContain('host-1 stop worker-1');
    expect(scene.passed).toBeGreaterThanOrEqual(2000);
    expect(scene.passed).toBeLessThan(12_000);
  });

  it.each(['quiet', 'empty'] as const)('until %s ends when it is taken back', async (until) => {
    hold('WaitSeed', 7);
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 3) scene.observation = inPlace(scene.farm);
    };
    expect(await drain({ until })).toMatchObject({ diagnostic: { code: 'SF616' } });
  });

  it('is stopped late with its sectors once its jobs have ended, however long they take', async () => {
    hold('CommitWait', 7);
    const jobs = new Map([[sessionOf('worker-1'), [aJob('PC1', 9)]]]);
    scene.changeMiner({ jobs });
    scene.before = () => {
      if (scene.passed > 60_000) scene.changeMiner({ jobs: new Map() });
    };
    expect(await drain({ deadline: 5000, stopLate: true })).toEqual({
      ok: true,
      value: { left: ['s-t01000-7'] },
    });
    expect(scene.passed).toBeGreaterThan(60_000);
    expect(scene.calls).toContain('host-1 stop worker-1');
    const goals = scene.events.flatMap((event) => (event.type === 'drain-progress' ? event.goal : []));
    expect(new Set(goals)).toEqual(new Set(['empty', 'quiet']));
  });

  it('stopped late waits for no proof that is due, only for what it computes', async () => {
    const due = { index: 7, isOpen: true };
    scene.changeLive('worker-1', () => ({ tasks: new Set(['WDP']) }));
    const proofDue: ApplyContext['proofDue'] = () =>
      Promise.resolve(success(scene.passed < 60_000 ? due : undefined));
    const context = { ...scene.context, proofDue };
    expect(await drain({ deadline: 5000 }, context)).toMatchObject({ diagnostic: { code: 'SF610' } });
    expect(await drain({ deadline: 5000, stopLate: true }, context)).toMatchObject({ ok: true });
    expect(scene.calls).toContain('host-1 stop worker-1');
    expect(scene.passed).toBeLessThan(60_000);
  });

  describe('that nobody waits for', () => {
    beforeEach(() => {
      const { observation } = scene;
      scene = new Scene(scene.farm, { detach: true });
      scene.observation = observation;
    });

    it('has its intake switched off and goes on by itself', async () => {
      hold('CommitWait', 7);
      expect(await drain()).toMatchObject({
        diagnostic: {
          code: 'SF630',
          message: 'worker-1 is not empty yet; still there: s-t01000-7 in CommitWait',
          help: 'It takes no new work. Run the same command again later: it goes on from here.',
        },
      });
      expect(scene.changes).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2']);
      expect(scene.notes).toMatchObject([{ outcome: 'begun' }, { outcome: 'waiting' }]);
      expect(scene.journal).toEqual([]);
    });

    it('is stopped where it is empty already', async () => {
      expect(await drain()).toEqual({ ok: true, value: { left: [] } });
      expect(scene.calls).toContain('host-1 stop worker-1');
    });

    it('is waited for until it is sure that it can never end', async () => {
      hold('Committing', 7);
      scene.changeMiner({ workers: new Map([...scene.observation.miner.workers].slice(0, 1)) });
      expect(await drain({ tasks: ['PC1', 'PC2'] })).toMatchObject({ diagnostic: { code: 'SF612' } });
    });
  });

  describe('of a worker that does not run and has a sector', () => {
    /** As it is when it runs. */
    let running: Scene['observation'];

    beforeEach(() => {
      running = scene.observation;
      scene.change('worker-1', (worker) =>
        stopped(changePath(PATH, { entries: ['sealed/s-t01000-7'] })(worker)),
      );
      scene.changeMiner({ storage: new Map(), workers: new Map() });
    });

    /** When it is started, with its tasks off. */
    function comesUp(): void {
      scene.before = (call) => {
        if (call !== 'host-1 start worker-1') return;
        scene.observation = running;
        scene.changeLive('worker-1', () => ({ tasks: new Set() }));
      };
    }

    it('starts it with its tasks off, so that what lies there goes on', async () => {
      comesUp();
      expect(await drain()).toEqual({ ok: true, value: { left: [] } });
      expect(scene.changes.slice(0, 4)).toEqual([
        'host-1 lock',
        'host-1 start worker-1',
        'host-1 journal',
        'host-1 unlock',
      ]);
      expect(scene.changes).toContain('host-1 stop worker-1');
      expect(scene.journal).toContainEqual(
        expect.objectContaining({ step: 'worker-1/start', outcome: 'done' }),
      );
    });

    it.each([
      ['somebody has taken the drain back meanwhile', () => (scene.observation = inPlace(scene.farm))],
      [
        'somebody has stopped it with its sectors on purpose',
        () => {
          const intent = { who: 'bob@desk', when: START, until: 'quiet' } as const;
          scene.observation = drained(scene.observation, 'worker-1', intent);
        },
      ],
    ])('leaves it where %s', async (_, change) => {
      scene.before = (call) => {
        if (call === 'host-1 lock') change();
      };
      expect((await drain()).ok).toBe(false);
      expect(scene.calls).toContain('host-1 lock');
      expect(scene.calls).not.toContain('host-1 start worker-1');
    });

    it('gives up when its deadline is over, of which the start took its part', async () => {
      comesUp();
      const start = scene.before;
      scene.before = (call, nth) => {
        start(call, nth);
        if (call === 'host-1 start worker-1') hold('FinalizeSector', 7);
      };
      expect(await drain({ deadline: 20_000 })).toMatchObject({ diagnostic: { code: 'SF610' } });
      expect(scene.calls).toContain('host-1 start worker-1');
      // One wait between two looks more at most.
      expect(scene.passed).toBeLessThanOrEqual(20_000 + scene.context.times.longestPoll);
    });

    it('does so once: one that does not come up is for a person to look at', async () => {
      expect(await drain()).toMatchObject({ diagnostic: { code: 'SF603' } });
      expect(scene.calls.filter((call) => call === 'host-1 start worker-1')).toHaveLength(1);
      expect(scene.calls).not.toContain('host-1 stop worker-1');
    });

    it('starts it for a job that nobody but its next start returns', async () => {
      const job = { ...aJob('C2', 9), RunWait: -1, Hostname: 'worker-1' };
      scene.change('worker-1', changePath(PATH, { entries: [] }));
      scene.changeMiner({ jobs: new Map([['00000000-0000-0000-0000-000000000000', [job]]]) });
      comesUp();
      expect(await drain()).toEqual({ ok: true, value: { left: [] } });
      expect(scene.changes.slice(0, 4)).toEqual([
        'host-1 lock',
        'host-1 start worker-1',
        'host-1 journal',
        'host-1 unlock',
      ]);
    });

    it('ends it by itself once what lay there is gone', async () => {
      scene.before = (call, nth) => {
        if (call === 'look host-1' && nth === 2) scene.change('worker-1', changePath(PATH, { entries: [] }));
      };
      expect((await drain()).ok).toBe(true);
      expect(scene.calls).not.toContain('host-1 start worker-1');
    });
  });

  it('is put off by a job that shows at the last question', async () => {
    const jobs = (...list: ReturnType<typeof aJob>[]): void => {
      scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), list]]) });
    };
    scene.before = (call, nth) => {
      if (call === 'miner jobs') jobs(...(nth === 1 ? [aJob('FIN', 7)] : []));
      if (call === 'sleep 2000') jobs();
    };
    expect((await drain()).ok).toBe(true);
    expect(scene.calls.filter((call) => call === 'miner jobs')).toHaveLength(4);
    expect(scene.calls.indexOf('sleep 2000')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
  });

  it('is put off by a sector that shows at the last question', async () => {
    scene.before = (call, nth) => {
      if (call === 'miner sectors' && nth === 1) hold('FinalizeSector', 7);
      if (call === 'sleep 2000') scene.changeMiner({ sectors: new Map() });
    };
    expect(await drain()).toEqual({ ok: true, value: { left: [] } });
    expect(scene.calls.indexOf('sleep 2000')).toBeGreaterThan(0);
    expect(scene.calls.indexOf('sleep 2000')).toBeLessThan(scene.calls.indexOf('worker-1 detach-all'));
  });

  it('leaves behind what nobody needs any more, and says nothing of it', async () => {
    hold('Removed', 7);
    expect(await drain()).toEqual({ ok: true, value: { left: [] } });
    expect(scene.changes).toContain('host-1 stop worker-1');
  });

  it.each<[state: string, types: number, help: string]>([
    ['WaitDeals', FILE_TYPES.unsealed, 'lotus-miner sectors seal NUMBER'],
    ['FinalizeSector', FILE_TYPES.sealed | FILE_TYPES.cache, '`store: true`'],
    ['Committing', FILE_TYPES.sealed | FILE_TYPES.cache, 'Give another worker C2. Then'],
    ['PreCommit2', FILE_TYPES.sealed | FILE_TYPES.cache, 'Give another worker PC2 and a group'],
    ['FailedUnrecoverable', FILE_TYPES.sealed | FILE_TYPES.cache, 'lotus-miner storage find NUMBER'],
  ])('of a sector in %s that has nobody says what would help', async (state, types, help) => {
    hold(state, 7);
    const sectors = new Map([[idOf('host-1', PATH), [{ Miner: 1000, Number: 7, SectorFileType: types }]]]);
    const workers = new Map([...scene.observation.miner.workers].slice(0, 1));
    const storage = new Map([...scene.observation.miner.storage].filter(([id]) => id !== 'long-term'));
    scene.changeMiner({ sectors, workers, storage });
    expect(await drain({ tasks: ['PC1'] })).toMatchObject({
      diagnostic: { code: 'SF612', help: expect.stringContaining(help) as string },
    });
  });

  it('says of what is finished and left there that no other worker would change it', async () => {
    hold('Proving', 7);
    const { ok: _, ...ended } = await drain();
    expect(ended).toMatchObject({
      diagnostic: {
        message: 'worker-1 can never get empty: s-t01000-7 is finished and lies there for good',
        help: expect.stringContaining('storage find') as string,
      },
    });
  });

  it('gives up when it was seen three times in a row that it can never end', async () => {
    hold('WaitSeed', 7);
    expect(await drain()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF612',
        message: 'worker-1 can never get empty: s-t01000-7 needs C2, which no other worker takes',
        place: { kind: 'host', ...TARGET },
      },
    });
    expect(events()).toEqual(['drain-started', 'never', 'never', 'never']);
    expect(scene.changes).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2', 'host-1 journal']);
    expect(scene.journal).toMatchObject([
      {
        step: 'worker-1/drain',
        outcome: 'failed',
        why: expect.stringContaining('never get empty') as string,
      },
    ]);
  });

  it('goes on when it looked only twice as if it could never end', async () => {
    hold('WaitSeed', 7);
    scene.before = (call, nth) => {
      // Two looks, then one that sees it go on, then two more.
      if (call === 'look host-1' && nth === 3) scene.states.set('s-t01000-7', 'FinalizeSector');
      if (call === 'look host-1' && nth === 4) scene.states.set('s-t01000-7', 'WaitSeed');
      if (call === 'look host-1' && nth === 6) hold('Proving');
    };
    expect((await drain()).ok).toBe(true);
    expect(events()).toEqual([
      'drain-started', 'never', 'never', 'working', 'never', 'never', 'done', 'drain-ended',
    ]); // prettier-ignore
  });

  it('gives up after its deadline; the worker goes on as it is', async () => {
    hold('FinalizeSector', 7, 8);
    expect(await drain({ deadline: 5000 })).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF610',
        message:
          'worker-1 is not empty in time; still there: s-t01000-7 in FinalizeSector, s-t01000-8 in FinalizeSector',
      },
    });
    expect(scene.passed).toBeGreaterThan(5000);
    expect(scene.changes).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2', 'host-1 journal']);
    expect(scene.events.map(({ type }) => type)).not.toContain('drain-ended');
  });

  it('waits as long as it takes without a deadline', async () => {
    hold('FinalizeSector', 7);
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 300) hold('Proving');
    };
    expect((await drain()).ok).toBe(true);
    expect(scene.passed).toBeGreaterThan(590_000);
  });

  it('ends when it is interrupted', async () => {
    hold('FinalizeSector', 7);
    scene.before = (call) => {
      if (call === 'sleep 1500') scene.interrupt.abort();
    };
    expect(await drain()).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
    expect(scene.changes).toEqual(['worker-1 disable PC1', 'worker-1 disable PC2', 'host-1 journal']);
    expect(scene.journal).toMatchObject([{ outcome: 'failed' }]);
  });

  it('of a stopped worker is put off by a job that the miner waits for after all', async () => {
    scene.change('worker-1', stopped);
    scene.changeMiner({ workers: new Map() });
    scene.before = (call, nth) => {
      const left = aJob('PC1', 7, { RunWait: -1, Hostname: 'worker-1' });
      if (call === 'miner jobs' && nth === 2) scene.changeMiner({ jobs: new Map([[NO_SESSION, [left]]]) });
      if (call.startsWith('sleep')) scene.interrupt.abort();
    };
    expect(await drain()).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
    expect(scene.changes.join()).not.toContain('stop worker-1');
  });

  it('of a stopped worker that holds nothing ends at once', async () => {
    scene.change('worker-1', stopped);
    scene.changeMiner({ workers: new Map() });
    expect((await drain()).ok).toBe(true);
    expect(scene.changes).toEqual([
      'host-1 lock', 'host-1 stop worker-1', 'host-1 forget worker-1', 'host-1 unlock', 'host-1 journal',
    ]); // prettier-ignore
    expect(scene.passed).toBe(0);
    expect(scene.journal).toMatchObject([{ at: START, outcome: 'done' }]);
  });

  it('fails when the worker cannot be stopped, and writes it down', async () => {
    scene.outputs.set('host-1 stop worker-1', { status: 1 });
    expect(await drain()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF605', message: 'cannot stop worker-1 on host-1: status 1' },
    });
    expect(scene.journal).toMatchObject([{ outcome: 'failed' }]);
    expect(scene.events.map(({ type }) => type)).not.toContain('drain-ended');
  });

  it('gives its paths back to one that cannot be stopped, each once in storage.json', async () => {
    scene.outputs.set('host-1 stop worker-1', { status: 1 });
    scene.before = (call) => {
      if (call !== `worker-1 add ${PATH}`) return;
      const StoragePaths = [{ Path: PATH }, { Path: PATH }];
      const storageJson = file(JSON.stringify({ StoragePaths }));
      scene.change('worker-1', (before) => ({ ...before, storageJson }));
    };
    expect((await drain()).ok).toBe(false);
    expect(scene.changes.slice(-4)).toEqual([
      `worker-1 add ${PATH}`, `host-1 script ${scene.layout('worker-1').storageJson}`, 'host-1 unlock', 'host-1 journal',
    ]); // prettier-ignore
    expect(scene.tasksOf('worker-1')).toEqual([]);
  });
});

describe('the stop of an empty worker', () => {
  const BUSY = { status: 4, stdout: `boot 60\n{"who":"bob@desk","since":"${START}","why":"apply"}\n` };

  it('waits for the lock, and for work that came meanwhile with the lock given back', async () => {
    scene.outputs.set('host-1 lock', BUSY);
    scene.before = (call) => {
      if (!call.startsWith('sleep') || !scene.calls.includes('host-1 lock')) return;
      if (scene.outputs.delete('host-1 lock')) hold('PreCommit1', 7);
      else if (scene.calls.includes('host-1 unlock')) hold('PreCommit1');
    };
    expect((await drain()).ok).toBe(true);
    expect(scene.changes.filter((call) => call.startsWith('host-1'))).toEqual([
      'host-1 lock', 'host-1 lock', 'host-1 unlock', 'host-1 lock',
      'host-1 stop worker-1', 'host-1 forget worker-1', 'host-1 unlock', 'host-1 journal',
    ]); // prettier-ignore
    expect(scene.events).toContainEqual({
      type: 'lock-waiting',
      host: 'host-1',
      holder: 'bob@desk since 1 min (apply)',
    });
  });

  it('is not made where somebody took the drain back while it waited for the lock', async () => {
    scene.outputs.set('host-1 lock', BUSY);
    scene.before = (call) => {
      if (call.startsWith('sleep') && scene.outputs.delete('host-1 lock')) takeBack();
    };
    expect(await drain()).toMatchObject({ ok: false, diagnostic: { code: 'SF616' } });
    expect(scene.changes.slice(-2)).toEqual(['worker-1 enable PC2', 'host-1 journal']);
    expect(scene.calls).not.toContain('host-1 stop worker-1');
  });
});

describe('a drain that was taken back', () => {
  it('is not one of which the host does not tell', async () => {
    const { manifest: _, ...rest } = host();
    scene.observation = { ...scene.observation, hosts: new Map([['host-1', rest]]) };
    expect((await drain()).ok).toBe(true);
  });

  it('ends, and leaves the worker as it is', async () => {
    hold('WaitSeed', 7);
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 3) takeBack();
    };
    expect(await drain()).toMatchObject({ ok: false, diagnostic: { code: 'SF616' } });
    expect(scene.changes).not.toContain('worker-1 detach-all');
    expect(scene.calls).not.toContain('host-1 stop worker-1');
  });
});

function takeBack(): void {
  const { manifest, ...rest } = host();
  if (manifest === undefined) throw new Error('no manifest');
  const resumed = { ...rest, manifest: { ...manifest, intents: {} } };
  scene.observation = { ...scene.observation, hosts: new Map([['host-1', { ...host(), ...resumed }]]) };
}

function host(): ObservedHost {
  const found = scene.observation.hosts.get('host-1');
  if (found?.reached !== true) throw new Error('host-1 is not there');
  return found;
}
