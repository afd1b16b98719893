import { unreachable } from '../diagnostic/unreachable.js';
import type { StorageId, StorageInfo } from './api.js';
import type { SectorId } from './file-type.js';
import { FILE_TYPE_NAMES, FILE_TYPES } from './file-type.js';
import type { SectorSize } from './sector-size.js';
import { spaceNeeded } from './space.js';

/** The tasks a sector goes through from nothing to long-term storage. */
export type PipelineTask = 'AP' | 'PC1' | 'PC2' | 'C1' | 'C2' | 'FIN' | 'GET';

/** A storage path as the miner's index has it at one moment. */
export interface IndexedPath {
  readonly info: StorageInfo;
  /** bytes that may still be written */
  readonly available: number;
  /** False when its worker has not reported for 50 s, or reported an error. */
  readonly healthy: boolean;
}

export interface SectorIndexView {
  readonly paths: ReadonlyMap<StorageId, IndexedPath>;
  /** As in the miner's config.toml: a finished sector is stored where it lies, or nowhere. */
  readonly disallowRemoteFinalize?: boolean;
  /** The paths with files of the sector, and which: a bit mask. */
  holders(sector: SectorId): Holders;
}

/** What was given once never changes: files that come or go make a new one. */
export type Holders = ReadonlyMap<StorageId, number>;

/** Why no path of a worker will do; of several paths, the reason of the one that came furthest. */
type SelectorRefusal =
  'data-elsewhere' | 'no-such-path' | 'miner-denied' | 'types-denied' | 'no-room' | 'silent' | 'groups';

export type Eligibility =
  /** Where one that may take it is preferred, Lotus gives it to no other. */
  | { readonly ok: true; readonly preferred: boolean }
  | { readonly ok: false; readonly reason: SelectorRefusal };

const OK: Eligibility = { ok: true, preferred: false };
const FURTHEST: readonly SelectorRefusal[] = [
  'data-elsewhere', 'no-such-path', 'miner-denied', 'types-denied', 'no-room', 'silent', 'groups',
]; // prettier-ignore

/** The types among these which the path does not take. Unknown names in its lists count for nothing. */
export function deniedTypes(types: number, path: Pick<StorageInfo, 'AllowTypes' | 'DenyTypes'>): number {
  const allow = path.AllowTypes ?? [];
  const deny = path.DenyTypes ?? [];
  if (allow.length === 0 && deny.length === 0) return 0;
  const allowed = allow.length === 0 ? types : types & maskOf(allow);
  return types & ~(allowed & ~maskOf(deny));
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
  const worker = workerPaths.flatMap((id) => index.paths.get(id) ?? []);
  switch (task) {
    case 'AP':
      return allocates(worker, sector, unsealed, 'sealing', size);
    case 'PC1':
      return allocates(worker, sector, sealed | cache, 'sealing', size);
    case 'PC2':
      return holdsOrFetches(worker, index, sector, sealed | cache, size);
    case 'C1':
      return hasHere(worker, index.holders(sector), sealed | cache);
    case 'FIN':
      return hasHere(worker, index.holders(sector), cache);
    case 'C2':
      return OK;
    case 'GET':
      return stores(worker, index, sector, sealed | cache, size);
    default:
      return unreachable(task);
  }
}

/** The worker needs but one of the types: the others are fetched to it. */
function hasHere(worker: readonly IndexedPath[], holders: Holders, types: number): Eligibility {
  return worker.some(({ info }) => holds(holders, info.ID, types))
    ? OK
    : { ok: false, reason: 'data-elsewhere' };
}

/** Whether a worker with these paths has one for a sector that is sealed there, or kept for good. */
export function mayHold(
  purpose: 'sealing' | 'stored',
  sector: SectorId,
  workerPaths: readonly StorageId[],
  index: Pick<SectorIndexView, 'paths'>,
  size: SectorSize,
  types: number = FILE_TYPES.sealed | FILE_TYPES.cache,
): boolean {
  const worker = workerPaths.flatMap((id) => index.paths.get(id) ?? []);
  return allocates(worker, sector, types, purpose, size).ok;
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
  const holders = index.holders(sector);
  const sources = [...holders.keys()]
    .filter((id) => holds(holders, id, types))
    .flatMap((id) => index.paths.get(id)?.info ?? []);
  return anyPaths(worker, types, (path) => {
    if (holds(holders, path.info.ID, types)) return undefined;
    const refusal = refusalOf(path, sector, types, 'sealing', size);
    return refusal ?? (mayFetch(sources, path.info) ? undefined : 'groups');
  });
}

/**
 * A long-term path that has the files already is preferred: nothing need be moved. DisallowRemoteFinalize wants such a
 * path; a sealing path with the files beside a long-term path without them does not do.
 */
function stores(
  worker: readonly IndexedPath[],
  index: SectorIndexView,
  sector: SectorId,
  types: number,
  size: SectorSize,
): Eligibility {
  const eligibility = allocates(worker, sector, types, 'stored', size);
  if (!eligibility.ok) return eligibility;
  const holders = index.holders(sector);
  const preferred = worker.some(
    (path) =>
      holds(holders, path.info.ID, types) && refusalOf(path, sector, types, 'stored', size) === undefined,
  );
  if (index.disallowRemoteFinalize === true && !preferred) return { ok: false, reason: 'data-elsewhere' };
  return { ok: true, preferred };
}

function holds(holders: Holders, id: StorageId, types: number): boolean {
  return ((holders.get(id) ?? 0) & types) !== 0;
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
  if (!takesMiner(info, sector.Miner)) return 'miner-denied';
  if (deniedTypes(types, info) === types) return 'types-denied';
  if (spaceNeeded(types, size, purpose) > path.available) return 'no-room';
  if (!path.healthy) return 'silent';
  return undefined;
}

function takesMiner(info: StorageInfo, miner: number): boolean {
  const names = (list: readonly string[]): boolean => list.some((name) => name.slice(1) === `0${miner}`);
  const allow = info.AllowMiners ?? [];
  if (allow.length === 0 && (info.DenyMiners ?? []).length === 0) return true;
  return (allow.length === 0 || names(allow)) && !names(info.DenyMiners ?? []);
}
