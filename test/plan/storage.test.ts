import { describe, expect, it } from 'vitest';
import type { Farm } from '../../src/farm/farm.js';
import { storageSettings } from '../../src/desired/desire.js';
import { newSectorStore } from '../../src/lotus/sectorstore.js';
import { aStorage, farmOf } from '../support/farm.js';
import {
  ABSENT,
  changeLive,
  changeMiner,
  changePath,
  changeWorker,
  file,
  inPlace,
  stopped,
} from '../support/observation.js';
import { FARM, ID, only, plan, PLACED, SEAL, summary } from '../support/plan.js';

describe('a storage path', () => {
  const declared = (overrides: Parameters<typeof aStorage>[0]): Farm =>
    farmOf({ storage: [aStorage(overrides)] });

  it('with other settings is written and declared again, live', () => {
    const made = plan(declared({ weight: 5, groups: ['g'] }), PLACED);
    expect(summary(made)).toEqual([
      `write-file ${SEAL}/sectorstore.json: none, config-changed`,
      `redeclare ${SEAL}: live, config-changed`,
    ]);
    expect(only(made, 'write-file').changes).toEqual([
      { field: 'Weight', before: '10', after: '5' },
      { field: 'Groups', before: '(none)', after: 'g' },
    ]);
    const { action } = only(made, 'write-file');
    expect(action.kind === 'write-file' ? JSON.parse(action.content.reveal()) : undefined).toMatchObject({
      ID,
      Weight: 5,
    });
    expect(only(made, 'redeclare').action).toMatchObject({ id: ID, settings: { Weight: 5, Groups: ['g'] } });
  });

  it('with lists in another order is the same', () => {
    const seen = inPlace(declared({ groups: ['a', 'b'], allowTo: ['x', 'y'] }));
    expect(summary(plan(declared({ groups: ['b', 'a'], allowTo: ['y', 'x'] }), seen))).toEqual([]);
  });

  it('that only the index has otherwise is declared again', () => {
    const storage = new Map(PLACED.miner.storage);
    const entry = storage.get(ID);
    if (entry === undefined) throw new Error('not indexed');
    storage.set(ID, { ...entry, info: { ...entry.info, Weight: 1, Groups: null } });
    const made = plan(FARM, changeMiner(PLACED, { storage }));
    expect(summary(made)).toEqual([`redeclare ${SEAL}: live, lotus-differs`]);
    expect(only(made, 'redeclare').changes).toEqual([{ field: 'Weight', before: '1', after: '10' }]);
  });

  it('that only its file has otherwise was edited there, and Lotus need not be told', () => {
    const sectorStore = file(newSectorStore(ID, storageSettings(aStorage({ weight: 5, groups: ['odd'] }))));
    const seen = changeWorker(PLACED, 'worker-1', changePath(SEAL, { sectorStore }));
    expect(summary(plan(FARM, seen))).toEqual([`write-file ${SEAL}/sectorstore.json: none, edited-on-host`]);
  });

  it('that the index does not know is declared again', () => {
    expect(summary(plan(FARM, changeMiner(PLACED, { storage: new Map() })))).toEqual([
      `redeclare ${SEAL}: live, lotus-differs`,
    ]);
  });

  it('whose worker goes by another MaxStorage needs a restart', () => {
    const made = plan(declared({ maxStorage: 1000 }), PLACED);
    expect(summary(made)).toEqual([
      `write-file ${SEAL}/sectorstore.json: none, config-changed`,
      `redeclare ${SEAL}: live, config-changed`,
      'restart: restart, config-changed',
    ]);
    expect(only(made, 'restart').changes).toEqual([
      { field: `MaxStorage of ${SEAL}`, before: '0', after: '1000' },
    ]);
  });

  it('of a stopped worker is only written', () => {
    const made = plan(declared({ weight: 5 }), changeWorker(PLACED, 'worker-1', stopped));
    expect(summary(made)).toEqual([
      `write-file ${SEAL}/sectorstore.json: none, config-changed`,
      'start: none, not-running',
    ]);
  });

  it('that is attached with a slash at its end is the same path', () => {
    const slashed = changeLive((live) => ({
      ...live,
      paths: live.paths.map((path) => ({ ...path, LocalPath: `${path.LocalPath}/` })),
    }));
    expect(summary(plan(FARM, changeWorker(PLACED, 'worker-1', slashed)))).toEqual([]);
  });

  it('gets the ID that is declared for it', () => {
    const farm = declared({ id: 'b5db38b9-2d2e-06eb-8367-7338e1bcd0f1' });
    const seen = changeWorker(PLACED, 'worker-1', (worker) =>
      changePath(SEAL, { sectorStore: ABSENT })(stopped(worker)),
    );
    expect(only(plan(farm, seen), 'create-sectorstore').action).toMatchObject({
      id: 'b5db38b9-2d2e-06eb-8367-7338e1bcd0f1',
    });
  });

  it.each([
    [
      'its file',
      { sectorStore: ABSENT, entries: ['sealed/s-t01000-1'] },
      [`create-sectorstore ${SEAL}: none, new`],
    ],
    [
      'its folder',
      { exists: false, sectorStore: ABSENT },
      [`create-path ${SEAL}: none, new`, `create-sectorstore ${SEAL}: none, new`],
    ],
  ])('that lost %s under a running worker gets back the ID that the worker knows', (_, change, expected) => {
    const farm = declared({ mount: 'any' });
    const made = plan(farm, changeWorker(inPlace(farm), 'worker-1', changePath(SEAL, change)));
    expect(summary(made)).toEqual(expected);
    expect(only(made, 'create-sectorstore').action).toMatchObject({ id: ID });
    const other = declared({ mount: 'any', weight: 3 });
    expect(summary(plan(other, changeWorker(inPlace(farm), 'worker-1', changePath(SEAL, change))))).toEqual([
      ...expected,
      `redeclare ${SEAL}: live, lotus-differs`,
    ]);
  });
});
