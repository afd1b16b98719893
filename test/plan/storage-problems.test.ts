import { describe, expect, it } from 'vitest';
import { storageSettings } from '../../src/desired/desire.js';
import { newSectorStore } from '../../src/lotus/sectorstore.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { aFarm, aHost, aStorage, aWorker, farmOf } from '../support/farm.js';
import {
  ABSENT,
  changeLive,
  changePath,
  changeWorker,
  file,
  idOf,
  inPlace,
  stopped,
  unreached,
} from '../support/observation.js';
import { codes, ENV_FILE, ID, OTHER, plan, PLACED, SEAL, summary } from '../support/plan.js';

describe('something wrong with a storage path', () => {
  const wrong = (change: Parameters<typeof changePath>[1], storage: Parameters<typeof aStorage>[0] = {}) => {
    const farm = farmOf({ storage: [aStorage(storage)], limits: new Map([['PC1', 4]]) });
    return (state: 'stopped' | 'running'): Plan =>
      plan(
        farm,
        changeWorker(PLACED, 'worker-1', (worker) =>
          changePath(SEAL, change)(state === 'stopped' ? stopped(worker) : worker),
        ),
      );
  };
  const garbage = file('{');

  it.each<[code: string, what: string, make: (state: 'stopped' | 'running') => Plan, message: RegExp]>([
    ['SF502', 'nothing mounted', wrong({ onRootFileSystem: true }), /nothing is mounted at \/mnt/],
    ['SF502', 'no folder', wrong({ exists: false }), /nothing is mounted/],
    [
      'SF504',
      'a broken sectorstore.json',
      wrong({ sectorStore: garbage }),
      /sectorstore\.json cannot be read: it is not a JSON object/,
    ],
    [
      'SF504',
      'an unreadable one',
      wrong({ sectorStore: { state: 'unreadable', why: 'no right' } }),
      /no right/,
    ],
    ['SF505', 'another ID', wrong({}, { id: 'other' }), /has the ID .*, the file asks for other/],
  ])('is %s: %s; then the worker is neither started nor restarted', (code, _, make, message) => {
    for (const state of ['stopped', 'running'] as const) {
      const made = make(state);
      expect(made.diagnostics).toMatchObject([
        {
          code,
          severity: 'error',
          message: expect.stringMatching(message) as string,
          place: { host: 'host-1', worker: 'worker-1' },
        },
      ]);
      expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
    }
  });

  it('is SF503: sector files without an identity', () => {
    const made = wrong({ sectorStore: ABSENT, entries: ['sealed/s-t01000-1'] })('stopped');
    expect(made.diagnostics).toMatchObject([{ code: 'SF503', place: { path: SEAL } }]);
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
  });

  it('is SF505: another ID than the one under which it is attached', () => {
    const other = newSectorStore(idOf('host-1', OTHER), storageSettings(aStorage()));
    const made = wrong({ sectorStore: file(other) })('running');
    expect(made.diagnostics).toMatchObject([
      { code: 'SF505', message: expect.stringContaining(`attached it as ${ID}`) as string },
    ]);
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
  });

  it('is SF505: a lost file, and another ID declared than the worker knows', () => {
    expect(codes(wrong({ sectorStore: ABSENT }, { id: 'other' })('running'))).toEqual(['SF505 error']);
  });

  it('is SF508: a lost file, and the worker that knows the ID does not answer', () => {
    const seen = changeWorker(PLACED, 'worker-1', (worker) =>
      changePath(SEAL, { sectorStore: ABSENT })(changeLive(() => unreached())(worker)),
    );
    const made = plan(farmOf({ limits: new Map([['PC1', 4]]) }), seen);
    expect(made.diagnostics).toMatchObject([
      { code: 'SF508', severity: 'error', place: { path: SEAL } },
      { code: 'SF508', severity: 'warning', message: expect.stringContaining('nobody there') as string },
    ]);
    expect(summary(made)).toEqual([`write-file ${ENV_FILE}: none, config-changed`]);
  });

  it('is none with a new path, which a worker that does not answer has never opened', () => {
    const farm = farmOf({ storage: [aStorage(), aStorage({ path: OTHER })] });
    const seen = changeWorker(PLACED, 'worker-1', (worker) =>
      changePath(OTHER, {})(changeLive(() => unreached())(worker)),
    );
    expect(summary(plan(farm, seen))).toContain(`create-sectorstore ${OTHER}: none, new`);
  });

  it('is no matter where a path may lie on the root disk', () => {
    const farm = farmOf({ storage: [aStorage({ mount: 'any' })] });
    expect(
      summary(plan(farm, changeWorker(PLACED, 'worker-1', changePath(SEAL, { onRootFileSystem: true })))),
    ).toEqual([]);
  });
});

describe('one ID in two places: SF510', () => {
  const farm = aFarm({
    hosts: [
      aHost(),
      aHost({ name: 'host-2', workers: [aWorker({ name: 'worker-2' })] }),
      aHost({ name: 'host-3', workers: [aWorker({ name: 'worker-3', limits: new Map([['PC1', 1]]) })] }),
    ],
  });
  const seen = inPlace(farm);

  it('keeps all hands off both workers, and only those', () => {
    const copied = changeWorker(
      changeWorker(seen, 'worker-1', stopped),
      'worker-2',
      changePath(SEAL, {
        sectorStore: file(newSectorStore(ID, { ...storageSettings(aStorage()), Weight: 1 })),
      }),
    );
    const made = plan(farm, changeWorker(copied, 'worker-3', stopped));
    const clashes = made.diagnostics.filter(({ code }) => code === 'SF510');
    expect(clashes).toMatchObject([
      { severity: 'error', place: { host: 'host-1', worker: 'worker-1', path: SEAL } },
      { severity: 'error', place: { host: 'host-2', worker: 'worker-2', path: SEAL } },
    ]);
    expect([...new Set(steps(made).map(({ worker }) => worker))]).toEqual(['worker-3']);
  });

  it.each([
    ['declared for', stopped],
    ['known of', (worker: Parameters<typeof stopped>[0]) => worker],
  ])('is seen before it is written: the ID %s a path without a file', (what, change) => {
    const declared = aFarm({
      hosts: [
        aHost(),
        aHost({
          name: 'host-2',
          workers: [
            aWorker({ name: 'worker-2', storage: [aStorage(what === 'declared for' ? { id: ID } : {})] }),
          ],
        }),
      ],
    });
    const lost = changeWorker(inPlace(declared), 'worker-2', (worker) =>
      changePath(SEAL, { sectorStore: ABSENT })(change(worker)),
    );
    const moved = changeWorker(
      lost,
      'worker-1',
      changePath(SEAL, {
        sectorStore: file(
          newSectorStore(what === 'declared for' ? ID : idOf('host-2', SEAL), storageSettings(aStorage())),
        ),
      }),
    );
    const made = plan(declared, changeWorker(moved, 'worker-1', stopped));
    expect(codes(made)).toEqual(['SF510 error', 'SF510 error']);
    expect(summary(made)).toEqual([]);
  });
});
