import { describe, expect, it } from 'vitest';
import { storageSettings } from '../../src/desired/desire.js';
import type { Farm } from '../../src/farm/farm.js';
import type { StoragePath } from '../../src/lotus/api.js';
import { newSectorStore } from '../../src/lotus/sectorstore.js';
import { aStorage } from '../support/farm.js';
import { left as leftOf, numbered as worker, onOneHost as farmOf, type Seen } from '../support/leaving.js';
import {
  ABSENT,
  aJob,
  changeLive,
  changeMiner,
  changePath,
  changeWorker,
  file,
  idOf,
  indexed,
  inPlace,
  sessionOf,
  stopped,
  storageInfo,
} from '../support/observation.js';
import { codes, plan, summary } from '../support/plan.js';

const ONE = worker(1);
const BEFORE = farmOf(ONE, worker(2));
const AFTER = farmOf(ONE);
const TWOS_PATH = '/mnt/nvme2/seal';
const SEEN = inPlace(BEFORE);
const ID = idOf('host-1', TWOS_PATH);
const SECTOR = { Miner: 1000, Number: 7, SectorFileType: 2 };

/** The look at a farm, with these workers in the file no more. */
function left(seen: Seen, names: readonly string[], of: Farm = BEFORE): Seen {
  return leftOf(seen, names, of);
}

/** With other paths open than it had. */
function attaching(change: (path: StoragePath) => StoragePath | readonly StoragePath[]) {
  return changeLive((live) => ({ ...live, paths: live.paths.flatMap(change) }));
}

