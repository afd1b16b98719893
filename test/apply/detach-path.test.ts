import { beforeEach, describe, expect, it } from 'vitest';
import { detachPath } from '../../src/apply/detach-path.js';
import { success, type Result } from '../../src/diagnostic/result.js';
import type { WorkerApi } from '../../src/rpc/worker-api.js';
import { ABSENT, aDiagnostic, aJob, changePath, idOf, sessionOf } from '../support/observation.js';
import { Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };
const PATH = '/mnt/seal-1';
const ID = idOf('host-1', PATH);
const ACTION = { kind: 'detach', path: PATH, id: ID, tasks: ['PC1', 'PC2'] } as const;
const DONE = { ok: true, value: undefined };
const OFF = ['worker-1 disable PC1', 'worker-1 disable PC2'];
const ON = ['worker-1 enable PC1', 'worker-1 enable PC2'];

let scene: Scene;
let waited: number;

beforeEach(() => {
  scene = new Scene();
  waited = 0;
});

function detach(api: WorkerApi = scene.api('worker-1')): Promise<Result<undefined>> {
  return detachPath(scene.context, TARGET, api, ACTION, (blockers) => {
    waited += blockers.length;
  });
}

function hold(...numbers: readonly number[]): void {
  const sectors = numbers.map((Number) => ({ Miner: 1000, Number, SectorFileType: 2 }));
  scene.changeMiner({ sectors: new Map([[ID, sectors]]) });
}

describe('a path that is taken away', () => {
  it('is detached while the worker is quiet, which then takes its tasks again', async () => {
    expect(await detach()).toEqual(DONE);
    expect(scene.changes).toEqual([...OFF, `worker-1 detach ${PATH}`, ...ON]);
  });

  it('stays where a job came while the host was looked at, which may bring a sector there', async () => {
    scene.before = (call) => {
      if (call === 'look host-1' && scene.calls.includes('miner jobs'))
        scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('GET', 7)]]]) });
    };
    expect(await detach()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF607', message: expect.stringContaining('a job came to worker-1') as string },
    });
    expect(scene.changes).toEqual([...OFF, ...ON]);
  });

  it('is left to a run that finds the worker quiet, when nobody waits; it goes on working', async () => {
    scene = new Scene(undefined, { detach: true });
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    expect(await detach()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF630', help: expect.stringContaining('It takes work again') as string },
    });
    expect(scene.changes).toEqual([...OFF, ...ON]);
  });

  describe('of a worker that cannot be told to take its tasks again', () => {
    beforeEach(() => {
      scene.before = (call) => {
        if (call === OFF[1]) for (const on of ON) scene.failing.set(on, aDiagnostic('refused'));
      };
    });

    it('is a failure, though it is detached', async () => {
      expect(await detach()).toMatchObject({
        ok: false,
        diagnostic: {
          code: 'SF606',
          message: `${PATH} is detached, but worker-1 has not taken its tasks again`,
          help: expect.stringContaining('apply again') as string,
        },
      });
      expect(scene.changes).toContain(`worker-1 detach ${PATH}`);
    });

    it.each([
      ['where it stays attached', false, 'SF607'],
      ['where nobody waits', true, 'SF630'],
    ] as const)('is told of %s', async (_, nobodyWaits, code) => {
      const { before } = scene;
      scene = new Scene(undefined, { detach: nobodyWaits });
      scene.before = before;
      hold(7);
      if (nobodyWaits) scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
      const result = await detach();
      expect(result).toMatchObject({ ok: false, diagnostic: { code } });
      const help = result.ok ? '' : result.diagnostic.help;
      expect(help).toContain('The tasks of worker-1 may be off still: apply again');
      expect(help).not.toContain('It takes work again');
    });
  });

  it('waits for a job, whose output is in no index before it ends', async () => {
    scene.changeMiner({ jobs: new Map([[sessionOf('worker-1'), [aJob('PC1', 7)]]]) });
    scene.before = (call, nth) => {
      if (call === 'look host-1' && nth === 4) scene.changeMiner({ jobs: new Map() });
    };
    expect(await detach()).toEqual(DONE);
    expect(waited).toBeGreaterThanOrEqual(3);
    expect(scene.calls.indexOf(`worker-1 detach ${PATH}`)).toBeGreaterThan(
      scene.calls.findIndex((call, index) => call === 'look host-1' && index > 0),
    );
  });

  it.each([
    [
      'in the index',
      (): void => {
        hold(7, 8, 9, 10);
      },
      's-t01000-7, s-t01000-8, s-t01000-9',
    ],
    [
      'in its folders alone',
      (): void => {
        scene.change('worker-1', changePath(PATH, { entries: ['cache/s-t01000-4'] }));
      },
      'cache/s-t01000-4',
    ],
  ])('stays attached when a sector is %s', async (_, put, names) => {
    put();
    expect(await detach()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF607',
        message: `${PATH} holds sectors again (${names}): it stays attached`,
        place: { kind: 'host', ...TARGET, path: PATH },
      },
    });
    expect(scene.changes).toEqual([...OFF, ...ON]);
  });

  it.each([
    ['is not there', { exists: false, sectorStore: ABSENT }, 'it is not there'],
    ['is a bare mount point', { sectorStore: ABSENT }, 'it has no sectorstore.json'],
  ])('stays attached when it %s: nobody can tell what lies on it', async (_, seen, why) => {
    scene.change('worker-1', changePath(PATH, seen));
    expect(await detach()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF607',
        message: `nobody can tell what lies on ${PATH}, ${why}: it stays attached`,
      },
    });
    expect(scene.changes).toEqual([...OFF, ...ON]);
  });

  it('stays attached when a second URL in the index is all that speaks for another server', async () => {
    hold(7);
    const before = scene.observation.miner.storage.get(ID);
    if (before === undefined) throw new Error('not in the index');
    const info = { ...before.info, URLs: ['http://now', 'http://gone'] };
    scene.changeMiner({ storage: new Map([[ID, { ...before, info }]]) });
    expect(await detach()).toMatchObject({ diagnostic: { code: 'SF607' } });
  });

  it('stays attached when the miner cannot say what it holds', async () => {
    scene.before = (call, nth) => {
      // The first time it is asked whether the worker is quiet.
      if (call === 'miner sectors' && nth === 2) scene.failing.set(call, aDiagnostic('no miner'));
    };
    expect(await detach()).toMatchObject({ diagnostic: { message: 'no miner' } });
    expect(scene.changes).toEqual([...OFF, ...ON]);
  });

  it('that still shows is not in effect', async () => {
    const storageDetachLocal = (): Promise<Result<undefined>> => Promise.resolve(success(undefined));
    expect(await detach({ ...scene.api('worker-1'), storageDetachLocal })).toMatchObject({
      diagnostic: { code: 'SF606' },
    });
  });
});
