/**
 * What the types of `lotus/api.ts` look like on the wire. Fields are checked as far as sealfarm reads them; lists and
 * maps without elements may be null, which is how Go writes them.
 */
import type {
  SectorDecl,
  SectorLock,
  StorageInfo,
  StoragePath,
  StorageStat,
  TaskResources,
  WorkerInfo,
  WorkerJob,
  WorkerResources,
  WorkerStats,
} from '../lotus/api.js';
import type { SectorId } from '../lotus/file-type.js';
import { arrayOf, isBoolean, isNumber, isString, orNull, recordOf, shape, type Check } from './check.js';

const isSectorId = shape<SectorId>({ Miner: isNumber, Number: isNumber });

const isTaskResources = shape<TaskResources>({
  MinMemory: isNumber,
  MaxMemory: isNumber,
  BaseMinMemory: isNumber,
  GPUUtilization: isNumber,
  MaxParallelism: isNumber,
  MaxParallelismGPU: isNumber,
  MaxConcurrent: isNumber,
});

const isWorkerResources = shape<WorkerResources>({
  MemPhysical: isNumber,
  MemUsed: isNumber,
  MemSwap: isNumber,
  MemSwapUsed: isNumber,
  CPUs: isNumber,
  GPUs: orNull(arrayOf(isString)),
  Resources: recordOf(recordOf(isTaskResources)),
});

export const isWorkerInfo = shape<WorkerInfo>({
  Hostname: isString,
  IgnoreResources: isBoolean,
  Resources: isWorkerResources,
});

/** A worker of no task at all has null for its tasks. */
export type WireWorkerStats = Omit<WorkerStats, 'Tasks'> & { readonly Tasks: WorkerStats['Tasks'] | null };

export const isWorkerStats = shape<WireWorkerStats>({
  Info: isWorkerInfo,
  Tasks: orNull(arrayOf(isString)),
  Enabled: isBoolean,
  MemUsedMin: isNumber,
  MemUsedMax: isNumber,
  GpuUsed: isNumber,
  CpuUse: isNumber,
  TaskCounts: orNull(recordOf(isNumber)),
});

export const isWorkerJob = shape<WorkerJob>({
  ID: shape<WorkerJob['ID']>({ Sector: isSectorId, ID: isString }),
  Sector: isSectorId,
  Task: isString,
  RunWait: isNumber,
  Start: isString,
  Hostname: isString,
});

export const isSectorDecl = shape<SectorDecl>({
  Miner: isNumber,
  Number: isNumber,
  SectorFileType: isNumber,
});

/** Versions of Lotus from before a list was introduced leave it out. */
const isStringList: Check<readonly string[] | null> = (value): value is readonly string[] | null =>
  value === undefined || value === null || arrayOf(isString)(value);

export const isStorageInfo = shape<StorageInfo>({
  ID: isString,
  URLs: isStringList,
  Weight: isNumber,
  MaxStorage: isNumber,
  CanSeal: isBoolean,
  CanStore: isBoolean,
  Groups: isStringList,
  AllowTo: isStringList,
  AllowTypes: isStringList,
  DenyTypes: isStringList,
  AllowMiners: isStringList,
  DenyMiners: isStringList,
});

export const NO_LISTS: Pick<
  StorageInfo,
  'URLs' | 'Groups' | 'AllowTo' | 'AllowTypes' | 'DenyTypes' | 'AllowMiners' | 'DenyMiners'
> = {
  URLs: null,
  Groups: null,
  AllowTo: null,
  AllowTypes: null,
  DenyTypes: null,
  AllowMiners: null,
  DenyMiners: null,
};

export const isStorageStat = shape<StorageStat>({
  Capacity: isNumber,
  Available: isNumber,
  FSAvailable: isNumber,
  Reserved: isNumber,
  Max: isNumber,
  Used: isNumber,
});

export const isStoragePath = shape<StoragePath>({
  ID: isString,
  Weight: isNumber,
  LocalPath: isString,
  CanSeal: isBoolean,
  CanStore: isBoolean,
});

export const isSectorLock = shape<SectorLock>({
  Sector: isSectorId,
  Write: arrayOf(isNumber),
  Read: arrayOf(isNumber),
});
