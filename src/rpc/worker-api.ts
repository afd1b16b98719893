import type { Result } from '../diagnostic/result.js';
import type { SessionId, StorageId, StoragePath, WorkerInfo } from '../lotus/api.js';
import { ask, asIs, tell } from './ask.js';
import { arrayOf, isNumber, isRecord, isString, orNull, recordOf } from './check.js';
import type { LotusClient } from './lotus-client.js';
import { isStoragePath, isWorkerInfo } from './shapes.js';

/**
 * What sealfarm asks and tells a lotus-worker. SetEnabled is left out on purpose: it hides the worker's storage from
 * the others. Lotus: api/api_worker.go
 */
export interface WorkerApi {
  /** 3 × 8 bits: major, minor, patch of the API. */
  version(): Promise<Result<number>>;
  info(): Promise<Result<WorkerInfo>>;
  /** Under which the miner knows it; changes when the worker reconnects to the miner. */
  session(): Promise<Result<SessionId>>;
  /** Changes with each process. */
  processSession(): Promise<Result<SessionId>>;
  /** RPC names of the tasks it takes now, in alphabetical order. */
  taskTypes(): Promise<Result<readonly string[]>>;
  paths(): Promise<Result<readonly StoragePath[]>>;
  /** Attaches a path, which must have its sectorstore.json; the worker adds it to its storage.json. */
  storageAddLocal(path: string): Promise<Result<undefined>>;
  /** Detaches a path; the worker takes it out of its storage.json. Its files stay. */
  storageDetachLocal(path: string): Promise<Result<undefined>>;
  storageDetachAll(): Promise<Result<undefined>>;
  /** Reads a path's sectorstore.json again, and what lies there. `dropMissing` takes sectors whose files are not there off the index. */
  storageRedeclareLocal(id: StorageId, dropMissing: boolean): Promise<Result<undefined>>;
  /** Until the process ends. */
  taskEnable(rpcType: string): Promise<Result<undefined>>;
  /** Until the process ends; tasks already assigned still run. */
  taskDisable(rpcType: string): Promise<Result<undefined>>;
  /** Ends the process some 20 s later, without waiting for its tasks. */
  shutdown(): Promise<Result<undefined>>;
}

export function createWorkerApi(client: LotusClient): WorkerApi {
  return {
    version: () => ask(client, 'Filecoin.Version', [], isNumber, asIs),
    info: () => ask(client, 'Filecoin.Info', [], isWorkerInfo, asIs),
    session: () => ask(client, 'Filecoin.Session', [], isString, asIs),
    processSession: () => ask(client, 'Filecoin.ProcessSession', [], isString, asIs),
    taskTypes: () =>
      ask(client, 'Filecoin.TaskTypes', [], recordOf(isRecord), (types) => Object.keys(types).sort()),
    paths: () => ask(client, 'Filecoin.Paths', [], orNull(arrayOf(isStoragePath)), (paths) => paths ?? []),
    storageAddLocal: (path) => tell(client, 'Filecoin.StorageAddLocal', [path]),
    storageDetachLocal: (path) => tell(client, 'Filecoin.StorageDetachLocal', [path]),
    storageDetachAll: () => tell(client, 'Filecoin.StorageDetachAll', []),
    storageRedeclareLocal: (id, dropMissing) =>
      tell(client, 'Filecoin.StorageRedeclareLocal', [id, dropMissing]),
    taskEnable: (rpcType) => tell(client, 'Filecoin.TaskEnable', [rpcType]),
    taskDisable: (rpcType) => tell(client, 'Filecoin.TaskDisable', [rpcType]),
    shutdown: () => tell(client, 'Filecoin.Shutdown', []),
  };
}
