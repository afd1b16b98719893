import { beforeEach, describe, expect, it } from 'vitest';
import { attach, redeclare, switchTasks } from '../../src/apply/live-changes.js';
import type { Result } from '../../src/diagnostic/result.js';
import { success } from '../../src/diagnostic/result.js';
import type { SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import { settingsFrom } from '../../src/lotus/sectorstore.js';
import type { WorkerApi } from '../../src/rpc/worker-api.js';
import { aDiagnostic, idOf } from '../support/observation.js';
import { Scene } from './scene.js';

const TARGET = { host: 'host-1', worker: 'worker-1' };
const PATH = '/mnt/seal-1';
const ID = idOf('host-1', PATH);
const DONE = { ok: true, value: undefined };

let scene: Scene;
let api: WorkerApi;

beforeEach(() => {
  scene = new Scene();
  api = scene.api('worker-1');
});

/** Lotus reports success and does nothing. */
const pretend = (): Promise<Result<undefined>> => Promise.resolve(success(undefined));

describe('a redeclared path', () => {
  const urls = ['http://10.0.0.11:3456/remote'];

  function redeclared(overrides: Partial<SectorStoreSettings> = {}): Promise<Result<undefined>> {
    const settings = { ...settingsFrom({ ...scene.observation.miner.storage.get(ID)?.info }), ...overrides };
    return redeclare(scene.context, TARGET, api, { kind: 'redeclare', path: PATH, id: ID, settings });
  }

  it('has its settings given to the index, and read back; its sectors are not declared anew', async () => {
    expect(await redeclared({ Weight: 5, AllowTo: ['g'] })).toEqual(DONE);
    expect(scene.changes).toEqual([`settings of ${ID}`]);
    const { info } = scene.observation.miner.storage.get(ID) ?? {};
    expect(info).toMatchObject({ Weight: 5, AllowTo: ['g'] });
    expect(info?.URLs).toEqual(urls);
  });

  it('is not in effect while the index shows another setting', async () => {
    scene.context.miner.storageAttach = pretend;
    expect(await redeclared({ Weight: 5, Groups: ['g'] })).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF606',
        message: `worker-1 took the change, but Lotus does not show Weight, Groups of ${PATH} in the miner's index`,
        place: { kind: 'host', ...TARGET },
      },
    });
  });

  it('is declared by its worker to a miner that does not know it, and keeps what cannot be seen for a moment', async () => {
    scene.failing.set(`miner storage ${ID}`, { ...aDiagnostic('sector store not found'), code: 'SF410' });
    scene.before = (call) => {
      if (call.startsWith('worker-1 redeclare')) scene.failing.clear();
    };
    expect(await redeclared()).toEqual(DONE);
    expect(scene.changes).toEqual([`worker-1 redeclare ${ID} drop-missing=false`]);
  });

  it('that the index has forgotten gets what no file has after it is declared anew', async () => {
    scene.failing.set(`miner storage ${ID}`, { ...aDiagnostic('sector store not found'), code: 'SF410' });
    scene.before = (call) => {
      if (call.startsWith('worker-1 redeclare')) scene.failing.clear();
    };
    expect(await redeclared({ AllowTo: ['g', 'of-the-drain'] })).toEqual(DONE);
    expect(scene.observation.miner.storage.get(ID)?.info.AllowTo).toEqual(['g', 'of-the-drain']);
  });

  it.each([`miner storage ${ID}`, `miner stat ${ID}`, `settings of ${ID}`])(
    'fails when the miner does: %s',
    async (call) => {
      scene.failing.set(call, aDiagnostic('no miner'));
      expect(await redeclared({ Weight: 5 })).toMatchObject({ diagnostic: { message: 'no miner' } });
      expect(scene.calls).not.toContain(`worker-1 redeclare ${ID} drop-missing=false`);
    },
  );
});

describe('an attached path', () => {
  it('shows in the list of the worker', async () => {
    expect(await attach(TARGET, api, '/mnt/more')).toEqual(DONE);
    expect(scene.live('worker-1')?.paths.map(({ LocalPath }) => LocalPath)).toEqual([PATH, '/mnt/more']);
  });

  it('shows also with a slash at its end', async () => {
    const paths = () =>
      Promise.resolve(success([{ ID, Weight: 10, LocalPath: '/mnt/more/', CanSeal: true, CanStore: false }]));
    expect(await attach(TARGET, { ...api, paths }, '/mnt/more')).toEqual(DONE);
  });

  it('that does not show is not in effect', async () => {
    expect(await attach(TARGET, { ...api, storageAddLocal: pretend }, '/mnt/more')).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF606',
        message: 'worker-1 took the change, but Lotus does not show /mnt/more being attached',
      },
    });
  });

  it('fails when the worker refuses', async () => {
    scene.failing.set('worker-1 add /mnt/more', aDiagnostic('refused'));
    expect(await attach(TARGET, api, '/mnt/more')).toMatchObject({ diagnostic: { message: 'refused' } });
  });
});

describe('switched tasks', () => {
  it('are on or off then, the others as before', async () => {
    expect(await switchTasks(TARGET, api, ['PC2', 'C2'], true)).toEqual(DONE);
    expect(scene.tasksOf('worker-1')).toEqual(['C2', 'PC1', 'PC2']);
    expect(await switchTasks(TARGET, api, ['PC1'], false)).toEqual(DONE);
    expect(scene.tasksOf('worker-1')).toEqual(['C2', 'PC2']);
  });

  it.each([
    { on: true, api: () => ({ ...api, taskEnable: pretend }), code: 'C2', shows: 'C2 being on' },
    { on: false, api: () => ({ ...api, taskDisable: pretend }), code: 'PC1', shows: 'PC1 being off' },
  ] as const)(
    'that the worker does not show are not in effect: $shows',
    async ({ on, api: deaf, code, shows }) => {
      expect(await switchTasks(TARGET, deaf(), [code], on)).toMatchObject({
        ok: false,
        diagnostic: { code: 'SF606', message: `worker-1 took the change, but Lotus does not show ${shows}` },
      });
    },
  );

  it('end at the first that fails', async () => {
    scene.failing.set('worker-1 enable C2', aDiagnostic('refused'));
    expect(await switchTasks(TARGET, api, ['C2', 'RU'], true)).toMatchObject({
      diagnostic: { message: 'refused' },
    });
    expect(scene.changes).toEqual(['worker-1 enable C2']);
  });
});
