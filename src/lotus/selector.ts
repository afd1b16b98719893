import { unreachable } from '../diagnostic/unreachable.js';
import type { StorageId, StorageInfo } from './api.js';
import type { FileType, SectorId } from './file-type.js';
import { FILE_TYPE_NAMES, FILE_TYPES, fileTypesOf } from './file-type.js';
import type { SectorSize } from './sector-size.js';
import { SECTOR_SIZES } from './sector-size.js';

/** The tasks a sector goes through from nothing to long-term storage. */
export type PipelineTask = 'AP' | 'PC1' | 'PC2' | 'C1' | 'C2' | 'FIN' | 'GET';

/** A storage path as the miner's index has it at one moment. */
export interface IndexedPath {
  readonly info: StorageInfo;
  /** bytes that may still be written */
  readonly available: number;
  /** False when its worker has not reported for 50 s, or reported an error. */
  readonly healthy: boolean;
  /** Bit mask of the sector's files here. */
  holds(sector: SectorId): number;
}

export type SectorIndexView = ReadonlyMap<StorageId, IndexedPath>;

/** Why no path of a worker will do; of several paths, the reason of the one that came furthest. */
type SelectorRefusal =
  | 'data-elsewhere'
  | 'no-such-path'
  | 'read-only'
  | 'miner-denied'
  | 'types-denied'
  | 'no-room'
  | 'silent'
  | 'groups';

export type Eligibility = { readonly ok: true } | { readonly ok: false; readonly reason: SelectorRefusal };

const OK: Eligibility = { ok: true };
const FURTHEST: readonly SelectorRefusal[] = [
  'data-elsewhere', 'no-such-path', 'read-only', 'miner-denied', 'types-denied', 'no-room', 'silent', 'groups',
]; // prettier-ignore

/** How many sector sizes a file of the type takes, while sealing and once finalized. Lotus: storiface/filetype.go */
const SPACE: Readonly<Record<FileType, { readonly sealing: number; readonly stored: number }>> = {
  unsealed: { sealing: 1, stored: 1 },
  sealed: { sealing: 1, stored: 1 },
  cache: { sealing: 14.1, stored: 0.1 },
  update: { sealing: 1, stored: 1 },
  'update-cache': { sealing: 2.1, stored: 0.1 },
  piece: { sealing: 1, stored: 1 },
};

/** Bytes Lotus wants free before it puts these file types on a path. Lotus: storiface/filetype.go SealSpaceUse */
export function spaceNeeded(types: number, size: SectorSize, purpose: 'sealing' | 'stored'): number {
  const factor = fileTypesOf(types).reduce((sum, type) => sum + Math.round(SPACE[type][purpose] * 10), 0);
  return Math.floor((SECTOR_SIZES[size].bytes * factor) / 10);
}

/** The types among these which the path does not take. Unknown names in its lists count for nothing. */
export function deniedTypes(types: number, path: Pick<StorageInfo, 'AllowTypes' | 'DenyTypes'>): number {
  const allow = path.AllowTypes ?? [];
  const allowed = allow.length === 0 ? types : types & maskOf(allow);
  return types & ~(allowed & ~maskOf(path.DenyTypes ?? []));
}

function maskOf(names: readonly string[]): number {
  return FILE_TYPE_NAMES.filter((name) => names.includes(name)).reduce(
    (mask, name) => mask | FILE_TYPES[name],
    0,
  );
}

/**
 * Whether data held by paths with these AllowTo lists may be fetched onto a path of these groups:
 * one holder without a list opens the sector to all. Lotus: storage/paths/index.go StorageFindSector
 */
export function mayFetch(
  holders: readonly Pick<StorageInfo, 'AllowTo'>[],
  target: Pick<StorageInfo, 'Groups'>,
): boolean {
  const lists = holders.map((holder) => holder.AllowTo ?? []);
  if (lists.some((list) => list.length === 0)) return true;
  return (target.Groups ?? []).some((group) => lists.some((list) => list.includes(group)));
}

