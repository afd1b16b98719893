import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageInfo, StorageStat } from '../../lotus/api.js';
import { simulatedUse } from './sector-files.js';

/** What `sectorstore.json` may say. */
type SectorStoreFile = Partial<Omit<StorageInfo, 'URLs'>>;

/** One storage path as this worker has it open. */
export interface StoragePathState {
  readonly root: string;
  /** As read last, at the opening or a redeclaration. */
  info: StorageInfo;
  /** bytes; the worker goes by what was said when the path was opened */
  readonly maxStorage: number;
}

/** Throws Lotus's errors for a path that is not there or not initialised. */
export function openStoragePath(root: string, url: string): StoragePathState {
  const info = readStorageInfo(root, url);
  return { root, info, maxStorage: info.MaxStorage };
}

export function readStorageInfo(root: string, url: string): StorageInfo {
  const file = join(realpathSync(root), 'sectorstore.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`reading storage metadata for ${root}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return withDefaults(JSON.parse(text) as SectorStoreFile, url);
  } catch (error) {
    throw new Error(`unmarshalling storage metadata for ${root}: ${messageOf(error)}`, { cause: error });
  }
}

/** As Go reads it: what is not said is zero. */
function withDefaults(file: SectorStoreFile, url: string): StorageInfo {
  return {
    ID: file.ID ?? '',
    URLs: [url],
    Weight: file.Weight ?? 0,
    MaxStorage: file.MaxStorage ?? 0,
    CanSeal: file.CanSeal ?? false,
    CanStore: file.CanStore ?? false,
    Groups: file.Groups ?? null,
    AllowTo: file.AllowTo ?? null,
    AllowTypes: file.AllowTypes ?? null,
    DenyTypes: file.DenyTypes ?? null,
    AllowMiners: file.AllowMiners ?? null,
    DenyMiners: file.DenyMiners ?? null,
  };
}

/**
 * As Lotus counts: what is used matters only where a maximum is set.
 * @param disk simulated size of the file system in bytes
 */
export function statOf(path: StoragePathState, disk: number, sectorSize: number): StorageStat {
  const used = simulatedUse(path.root, sectorSize);
  const free = Math.max(0, disk - used);
  const limited = path.maxStorage > 0;
  return {
    Capacity: disk,
    FSAvailable: free,
    Available: limited ? Math.max(0, Math.min(free, path.maxStorage - used)) : free,
    Reserved: 0,
    Max: path.maxStorage,
    Used: limited ? used : 0,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
