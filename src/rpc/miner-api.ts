import type { Result } from '../diagnostic/result.js';
import type {
  SectorDecl,
  SectorLock,
  SectorLogEntry,
  SessionId,
  StorageId,
  StorageInfo,
  StorageStat,
  WorkerJob,
  WorkerStats,
} from '../lotus/api.js';
import { ask, asIs, tell, withoutNulls } from './ask.js';
import { arrayOf, isNumber, isString, orNull, recordOf, shape } from './check.js';
import type { LotusClient } from './lotus-client.js';
import {
  isSectorDecl,
  isSectorLock,
  isStorageInfo,
  isStorageStat,
  isWorkerJob,
  isWorkerStats,
  NO_LISTS,
} from './shapes.js';

/** Where a sector is on its way through the pipeline. Lotus: api/api_storage.go SectorInfo */
export interface SectorStatus {
  readonly SectorID: number;
  /** As in `PreCommit1`, `Proving`. Lotus: storage/pipeline/sector_state.go */
  readonly State: string;
  /** What happened to it, oldest first; absent or null where nothing is recorded. */
  readonly Log?: readonly SectorLogEntry[] | null;
  /** Its pieces; absent in older versions of Lotus, null before it has any. */
  readonly Pieces?: readonly SectorPiece[] | null;
}

/** Lotus: api/api_storage.go SectorPiece */
export interface SectorPiece {
  /** The deal that it is of, which nobody here reads; null for what only fills the sector up, absent where it is not told. */
  readonly DealInfo?: object | null;
}

/** Lotus: api/api_common.go APIVersion */
export interface MinerVersion {
  /** As in `1.36.2+mainnet`. */
  readonly Version: string;
  /** 3 × 8 bits: major, minor, patch of the miner's API, which is counted apart from the worker's. */
  readonly APIVersion: number;
  /** Seconds from one epoch of the chain to the next; absent where it is not told. */
  readonly BlockDelay?: number;
}

/** What sealfarm asks and tells a lotus-miner. Lotus: api/api_storage.go */
export interface MinerApi {
  version(): Promise<Result<MinerVersion>>;
  /** As in `f01234`. */
  actorAddress(): Promise<Result<string>>;
  /** bytes */
  actorSectorSize(address: string): Promise<Result<number>>;
  workerStats(): Promise<Result<Readonly<Record<SessionId, WorkerStats>>>>;
  /** Jobs of no live worker stand under `NO_SESSION`. */
  workerJobs(): Promise<Result<Readonly<Record<SessionId, readonly WorkerJob[]>>>>;
  storageList(): Promise<Result<Readonly<Record<StorageId, readonly SectorDecl[]>>>>;
  storageInfo(id: StorageId): Promise<Result<StorageInfo>>;
  storageStat(id: StorageId): Promise<Result<StorageStat>>;
  /** Settings of a path the index knows already; its URLs are only added to. Lotus: storage/paths/index.go */
  storageAttach(info: StorageInfo, stat: StorageStat): Promise<Result<undefined>>;
  storageGetLocks(): Promise<Result<readonly SectorLock[]>>;
  /** State → number of sectors. */
  sectorsSummary(): Promise<Result<Readonly<Record<string, number>>>>;
  sectorsStatus(sector: number): Promise<Result<SectorStatus>>;
}

const isVersion = shape<MinerVersion>({
  Version: isString,
  APIVersion: isNumber,
  BlockDelay: (value): value is number | undefined => value === undefined || isNumber(value),
});
const isSectorLog = orNull(arrayOf(shape<SectorLogEntry>({ Kind: isString, Timestamp: isNumber })));
const isDealInfo = (value: unknown): value is SectorPiece['DealInfo'] =>
  value === undefined || typeof value === 'object';
const isPieces = orNull(arrayOf(shape<SectorPiece>({ DealInfo: isDealInfo })));
const isSectorStatus = shape<SectorStatus>({
  SectorID: isNumber,
  State: isString,
  Log: (value): value is SectorStatus['Log'] => value === undefined || isSectorLog(value),
  Pieces: (value): value is SectorStatus['Pieces'] => value === undefined || isPieces(value),
});
const isLocks = shape<{ readonly Locks: readonly SectorLock[] | null }>({
  Locks: orNull(arrayOf(isSectorLock)),
});

/**
 * Of workers, jobs and sectors Lotus always makes a map: an answer without one says nothing, and not that there are none.
 * Lotus: storage/sealer/stats.go, storage/paths/index.go StorageList
 */
export function createMinerApi(client: LotusClient): MinerApi {
  return {
    version: () => ask(client, 'Filecoin.Version', [], isVersion, asIs),
    actorAddress: () => ask(client, 'Filecoin.ActorAddress', [], isString, asIs),
    actorSectorSize: (address) => ask(client, 'Filecoin.ActorSectorSize', [address], isNumber, asIs),
    workerStats: () =>
      ask(client, 'Filecoin.WorkerStats', [], recordOf(isWorkerStats), (stats) =>
        Object.fromEntries(
          Object.entries(stats).map(([session, one]) => [session, { ...one, Tasks: one.Tasks ?? [] }]),
        ),
      ),
    workerJobs: () =>
      ask(client, 'Filecoin.WorkerJobs', [], recordOf(orNull(arrayOf(isWorkerJob))), withoutNulls<WorkerJob>),
    storageList: () =>
      ask(
        client,
        'Filecoin.StorageList',
        [],
        recordOf(orNull(arrayOf(isSectorDecl))),
        withoutNulls<SectorDecl>,
      ),
    storageInfo: (id) =>
      ask(client, 'Filecoin.StorageInfo', [id], isStorageInfo, (info) => ({ ...NO_LISTS, ...info })),
    storageStat: (id) => ask(client, 'Filecoin.StorageStat', [id], isStorageStat, asIs),
    storageAttach: (info, stat) => tell(client, 'Filecoin.StorageAttach', [info, stat]),
    storageGetLocks: () => ask(client, 'Filecoin.StorageGetLocks', [], isLocks, ({ Locks }) => Locks ?? []),
    sectorsSummary: () =>
      ask(client, 'Filecoin.SectorsSummary', [], orNull(recordOf(isNumber)), (summary) => summary ?? {}),
    sectorsStatus: (sector) => ask(client, 'Filecoin.SectorsStatus', [sector, false], isSectorStatus, asIs),
  };
}