/**
 * Whether a worker with these paths may take the task of this sector, as far as data and paths decide.
 * Lotus: storage/sealer/selector_alloc.go, selector_existing.go, selector_move.go, selector_task.go
 */
export function mayTake(
  task: PipelineTask,
  sector: SectorId,
  workerPaths: readonly StorageId[],
  index: SectorIndexView,
  size: SectorSize,
): Eligibility {
  const { unsealed, sealed, cache } = FILE_TYPES;
  const worker = workerPaths.flatMap((id) => index.get(id) ?? []);
  switch (task) {
    case 'AP':
      return allocates(worker, sector, unsealed, 'sealing', size);
    case 'PC1':
      return allocates(worker, sector, sealed | cache, 'sealing', size);
    case 'PC2':
      return holdsOrFetches(worker, index, sector, sealed | cache, size);
    case 'C1':
    case 'FIN':
      return worker.some((path) => (path.holds(sector) & (sealed | cache)) !== 0)
        ? OK
        : { ok: false, reason: 'data-elsewhere' };
    case 'C2':
      return OK;
    case 'GET':
      return allocates(worker, sector, sealed | cache, 'stored', size);
    default:
      return unreachable(task);
  }
}

/** Groups have no say here: that is why they do not steer AddPiece and PreCommit1. */
function allocates(
  worker: readonly IndexedPath[],
  sector: SectorId,
  types: number,
  purpose: 'sealing' | 'stored',
  size: SectorSize,
): Eligibility {
  return anyPaths(worker, types, (path) => refusalOf(path, sector, types, purpose, size));
}

function holdsOrFetches(
  worker: readonly IndexedPath[],
  index: SectorIndexView,
  sector: SectorId,
  types: number,
  size: SectorSize,
): Eligibility {
  const isHolder = (path: IndexedPath): boolean => (path.holds(sector) & types) !== 0;
  const holders = [...index.values()].filter(isHolder).map((path) => path.info);
  return anyPaths(worker, types, (path) => {
    if (isHolder(path)) return undefined;
    const refusal = refusalOf(path, sector, types, 'sealing', size);
    return refusal ?? (mayFetch(holders, path.info) ? undefined : 'groups');
  });
}

/** The usable paths together must take every type; else the reason of the path that came furthest. */
function anyPaths(
  worker: readonly IndexedPath[],
  types: number,
  refusal: (path: IndexedPath) => SelectorRefusal | undefined,
): Eligibility {
  let missing = types;
  let reason: SelectorRefusal = 'no-such-path';
  for (const path of worker) {
    const found = refusal(path);
    if (found === undefined) missing &= deniedTypes(types, path.info);
    else if (FURTHEST.indexOf(found) > FURTHEST.indexOf(reason)) reason = found;
  }
  if (missing === 0) return OK;
  return { ok: false, reason: missing === types ? reason : 'types-denied' };
}

function refusalOf(
  path: IndexedPath,
  sector: SectorId,
  types: number,
  purpose: 'sealing' | 'stored',
  size: SectorSize,
): SelectorRefusal | undefined {
  const { info } = path;
  if (purpose === 'sealing' ? !info.CanSeal : !info.CanStore) return 'no-such-path';
  if (info.Weight === 0) return 'read-only';
  if (!takesMiner(info, sector.Miner)) return 'miner-denied';
  if (deniedTypes(types, info) === types) return 'types-denied';
  if (spaceNeeded(types, size, purpose) > path.available) return 'no-room';
  if (!path.healthy) return 'silent';
  return undefined;
}

function takesMiner(info: StorageInfo, miner: number): boolean {
  const names = (list: readonly string[]): boolean => list.some((name) => name.slice(1) === `0${miner}`);
  const allow = info.AllowMiners ?? [];
  return (allow.length === 0 || names(allow)) && !names(info.DenyMiners ?? []);
}
