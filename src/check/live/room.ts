import { FILE_TYPES } from '../../lotus/file-type.js';
import { spaceNeeded } from '../../lotus/space.js';
import { task } from '../../lotus/task.js';
import type { StorageDeclaration } from '../../farm/farm.js';
import { liveOf } from '../../observed/live.js';
import { jobsOn } from '../../observed/miner-state.js';
import type { MinerObservation } from '../../observed/observed.js';
import { storageIdOf } from '../../observed/registered.js';
import { parameterFolder, parentFolder } from '../../observed/used-folders.js';
import { PARAMETERS, parentsOf, WITH_PARAMETERS } from '../hardware/caches.js';
import { sizeNeeded, sizeThere } from '../hardware/words.js';
import { isLarge } from '../hardware/workers.js';
import { placeOf, seenWorkers, type LiveCheck, type SeenWorker } from './context.js';

/** A worker that listens has its parameters: it fetches them before. */
export const parameterRoom: LiveCheck = function* (context) {
  if (!isLarge(context.farm.sectorSize)) return;
  for (const seen of seenWorkers(context)) {
    const folder = parameterFolder(seen.worker);
    const cache = seen.machine?.caches.get(folder);
    const needed = seen.worker.tasks.some((code) => WITH_PARAMETERS.includes(code));
    if (!needed || cache?.room === undefined || liveOf(seen.observed.process) !== undefined) continue;
    if (cache.files > 0 || cache.room.free >= PARAMETERS) continue;
    yield {
      code: 'SF529',
      severity: 'warning',
      message: `no proof parameters here, and ${sizeThere(cache.room.free)} free for about ${sizeNeeded(PARAMETERS)} of them`,
      place: placeOf(seen, folder),
      help: 'Set `parameterCache` to a folder with room; fill it with `lotus fetch-params` or from another host.',
    };
  }
};

export const parentRoom: LiveCheck = function* (context) {
  const { sectorSize } = context.farm;
  if (!isLarge(sectorSize)) return;
  for (const seen of seenWorkers(context)) {
    const folder = parentFolder(seen.worker);
    const cache = seen.machine?.caches.get(folder);
    if (!seen.worker.tasks.includes('PC1') || cache?.room === undefined) continue;
    if (cache.files > 0 || cache.room.free >= parentsOf(sectorSize)) continue;
    yield {
      code: 'SF530',
      severity: 'warning',
      message: `no parents here yet, and ${sizeThere(cache.room.free)} free for ${sizeNeeded(parentsOf(sectorSize))} of them`,
      place: placeOf(seen, folder),
      help: 'Set `parentCache` to a folder with room on a fast disk.',
    };
  }
};

/** A worker that has as many PC1 as it may have needs no room for another. */
export const sealingRoom: LiveCheck = function* (context) {
  const { farm, observation } = context;
  const needed = spaceNeeded(FILE_TYPES.sealed | FILE_TYPES.cache, farm.sectorSize, 'sealing');
  for (const seen of seenWorkers(context)) {
    const { worker } = seen;
    const paths = worker.storage.filter(({ seal }) => seal);
    if (!worker.tasks.includes('PC1') || paths.length === 0) continue;
    const running = jobsOn(observation.miner, worker.name).filter(({ Task }) => Task === task('PC1').rpc);
    if (running.length >= (worker.limits.get('PC1') ?? Infinity)) continue;
    const rooms = paths.flatMap((path) => roomOn(seen, path, observation.miner) ?? []);
    if (rooms.length < paths.length || rooms.some(({ free }) => free >= needed)) continue;
    // Of disks that are too small even when empty the layout says so.
    if (rooms.every(({ size }) => size < needed)) continue;
    const most = Math.max(...rooms.map(({ free }) => free));
    yield {
      code: 'SF533',
      severity: 'warning',
      message: `no sealing path has room for one more sector: PC1 takes ${sizeNeeded(needed)}, the most that is free is ${sizeThere(most)}`,
      place: placeOf(seen),
      help: 'Look whether finished sectors wait for long-term storage, or what else fills the disk; otherwise lower the PC1 limit.',
    };
  }
};

interface Room {
  /** bytes */
  readonly size: number;
  /** bytes */
  readonly free: number;
}

/** As Lotus counts it where the path is attached; undefined where nobody knows. */
function roomOn(
  { observed, machine }: SeenWorker,
  { path, maxStorage }: StorageDeclaration,
  miner: MinerObservation,
): Room | undefined {
  const most = maxStorage === 0 ? Infinity : maxStorage;
  const id = storageIdOf(observed, path);
  const stat = id === undefined || !miner.reached ? undefined : miner.storage.get(id)?.stat;
  if (stat !== undefined) return { size: Math.min(stat.Capacity, most), free: stat.Available };
  const room = machine?.places.get(path)?.room;
  return room && { size: Math.min(room.size, most), free: Math.min(room.free, most) };
}
