import type { StorageId } from '../lotus/api.js';
import { FILE_TYPES, parseSectorName, sectorName, type SectorId } from '../lotus/file-type.js';
import { mayFetch, mayHold, type IndexedPath } from '../lotus/selector.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import type { ObservedMiner, ObservedWorker } from '../observed/observed.js';
import { storageIds, type Holder } from './holders.js';

/** A worker that the miner gives work to. */
export interface OtherWorker {
  readonly worker: string;
  readonly tasks: ReadonlySet<TaskCode>;
  /** Of its paths on which sectors are sealed: where groups decide, sectors come to these. */
  readonly groups: readonly string[];
}

/** One of those, with what it has attached. */
export interface Place extends OtherWorker {
  readonly paths: readonly StorageId[];
}

const { sealed, cache, update, 'update-cache': updateCache } = FILE_TYPES;

/** What a task makes where it runs; where its input comes from, does not matter. Lotus: storage/sealer/manager.go */
const OUTPUT = { PC1: sealed | cache, RU: update | updateCache } as const;

/** Room comes and goes: what matters to a drain is what would be refused for good, so the size does not. */
const SIZE = '32GiB';

type Paths = ReadonlyMap<StorageId, IndexedPath>;

/** All workers that the miner gives work to now. */
export function placesOf(
  workers: ReadonlyMap<string, ObservedWorker>,
  miner: ObservedMiner,
): readonly Place[] {
  const paths = indexedPaths(miner);
  const some = [...miner.sectors.values()].flat()[0] ?? { Miner: 0, Number: 0 };
  return [...miner.workers.values()].flatMap(({ Enabled, Info, Tasks }) => {
    if (!Enabled) return [];
    const own = storageIds(workers.get(Info.Hostname)).filter((id) => paths.has(id));
    const groups = own.flatMap((id) =>
      mayHold('sealing', some, [id], { paths }, SIZE) ? groupsOf(id, paths) : [],
    );
    return {
      worker: Info.Hostname,
      tasks: new Set(Tasks.flatMap((rpc) => taskByRpc(rpc)?.code ?? [])),
      groups: [...new Set(groups)].toSorted(),
      paths: own,
    };
  });
}

function groupsOf(id: StorageId, paths: Paths): readonly string[] {
  return paths.get(id)?.info.Groups ?? [];
}

/**
 * For a sector (`s-t01000-7`) that lies on these paths alone, the tasks that some of the workers may do for it.
 * @param sole the paths of the worker that holds it
 */
export function takersOf(
  sole: readonly Holder[],
  places: readonly Place[],
  miner: ObservedMiner,
): (name: string) => ReadonlySet<TaskCode> {
  const paths = indexedPaths(miner);
  const own = new Set(sole.flatMap(({ id }) => id ?? []));
  const stores = [...paths.keys()].filter((id) => !own.has(id));
  const holders = inputHolders(sole, miner);
  return (name) => {
    const sector = parseSectorName(name);
    if (sector === undefined) return new Set();
    const mayDo = (code: TaskCode, place: Place): boolean => {
      if (code === 'PC1' || code === 'RU')
        return mayHold('sealing', sector, place.paths, { paths }, SIZE, OUTPUT[code]);
      return code !== 'PC2' || maySeal(sector, place, holders.get(name) ?? [], paths);
    };
    const codes = (['PC1', 'PC2', 'C2', 'RU', 'PR2'] as const).filter((code) =>
      places.some((place) => place.tasks.has(code) && mayDo(code, place)),
    );
    const isStored = mayHold('stored', sector, stores, { paths }, SIZE);
    return new Set([...codes, ...(isStored ? (['GET'] as const) : [])]);
  };
}

/** Only PC2 is bound to groups. Lotus: storage/sealer/selector_existing.go, storage/paths/index.go */
function maySeal(sector: SectorId, place: Place, holders: readonly InputHolder[], paths: Paths): boolean {
  const lists = holders.map(({ allowTo }) => ({ AllowTo: allowTo }));
  return place.paths.some((id) => {
    const target = paths.get(id)?.info;
    if (target === undefined) return false;
    if (holders.some((holder) => holder.id === id)) return true;
    return mayFetch(lists, target) && mayHold('sealing', sector, [id], { paths }, SIZE);
  });
}

/** A path with what PC2 reads of a sector. */
type InputHolder = Pick<Holder, 'id' | 'allowTo'>;

function inputHolders(
  sole: readonly Holder[],
  miner: ObservedMiner,
): ReadonlyMap<string, readonly InputHolder[]> {
  const own = new Set(sole.flatMap(({ id }) => id ?? []));
  const others = [...miner.sectors].flatMap(([id, decls]): readonly Holder[] => {
    const info = own.has(id) ? undefined : miner.storage.get(id)?.info;
    if (info === undefined) return [];
    const files = decls.map((decl) => ({ sector: sectorName(decl), types: decl.SectorFileType }));
    return [{ id, allowTo: info.AllowTo ?? [], canStore: info.CanStore, files }];
  });
  const holders = new Map<string, InputHolder[]>();
  for (const holder of [...sole, ...others]) {
    for (const { sector, types } of holder.files) {
      if ((types & (sealed | cache)) === 0) continue;
      const known = holders.get(sector);
      if (known === undefined) holders.set(sector, [holder]);
      else known.push(holder);
    }
  }
  return holders;
}

function indexedPaths({ storage }: ObservedMiner): Paths {
  return new Map(
    [...storage].map(([id, { info }]) => [id, { info, available: Infinity, healthy: true }] as const),
  );
}
