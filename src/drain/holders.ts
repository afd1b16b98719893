import type { StorageId, StorageInfo } from '../lotus/api.js';
import { FILE_TYPES, parseSectorName, sectorName, type FileType } from '../lotus/file-type.js';
import { liveOf } from '../observed/live.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import type { Observation, ObservedMiner, ObservedStorage, ObservedWorker } from '../observed/observed.js';

/** A storage path that only one worker serves, with the sector files on it. */
export interface Holder {
  /** Absent where its sectorstore.json tells none. */
  readonly id?: StorageId;
  /** On its host; absent where neither the worker nor its files tell. */
  readonly path?: string;
  readonly allowTo: readonly string[];
  /** Sectors may end here for good. */
  readonly canStore: boolean;
  readonly files: readonly SectorFiles[];
}

export interface SectorFiles {
  /** `s-t01000-7` */
  readonly sector: string;
  /** bit mask, see file-type.ts */
  readonly types: number;
}

/**
 * The paths that would vanish with this worker. A second URL in the index says nothing: it stays there when a worker
 * moved to another address. Only what another worker has attached now is served by another.
 */
export function soleHolders(
  own: ObservedWorker | undefined,
  others: readonly ObservedWorker[],
  miner: ObservedMiner,
): readonly Holder[] {
  const shared = new Set(others.flatMap((other) => (liveOf(other.process)?.paths ?? []).map(({ ID }) => ID)));
  const paths = localPaths(own);
  const indexed = storageIds(own).flatMap((id) => miner.storage.get(id)?.info ?? []);
  return [
    ...indexed
      .filter(({ ID }) => !shared.has(ID))
      .map((info): Holder => ({
        id: info.ID,
        ...paths.get(info.ID),
        allowTo: info.AllowTo ?? [],
        canStore: info.CanStore,
        files: declaredFiles(info, miner),
      })),
    ...unindexed(own, miner),
  ];
}

/**
 * What lies in long-term storage that is there also without those who go: sector (`s-t01000-7`) → types as a bit mask.
 * Only what somebody serves at this moment counts: Lotus's index keeps paths of workers that are away. While a host cannot be seen,
 * nobody knows whether its workers are drained as well: then only paths count whose worker is seen.
 * @param stays paths of workers that go on
 */
export function storedByOthers(
  { hosts }: Observation,
  workers: ReadonlyMap<string, ObservedWorker>,
  stays: ReadonlySet<StorageId>,
  miner: ObservedMiner,
): ReadonlyMap<string, number> {
  const ofWorkers = new Set([...workers.values()].flatMap(storageIds));
  const all = [...hosts.values()].every(({ reached }) => reached);
  const stored = new Map<string, number>();
  for (const { info, stat } of miner.storage.values()) {
    if (!info.CanStore || stat === undefined) continue;
    if (!stays.has(info.ID) && (!all || ofWorkers.has(info.ID))) continue;
    for (const { sector, types } of declaredFiles(info, miner))
      stored.set(sector, (stored.get(sector) ?? 0) | types);
  }
  return stored;
}

function declaredFiles({ ID }: StorageInfo, miner: ObservedMiner): readonly SectorFiles[] {
  return (miner.sectors.get(ID) ?? []).map((decl) => ({
    sector: sectorName(decl),
    types: decl.SectorFileType,
  }));
}

/**
 * Paths the index does not know: the worker does not run, or the miner was restarted and the busy worker has not
 * come back to it. What lies there is then known by the folders alone.
 */
function unindexed(own: ObservedWorker | undefined, miner: ObservedMiner): readonly Holder[] {
  return [...(own?.storage ?? [])].flatMap(([path, seen]): readonly Holder[] => {
    const store = readStore(seen);
    if (store !== undefined && miner.storage.has(store.id)) return [];
    const files = seen.entries.flatMap(sectorFile);
    if (store === undefined) return [{ path, allowTo: [], canStore: false, files }];
    const { AllowTo, CanStore } = store.settings;
    return [{ id: store.id, path, allowTo: AllowTo, canStore: CanStore, files }];
  });
}

/** `sealed/s-t01000-7`. A folder that could not be listed (`sealed/?`) counts as a sector of its own. */
function sectorFile(entry: string): readonly SectorFiles[] {
  const [type = '', name = ''] = entry.split('/');
  if (name !== '?' && parseSectorName(name) === undefined) return [];
  return [{ sector: name, types: FILE_TYPES[type as FileType] }];
}

function localPaths(worker: ObservedWorker | undefined): ReadonlyMap<StorageId, { readonly path: string }> {
  const live = liveOf(worker?.process)?.paths.map(({ ID, LocalPath }) => [ID, { path: LocalPath }] as const);
  const stored = [...(worker?.storage ?? [])].flatMap(([path, seen]) => {
    const id = readStore(seen)?.id;
    return id === undefined ? [] : [[id, { path }] as const];
  });
  return new Map(live ?? stored);
}

/** A stopped worker's paths are known by their files. */
export function storageIds(worker: ObservedWorker | undefined): readonly StorageId[] {
  const live = liveOf(worker?.process);
  if (live !== undefined) return live.paths.map(({ ID }) => ID);
  return [...(worker?.storage.values() ?? [])].flatMap((seen) => readStore(seen)?.id ?? []);
}

function readStore({
  sectorStore,
}: ObservedStorage): Extract<ReturnType<typeof parseSectorStore>, { id: string }> | undefined {
  if (sectorStore.state !== 'present') return undefined;
  const store = parseSectorStore(sectorStore.text.reveal());
  return 'problem' in store ? undefined : store;
}
