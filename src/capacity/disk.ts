import { storageSettings } from '../desired/desire.js';
import type { Farm, Hardware, StorageDeclaration, Worker } from '../farm/farm.js';
import type { StorageInfo } from '../lotus/api.js';
import { FILE_TYPES, type FileType } from '../lotus/file-type.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { IndexedPath } from '../lotus/selector.js';
import { pathFor } from '../lotus/path-choice.js';
import { deniedTypes } from '../lotus/selector.js';
import { spaceNeeded } from '../lotus/space.js';
import type { TaskCode } from '../lotus/task.js';
import type { Refusal } from './capacity.js';
import { spaceOf } from './space.js';

/** The storage paths of one worker and the room left on them. */
export interface Disk {
  readonly size: SectorSize;
  readonly disallowRemoteFinalize: boolean;
  readonly paths: readonly SectorPath[];
  /** bytes, by file system; infinite where nobody said how large it is */
  readonly free: ReadonlyMap<string, number>;
}

interface SectorPath {
  readonly info: StorageInfo;
  readonly fileSystem: string;
  /** bytes that MaxStorage still allows */
  readonly allowed: number;
}

/** The files that lie on a worker's paths while it does a task, or come to lie there. */
interface Files {
  readonly types: readonly FileType[];
  readonly purpose: 'sealing' | 'stored';
}

const SEALED: Files = { types: ['sealed', 'cache'], purpose: 'sealing' };

const FILES: Readonly<Partial<Record<TaskCode, Files>>> = {
  AP: { types: ['unsealed'], purpose: 'sealing' },
  PC1: SEALED,
  // Whether PC1 left them here or they are fetched: a sector takes as much room.
  PC2: SEALED,
  GET: { types: ['sealed', 'cache'], purpose: 'stored' },
};

export function emptyDisk({ sectorSize, miner }: Farm, { storage }: Worker, hardware: Hardware): Disk {
  const spaces = storage.map((declared) => ({
    declared,
    space: spaceOf(declared, hardware) ?? { fileSystem: declared.path, size: Infinity },
  }));
  return {
    size: sectorSize,
    disallowRemoteFinalize: miner.disallowRemoteFinalize,
    paths: spaces.map(({ declared, space: { fileSystem } }) => sectorPath(declared, fileSystem)),
    free: new Map(spaces.map(({ space: { fileSystem, size } }) => [fileSystem, size])),
  };
}

function sectorPath(declared: StorageDeclaration, fileSystem: string): SectorPath {
  return {
    info: { ...storageSettings(declared), ID: declared.path, URLs: null },
    fileSystem,
    allowed: declared.maxStorage > 0 ? declared.maxStorage : Infinity,
  };
}

/**
 * Why the files of one task more find no place, if so. Each path that is to take any of them must have room for all.
 * Lotus: storage/sealer/selector_alloc.go, selector_move.go
 */
export function diskRefusal(code: TaskCode, disk: Disk): Refusal | undefined {
  const files = FILES[code];
  if (files === undefined) return undefined;
  const types = files.types.reduce((mask, type) => mask | FILE_TYPES[type], 0);
  const needed = spaceNeeded(types, disk.size, files.purpose);
  const paths = indexed(disk).filter(({ info }) => mayHold(info, types, files.purpose));
  const takers = paths.filter(({ available }) => available >= needed);
  if (takesAll(types, takers)) return mayKeep(files, disk, paths) ? undefined : { binds: 'path' };
  if (!takesAll(types, paths)) return { binds: 'path' };
  return {
    binds: 'disk',
    needs: { needed, available: Math.max(...paths.map(({ available }) => available)) },
  };
}

/** Any of them. */
function mayHold(info: StorageInfo, types: number, purpose: Files['purpose']): boolean {
  const meant = purpose === 'sealing' ? info.CanSeal : info.CanStore;
  return meant && deniedTypes(types, info) !== types;
}

/** Each file type needs one of the paths. */
function takesAll(types: number, paths: readonly IndexedPath[]): boolean {
  return paths.reduce((missing, { info }) => missing & deniedTypes(types, info), types) === 0;
}

/** Where the miner's config.toml says DisallowRemoteFinalize a sector is stored on the path on which it was sealed. */
function mayKeep(
  { purpose }: Files,
  { disallowRemoteFinalize }: Disk,
  stores: readonly IndexedPath[],
): boolean {
  return purpose === 'sealing' || !disallowRemoteFinalize || stores.some(({ info }) => info.CanSeal);
}

/** The room that is left with the files of one task more. */
export function withFiles(code: TaskCode, disk: Disk): Disk {
  const { types, purpose } = FILES[code] ?? { types: [], purpose: 'sealing' };
  // Lotus chooses for all files before it keeps room for any.
  const before = indexed(disk);
  return types.reduce((left, type) => {
    const path = pathFor(before, type, purpose, disk.size);
    return path === undefined
      ? left
      : without(left, path.info.ID, spaceNeeded(FILE_TYPES[type], disk.size, purpose));
  }, disk);
}

function without(disk: Disk, id: string, bytes: number): Disk {
  const chosen = disk.paths.find(({ info }) => info.ID === id)?.fileSystem;
  return {
    ...disk,
    paths: disk.paths.map((path) =>
      path.info.ID === id ? { ...path, allowed: path.allowed - bytes } : path,
    ),
    free: new Map(
      [...disk.free].map(([fileSystem, free]) => [fileSystem, fileSystem === chosen ? free - bytes : free]),
    ),
  };
}

function indexed({ paths, free }: Disk): readonly IndexedPath[] {
  return paths.map(({ info, fileSystem, allowed }) => ({
    info,
    available: Math.min(allowed, free.get(fileSystem) ?? Infinity),
    healthy: true,
  }));
}
