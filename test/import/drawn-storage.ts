import fc from 'fast-check';
import type { StorageId, StoragePath } from '../../src/lotus/api.js';
import { FILE_TYPE_NAMES } from '../../src/lotus/file-type.js';
import { settingsFrom, type SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import { idOf } from '../support/observation.js';

/** A storage path, by its sectorstore.json. */
export interface Place extends SectorStoreSettings {
  /** Where it is: storage.json may have been edited since Lotus opened its paths. */
  readonly known: 'listed and open' | 'listed' | 'open';
  /** What Lotus goes by, where sectorstore.json was edited since; undefined where the miner does not tell. */
  readonly indexed: SectorStoreSettings | 'as in the file' | undefined;
}

/** The storage of a worker, as drawn. */
export interface DrawnStorage {
  readonly storage: readonly Place[];
  /** Whether the worker tells which paths it has open. */
  readonly answers: boolean;
}

const groups = fc.uniqueArray(fc.constantFrom('g-1', 'g-2', 'g 3'), { maxLength: 2 });
const types = fc.uniqueArray(fc.constantFrom(...FILE_TYPE_NAMES), { maxLength: 2 });
const miners = fc.uniqueArray(fc.constantFrom('t01000', 'f02'), { maxLength: 2 });

const settings: fc.Arbitrary<SectorStoreSettings> = fc.record({
  Weight: fc.nat(20),
  CanSeal: fc.boolean(),
  CanStore: fc.boolean(),
  MaxStorage: fc.constantFrom(0, 900e9, 1.5 * 2 ** 40, 12_345_678_901),
  Groups: groups,
  AllowTo: groups,
  AllowTypes: types,
  DenyTypes: types,
  AllowMiners: miners,
  DenyMiners: miners,
});

export const place: fc.Arbitrary<Place> = fc
  .record({
    inFile: settings,
    known: fc.constantFrom<Place['known']>('listed and open', 'listed', 'open'),
    indexed: fc.oneof(fc.constant(undefined), fc.constant('as in the file' as const), settings),
  })
  .map(({ inFile, ...more }) => ({ ...inFile, ...more }));

export function pathOf(index: number, at: number): string {
  return `/mnt/${index}/${at}`;
}

export function pathsOf(
  { storage }: DrawnStorage,
  index: number,
  where: 'listed' | 'open',
): readonly string[] {
  return storage.flatMap(({ known }, at) => (known.includes(where) ? pathOf(index, at) : []));
}

export function openPaths(chosen: DrawnStorage, host: number, index: number): readonly StoragePath[] {
  return pathsOf(chosen, index, 'open').map((LocalPath) => ({
    ID: idOf(`seal-${host}`, LocalPath),
    Weight: 10,
    LocalPath,
    CanSeal: true,
    CanStore: false,
  }));
}

/** The storage paths that Lotus goes by, and by which settings: its list first, as storage.json has it. */
export function inEffect(
  chosen: DrawnStorage,
  index: number,
): readonly (readonly [path: string, SectorStoreSettings])[] {
  const all = chosen.storage.map(({ known, indexed, ...inFile }, at) => {
    const settings = indexed === undefined || indexed === 'as in the file' ? inFile : indexed;
    return { known, entry: [pathOf(index, at), settingsFrom(settings)] as const };
  });
  if (!chosen.answers) return all.filter(({ known }) => known !== 'open').map(({ entry }) => entry);
  const open = all.filter(({ known }) => known !== 'listed');
  return [
    ...open.filter(({ known }) => known === 'listed and open'),
    ...open.filter(({ known }) => known === 'open'),
  ].map(({ entry }) => entry);
}

/** What the miner's index says of all paths. */
export function indexOf(
  chosen: readonly (readonly DrawnStorage[])[],
): ReadonlyMap<StorageId, SectorStoreSettings> {
  return new Map(
    chosen.flatMap((one, host) =>
      one.flatMap(({ storage }, index) =>
        storage.flatMap(({ known: _, indexed, ...inFile }, at) => {
          const id = idOf(`seal-${host + 1}`, pathOf(index, at));
          if (indexed === undefined) return [];
          return [[id, settingsFrom(indexed === 'as in the file' ? inFile : indexed)] as const];
        }),
      ),
    ),
  );
}
