import type { StorageId } from '../lotus/api.js';
import { parseSectorName } from '../lotus/file-type.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { liveOf } from '../observed/live.js';
import { sectorsOn } from '../observed/miner-state.js';
import type { WorkerLive } from '../observed/observed.js';
import { storageIdOf } from '../observed/registered.js';
import type { WorkerContext } from './worker-context.js';

/** A storage path that only this worker serves, or would serve if it ran, with sectors on it. */
export interface HeldPath {
  readonly path: string;
  /** Sectors may lie there for good. */
  readonly canStore: boolean;
  /** How many. A folder that could not be listed counts as one. */
  readonly sectors: number;
}

/** What runs and does not answer may hold anything: nothing is said of it. */
export function heldPaths(context: WorkerContext): readonly HeldPath[] {
  const { process } = context.observed;
  const live = liveOf(process);
  const paths =
    live !== undefined ? attachedPaths(context, live) : process === undefined ? lyingPaths(context) : [];
  return paths.filter(({ id, sectors }) => sectors > 0 && !isServedElsewhere(context, id));
}

interface OwnPath extends HeldPath {
  readonly id?: StorageId | undefined;
}

function attachedPaths({ miner }: WorkerContext, { paths }: WorkerLive): readonly OwnPath[] {
  const storage = miner.reached ? miner.storage : undefined;
  return paths.map(({ ID, LocalPath, CanStore }) => ({
    id: ID,
    path: withoutTrailingSlash(LocalPath),
    canStore: storage?.get(ID)?.info.CanStore ?? CanStore,
    sectors: sectorsOn(miner, [ID]).length,
  }));
}

/** The index forgets what a worker that is away has: the folders tell. */
function lyingPaths({ observed }: WorkerContext): readonly OwnPath[] {
  return [...observed.storage].map(([path, { entries, sectorStore }]) => {
    const store = sectorStore.state === 'present' ? parseSectorStore(sectorStore.text.reveal()) : undefined;
    return {
      id: storageIdOf(observed, path),
      path,
      canStore: store !== undefined && 'settings' in store && store.settings.CanStore,
      sectors: new Set(entries.flatMap(sectorIn)).size,
    };
  });
}

/** `sealed/s-t01000-7`; what is no sector stays there for ever. */
function sectorIn(entry: string): readonly string[] {
  const name = entry.slice(entry.indexOf('/') + 1);
  return name === '?' || parseSectorName(name) !== undefined ? [name] : [];
}

/** By the worker under its old name, it is still the same one. */
function isServedElsewhere({ desired, servers }: WorkerContext, id: StorageId | undefined): boolean {
  const others = id === undefined ? [] : (servers.get(id) ?? []);
  return others.some((name) => name !== desired.name && name !== desired.renamedFrom);
}
