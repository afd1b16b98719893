/**
 * The shapes in which Lotus answers, as far as sealfarm reads them. Field names are Lotus's own.
 * Lotus: api/api_worker.go, api/api_storage.go, storage/sealer/storiface
 */
import type { SectorId } from './file-type.js';

/** UUID of a worker's process as the miner knows it; a restart makes a new one. */
export type SessionId = string;

/** UUID of a storage path: the identity of the data in it. */
export type StorageId = string;

export interface TaskResources {
  /** bytes */
  readonly MinMemory: number;
  /** bytes */
  readonly MaxMemory: number;
  /** bytes */
  readonly BaseMinMemory: number;
  /** GPUs in use while it runs, fractions allowed */
  readonly GPUUtilization: number;
  /** threads; -1 means 92 % of the CPUs */
  readonly MaxParallelism: number;
  /** threads where a GPU is present; 0 means MaxParallelism */
  readonly MaxParallelismGPU: number;
  /** 0 means no limit */
  readonly MaxConcurrent: number;
}

export interface WorkerResources {
  /** bytes */
  readonly MemPhysical: number;
  /** bytes */
  readonly MemUsed: number;
  /** bytes */
  readonly MemSwap: number;
  /** bytes */
  readonly MemSwapUsed: number;
  readonly CPUs: number;
  readonly GPUs: readonly string[] | null;
  /** task type → seal proof number → what one such task takes */
  readonly Resources: Readonly<Record<string, Readonly<Record<string, TaskResources>>>>;
}

export interface WorkerInfo {
  /** The worker's `--name`, not the machine's. */
  readonly Hostname: string;
  readonly IgnoreResources: boolean;
  readonly Resources: WorkerResources;
}

export interface WorkerStats {
  readonly Info: WorkerInfo;
  /** Task types it takes now. */
  readonly Tasks: readonly string[];
  readonly Enabled: boolean;
  /** bytes */
  readonly MemUsedMin: number;
  /** bytes */
  readonly MemUsedMax: number;
  readonly GpuUsed: number;
  readonly CpuUse: number;
  /** `PROOF:TASK` → how many run */
  readonly TaskCounts: Readonly<Record<string, number>> | null;
}

/** The session under which jobs of no live worker are listed. */
export const NO_SESSION: SessionId = '00000000-0000-0000-0000-000000000000';

export interface WorkerJob {
  readonly ID: { readonly Sector: SectorId; readonly ID: string };
  readonly Sector: SectorId;
  readonly Task: string;
  /** ≥2 assigned, 1 prepared, 0 running, -1 ret-wait, -2 returned, -3 ret-done */
  readonly RunWait: number;
  /** RFC 3339 */
  readonly Start: string;
  readonly Hostname: string;
}

/** That one sector has files of these types on a path. */
export interface SectorDecl extends SectorId {
  /** bit mask, see file-type.ts */
  readonly SectorFileType: number;
}

/** What the miner's index knows of a storage path. Lists Lotus leaves empty come as null. */
export interface StorageInfo {
  readonly ID: StorageId;
  /** One for each worker or miner that serves the path: `http://IP:PORT/remote`. */
  readonly URLs: readonly string[] | null;
  readonly Weight: number;
  /** bytes, 0 means no limit */
  readonly MaxStorage: number;
  readonly CanSeal: boolean;
  readonly CanStore: boolean;
  readonly Groups: readonly string[] | null;
  readonly AllowTo: readonly string[] | null;
  readonly AllowTypes: readonly string[] | null;
  readonly DenyTypes: readonly string[] | null;
  readonly AllowMiners: readonly string[] | null;
  readonly DenyMiners: readonly string[] | null;
}

/** All in bytes. `Max` is the MaxStorage the worker itself works by. */
export interface StorageStat {
  readonly Capacity: number;
  readonly Available: number;
  readonly FSAvailable: number;
  readonly Reserved: number;
  readonly Max: number;
  readonly Used: number;
}

/** A path as a worker has it attached. */
export interface StoragePath {
  readonly ID: StorageId;
  readonly Weight: number;
  readonly LocalPath: string;
  readonly CanSeal: boolean;
  readonly CanStore: boolean;
}

/** Read and write locks of a sector, one count for each file type in bit order. */
export interface SectorLock {
  readonly Sector: SectorId;
  readonly Write: readonly number[];
  readonly Read: readonly number[];
}

/** Lotus: api/api_storage.go SectorLog */
export interface SectorLogEntry {
  /** As in `event;sealing.SectorSeedReady`. */
  readonly Kind: string;
  /** In seconds since 1970. */
  readonly Timestamp: number;
}