describe('sectors that no drain brings away', () => {
  const held = changePath(TWOS_PATH, { entries: ['sealed/s-t01000-7'] });
  const stoppedWith = changeWorker(SEEN, 'worker-2', (before) => held(stopped(before)));

  it('keep a stopped worker: SF509', () => {
    const made = plan(AFTER, left(stoppedWith, ['worker-2']));
    expect([summary(made), codes(made)]).toEqual([[], ['SF509 error']]);
    expect(made.diagnostics[0]).toMatchObject({ place: { worker: 'worker-2', path: TWOS_PATH } });
    expect(made.diagnostics[0]?.help).toContain('on another worker of host-1');
  });

  it('do not where another worker is declared with the path', () => {
    const after = farmOf(
      worker(1, { storage: [aStorage({ path: '/mnt/nvme1/seal' }), aStorage({ path: TWOS_PATH })] }),
    );
    const seen = left(stoppedWith, ['worker-2']);
    const both = changeWorker(seen, 'worker-1', (before) => {
      const path = seen.hosts.get('host-1');
      const storage = path?.reached === true ? path.departed?.get('worker-2')?.storage : undefined;
      return { ...before, storage: new Map([...before.storage, ...(storage ?? [])]) };
    });
    expect(summary(plan(after, both))).toContain('remove-worker: none, removed-from-config');
  });

  const store = farmOf(
    ONE,
    worker(2, { storage: [aStorage({ path: TWOS_PATH, seal: false, store: true })] }),
  );
  const storing = changeMiner(inPlace(store), { sectors: new Map([[ID, [SECTOR]]]) });

  it('keep a running worker with a path for long-term storage: SF509', () => {
    const made = plan(AFTER, left(storing, ['worker-2'], store));
    expect([summary(made), codes(made)]).toEqual([[], ['SF509 error']]);
  });

  it('do not keep one whose path for long-term storage is empty', () => {
    expect(summary(plan(AFTER, left(inPlace(store), ['worker-2'], store)))).toHaveLength(1);
  });

  /** Whether sectors may lie there for good, as the running worker has it, its file, and the index. */
  const said = (attached: boolean, own: boolean, inIndex: boolean): Seen => {
    const store = { ...storageSettings(aStorage()), CanStore: own };
    const seen = changeWorker(SEEN, 'worker-2', (before) =>
      changePath(TWOS_PATH, { sectorStore: file(newSectorStore(ID, store)) })(
        attaching((path) => ({ ...path, CanStore: attached }))(before),
      ),
    );
    const info = storageInfo(ID, { ...store, CanStore: inIndex }, []);
    return changeMiner(seen, {
      sectors: new Map([[ID, [SECTOR]]]),
      storage: new Map([...SEEN.miner.storage, [ID, indexed(info)]]),
    });
  };

  it.each([
    ['nowhere', said(false, false, false), []],
    ['by the worker itself', said(true, false, false), ['SF509 error']],
    ['by its sectorstore.json', said(false, true, false), ['SF509 error']],
    ['in the index', said(false, false, true), ['SF509 error']],
  ])('lie on a path that stores for good %s', (_, seen, expected) => {
    expect(codes(plan(AFTER, left(seen, ['worker-2'])))).toEqual(expected);
  });

  const closed = attaching(() => []);

  it.each([
    ['is lost', ABSENT],
    ['is broken', file('{')],
  ])(
    'may lie on a path that a running worker has not open and whose sectorstore.json %s',
    (_, sectorStore) => {
      const seen = changeWorker(SEEN, 'worker-2', (before) =>
        changePath(TWOS_PATH, { sectorStore, entries: ['sealed/s-t01000-7'] })(closed(before)),
      );
      expect(codes(plan(AFTER, left(seen, ['worker-2'])))).toEqual(['SF509 error']);
      const empty = changeWorker(seen, 'worker-2', changePath(TWOS_PATH, { entries: [] }));
      expect(codes(plan(AFTER, left(empty, ['worker-2'])))).toEqual([]);
    },
  );

  it('lie on a path that is not open by what its sectorstore.json says of it', () => {
    const seen = changeWorker(said(false, false, true), 'worker-2', (before) =>
      changePath(TWOS_PATH, { entries: ['sealed/s-t01000-7'] })(closed(before)),
    );
    expect(codes(plan(AFTER, left(seen, ['worker-2'])))).toEqual(['SF509 error']);
  });

  it('lie on a path that is open and on no list any more, or has lost its file', () => {
    const unlisted = changeWorker(storing, 'worker-2', (before) => ({ ...before, storage: new Map() }));
    const lost = changeWorker(storing, 'worker-2', changePath(TWOS_PATH, { sectorStore: ABSENT }));
    for (const seen of [unlisted, lost])
      expect(codes(plan(AFTER, left(seen, ['worker-2'], store)))).toEqual(['SF509 error']);
  });

  it('lie on one path, however it is written', () => {
    const slashed = attaching((path) => ({ ...path, LocalPath: `${path.LocalPath}/` }));
    const seen = changeWorker(storing, 'worker-2', (before) =>
      changePath(TWOS_PATH, { entries: ['sealed/s-t01000-7'] })(slashed(before)),
    );
    const made = plan(AFTER, left(seen, ['worker-2'], store));
    expect(made.diagnostics).toMatchObject([{ code: 'SF509', place: { path: TWOS_PATH } }]);
  });

  it('do not lie in a folder that is empty, whatever the index remembers', () => {
    const seen = changeMiner(changeWorker(SEEN, 'worker-2', stopped), { sectors: new Map([[ID, [SECTOR]]]) });
    expect(codes(plan(AFTER, left(seen, ['worker-2'])))).toEqual([]);
  });
});

describe('a stopped worker that left', () => {
  const gone = (change: Parameters<typeof changePath>[1]): Seen =>
    left(
      changeWorker(
        changeWorker(inPlace(BEFORE), 'worker-2', stopped),
        'worker-2',
        changePath(TWOS_PATH, change),
      ),
      ['worker-2'],
    );

  it.each([
    { exists: false, sectorStore: { state: 'absent' } },
    { onRootFileSystem: true, sectorStore: { state: 'absent' } },
  ] as const)('is not removed while nobody knows what is on its disk: %o', (change) => {
    const made = plan(AFTER, gone(change));
    expect(codes(made)).toEqual(['SF502 error']);
    expect(summary(made)).toEqual([]);
  });

  it('is not removed while the miner has it at work', () => {
    const busy = changeMiner(gone({}), { jobs: new Map([[sessionOf('worker-2'), [aJob('C2', 7)]]]) });
    expect(codes(plan(AFTER, busy))).toEqual(['SF514 error']);
  });

  it('is removed where another worker is declared with that disk', () => {
    const after = farmOf(worker(1, { storage: [...ONE.storage, aStorage({ path: TWOS_PATH })] }));
    const seen = changeWorker(
      gone({ sectorStore: ABSENT }),
      'worker-1',
      changePath(TWOS_PATH, { sectorStore: ABSENT }),
    );
    expect(summary(plan(after, seen))).toContain('remove-worker: none, removed-from-config');
  });
});
