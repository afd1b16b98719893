import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import type { StorageId } from '../../lotus/api.js';
import type { PlaceFacts, RoomFacts } from '../../observed/facts.js';
import { storageIdOf } from '../../observed/registered.js';
import {
  ownedPaths,
  placeOf,
  seenWorkers,
  someOf,
  type LiveCheck,
  type LiveContext,
  type SeenWorker,
} from './context.js';
import { addressOf, isMiners } from './urls.js';

interface FoundPath {
  readonly seen: SeenWorker;
  readonly path: string;
  readonly id: StorageId | undefined;
  readonly place: PlaceFacts;
}

/** A folder that Lotus has for two stores: a sector fetched into one is then removed from "the other". */
export const sharedFolders: LiveCheck = function* (context) {
  for (const paths of groupsBy(foundPaths(context), folderOf)) {
    for (const one of paths) {
      const other = paths.find((candidate) => candidate !== one && !sameId(candidate, one));
      if (other === undefined) continue;
      yield {
        code: 'SF531',
        severity: 'error',
        message: `this is the same folder as ${other.path} on ${other.seen.host.name}, ${idWords(one, other)}`,
        place: placeOf(one.seen, one.path),
        help: ONE_ONLY,
      };
    }
  }
  yield* sharedWithMiner(context);
};

/** What is not attached yet has no ID. */
function idWords({ id }: FoundPath, { id: others, seen: { worker } }: FoundPath): string {
  return id !== undefined && others !== undefined
    ? 'and has another ID there'
    : `which is a path of ${worker.name} there`;
}

const ONE_ONLY =
  'Attach it on one of them only, and let the others fetch from there; detach it elsewhere before the next sector is finalized.';

/** The index shows under which URLs a path is served; the miner is no host of the file. */
function* sharedWithMiner(context: LiveContext): Generator<Diagnostic> {
  const { farm, observation } = context;
  if (!observation.miner.reached) return;
  for (const [id, { seen, path }] of ownedPaths(context)) {
    const addresses = (observation.miner.storage.get(id)?.info.URLs ?? []).map(addressOf);
    if (!addresses.some((address) => isMiners(address, farm)) || new Set(addresses).size < 2) continue;
    yield {
      code: 'SF531',
      severity: 'error',
      message: 'the miner has attached this path too',
      place: placeOf(seen, path),
      help: ONE_ONLY,
    };
  }
}

/** Two paths of one ID are said to be so by the plan. */
function sameId(one: FoundPath, other: FoundPath): boolean {
  return one.id !== undefined && one.id === other.id;
}

/** Its storage is declared once for each worker, or its room is counted by each. */
export const networkStorage: LiveCheck = function* (context) {
  for (const paths of groupsBy(foundPaths(context), ({ place }) => exportOf(place.room))) {
    const [first] = paths;
    const workers = [...new Set(paths.map(({ seen }) => seen.worker.name))];
    if (first === undefined || workers.length < 2) continue;
    yield {
      code: 'SF532',
      severity: 'warning',
      message: `${workers.length} workers have storage paths on ${first.place.room?.source ?? ''}: ${someOf(workers)}`,
      place: placeOf(first.seen, first.path),
      help: 'Attach a network file system on one worker, best on the machine whose disks it is.',
    };
  }
};

function foundPaths(context: LiveContext): readonly FoundPath[] {
  return seenWorkers(context).flatMap((seen) =>
    seen.worker.storage.flatMap(({ path }) => {
      const place = seen.machine?.places.get(path);
      if (place?.exists !== true) return [];
      return [{ seen, path, id: storageIdOf(seen.observed, path), place }];
    }),
  );
}

function groupsBy(
  paths: readonly FoundPath[],
  keyOf: (path: FoundPath) => string | undefined,
): readonly (readonly FoundPath[])[] {
  const groups = new Map<string, FoundPath[]>();
  for (const path of paths) {
    const key = keyOf(path);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** On a network file system the folder on its server, else that of the host. */
function folderOf({ seen, place }: FoundPath): string {
  const { room, physicalPath, identity } = place;
  const network = exportOf(room);
  if (room === undefined || network === undefined) return `${seen.host.name} ${identity}`;
  return network + physicalPath.slice(room.mount.length);
}

/** `server:/export`, `//server/share`; undefined for a local file system. */
function exportOf(room: RoomFacts | undefined): string | undefined {
  if (room === undefined || !/^(?:\/\/|[^/]+:)/.test(room.source)) return undefined;
  return room.source.replace(/\/+$/, '');
}
