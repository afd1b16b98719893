import { describe, expect, it } from 'vitest';
import { storageSettings } from '../../src/desired/desire.js';
import { newSectorStore } from '../../src/lotus/sectorstore.js';
import type { ObservedStorage, ObservedWorker } from '../../src/observed/observed.js';
import { aStorage, farmOf } from '../support/farm.js';
import {
  ABSENT,
  changeLive,
  changeMiner,
  changePath,
  changeWorker,
  file,
  idOf,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, FARM, LIST, only, OTHER, plan, PLACED, SEAL, summary } from '../support/plan.js';

describe("the worker's list of paths", () => {
  const TWO = farmOf({ storage: [aStorage(), aStorage({ path: OTHER })] });
  const ONE_LISTED = file(`{"StoragePaths":[{"Path":"${SEAL}"}]}`);

  it('is put right while the worker is stopped', () => {
    const seen = changeWorker(inPlace(TWO), 'worker-1', (worker) => ({
      ...stopped(worker),
      storageJson: ONE_LISTED,
    }));
    const made = plan(TWO, seen);
    expect(summary(made)).toEqual([`write-file ${LIST}: none, config-changed`, 'start: none, not-running']);
    expect(only(made, 'write-file').changes).toEqual([
      { field: 'StoragePaths', before: SEAL, after: `${SEAL}, ${OTHER}` },
    ]);
  });

  it('is left to Lotus while it runs: a new path is attached', () => {
    const seen = changeWorker(
      PLACED,
      'worker-1',
      changePath(OTHER, {
        sectorStore: file(newSectorStore(idOf('host-1', OTHER), storageSettings(aStorage()))),
      }),
    );
    expect(summary(plan(TWO, seen))).toEqual([`attach ${OTHER}: live, new`]);
  });

  it('says what is attached before Lotus adds to it', () => {
    const seen = changeWorker(PLACED, 'worker-1', (worker) =>
      changePath(OTHER, {})({ ...worker, storageJson: ABSENT }),
    );
    expect(summary(plan(TWO, seen))).toEqual([
      `write-file ${LIST}: none, new`,
      `create-sectorstore ${OTHER}: none, new`,
      `attach ${OTHER}: live, new`,
    ]);
  });

  it('loses an empty path that is not declared any more: detached while the worker runs', () => {
    const made = plan(FARM, inPlace(TWO));
    expect(summary(made)).toEqual([`detach ${OTHER}: empty, config-changed`]);
    expect(only(made, 'detach').action).toMatchObject({ id: idOf('host-1', OTHER) });
  });

  it('loses it by a written list while the worker is stopped', () => {
    expect(summary(plan(FARM, changeWorker(inPlace(TWO), 'worker-1', stopped)))).toEqual([
      `write-file ${LIST}: none, config-changed`,
      'start: none, not-running',
    ]);
  });

  it('is put right for a worker that does not answer, which may not have read it yet', () => {
    const seen = changeWorker(
      inPlace(TWO),
      'worker-1',
      changeLive(() => unreached()),
    );
    expect(summary(plan(FARM, seen))).toEqual([`write-file ${LIST}: none, config-changed`]);
  });

  const sectors = [7, 8, 9, 10].map((Number) => ({ Miner: 1000, Number, SectorFileType: 2 }));
  const holding = changeMiner(inPlace(TWO), { sectors: new Map([[idOf('host-1', OTHER), sectors]]) });

  it('keeps a path that holds sectors: SF506', () => {
    const made = plan(FARM, holding);
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics).toMatchObject([
      { code: 'SF506', severity: 'error', place: { worker: 'worker-1', path: OTHER } },
    ]);
    expect(made.diagnostics[0]?.message).toContain('4 sectors (s-t01000-7, s-t01000-8, s-t01000-9, …)');
  });

  it('keeps a path with files that the index does not know yet', () => {
    const seen = changeWorker(
      inPlace(TWO),
      'worker-1',
      changePath(OTHER, { entries: ['sealed/s-t01000-7'] }),
    );
    expect(codes(plan(FARM, seen))).toEqual(['SF506 error']);
    expect(summary(plan(FARM, seen))).toEqual([]);
  });

  it('keeps a full path although the index names a second server, which may be gone for long', () => {
    const storage = new Map(holding.miner.storage);
    const entry = storage.get(idOf('host-1', OTHER));
    if (entry === undefined) throw new Error('not indexed');
    storage.set(entry.info.ID, {
      ...entry,
      info: { ...entry.info, URLs: ['http://a/remote', 'http://b/remote'] },
    });
    const seen = changeWorker(
      changeMiner(holding, { storage }),
      'worker-1',
      changePath(OTHER, { entries: ['sealed/s-t01000-7'] }),
    );
    expect(summary(plan(FARM, seen))).toEqual([]);
    expect(plan(FARM, seen).diagnostics.map(({ code }) => code)).toEqual(['SF506']);
  });

  it.each([
    ['stopped', stopped],
    ['running without it', changeLive((live) => ({ ...live, paths: live.paths.slice(0, 1) }))],
  ])('keeps a listed path with files while the worker is %s: SF506, and no start', (_, change) => {
    const seen = changeWorker(inPlace(TWO), 'worker-1', (worker) =>
      changePath(OTHER, { entries: ['sealed/s-t01000-7'] })(change(worker)),
    );
    const made = plan(FARM, seen);
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics).toMatchObject([{ code: 'SF506', place: { path: OTHER } }]);
  });

  const GONE = { exists: false, sectorStore: ABSENT, entries: [] };
  const UNMOUNTED = { onRootFileSystem: true, sectorStore: ABSENT, entries: [] };
  it.each<[string, string, Partial<ObservedStorage>, (worker: ObservedWorker) => ObservedWorker]>([
    ['is not there', 'does not answer', GONE, changeLive(() => unreached())],
    ['is not there', 'is stopped', GONE, stopped],
    ['is not there', 'answers and has it attached', GONE, (worker) => worker],
    ['is a bare mount point', 'does not answer', UNMOUNTED, changeLive(() => unreached())],
    ['is a bare mount point', 'answers and has it attached', UNMOUNTED, (worker) => worker],
    [
      'is a bare mount point',
      'answers and has it not',
      UNMOUNTED,
      changeLive((live) => ({ ...live, paths: live.paths.slice(0, 1) })),
    ],
    [
      'has a file that cannot be read',
      'answers and has it attached',
      { sectorStore: { state: 'unreadable', why: 'permission denied' } },
      (worker) => worker,
    ],
    ['has a broken file', 'is stopped', { sectorStore: file('{"ID":') }, stopped],
  ])('keeps a path that %s while the worker %s: nobody can tell what lies on it', (_, __, seen, change) => {
    const made = plan(
      FARM,
      changeWorker(inPlace(TWO), 'worker-1', (worker) => changePath(OTHER, seen)(change(worker))),
    );
    expect(summary(made)).toEqual([]);
    expect(made.diagnostics.filter(({ code }) => code === 'SF506')).toMatchObject([
      { severity: 'error', place: { worker: 'worker-1', path: OTHER } },
    ]);
  });

  it.each([
    ['broken', file('{"StoragePaths":')],
    ['unreadable', { state: 'unreadable', why: 'permission denied' } as const],
  ])('that is %s keeps its paths as they are: SF504', (_, storageJson) => {
    const made = plan(
      TWO,
      changeWorker(PLACED, 'worker-1', (worker) => changePath(OTHER, {})({ ...worker, storageJson })),
    );
    expect(made.diagnostics).toMatchObject([{ code: 'SF504', place: { path: LIST } }]);
    // Lotus could not attach anything: it reads and writes the list.
    expect(summary(made)).toEqual([`create-sectorstore ${OTHER}: none, new`]);
  });
});
