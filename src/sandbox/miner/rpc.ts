import type { StorageInfo, StorageStat } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import { SECTOR_SIZES } from '../../lotus/sector-size.js';
import { task } from '../../lotus/task.js';
import { MINER_ID, SECTOR_SIZE } from '../layout.js';
import type { RpcMethod, RpcMethods } from '../wire/json-rpc-server.js';
import type { LocalStorage } from '../worker/local-storage.js';
import type { CallError, CallId } from '../worker/miner-api.js';
import type { Dispatcher } from './dispatcher.js';
import type { EventLog } from './event-log.js';
import type { IndexStore } from './index-store.js';
import { PIECES } from './job.js';
import type { Pipeline } from './pipeline.js';
import type { Workers } from './workers.js';
import { sectorLocks, workerJobs, workerStats } from './worker-jobs.js';

export interface MinerParts {
  /** UUID of this process. */
  readonly session: string;
  readonly version: string;
  readonly token: string;
  readonly index: IndexStore;
  readonly workers: Workers;
  readonly dispatcher: Dispatcher;
  readonly pipeline: Pipeline;
  readonly events: EventLog;
  readonly storage: LocalStorage;
}

/** What `Sandbox.Report` says. */
export interface SandboxReport {
  readonly sectors: readonly { readonly number: number; readonly state: string; readonly since: string }[];
  /** Jobs whose work was lost. */
  readonly jobsFailed: number;
  readonly workers: readonly {
    readonly name: string;
    readonly enabled: boolean;
    readonly tasks: readonly string[];
  }[];
}

/** The miner's JSON-RPC methods, by full name. */
export function minerMethods(parts: MinerParts): RpcMethods {
  return {
    ...commonMethods(parts),
    ...workerMethods(parts),
    ...storageMethods(parts),
    ...sectorMethods(parts),
    ...returnMethods(parts.dispatcher),
    ...sandboxMethods(parts),
  };
}

function commonMethods({ session, version, token }: MinerParts): RpcMethods {
  const verify: RpcMethod = ([given]) => {
    if (given !== token) throw new Error('JWT Verification failed: invalid token');
    return ['read', 'write', 'sign', 'admin'];
  };
  // As Lotus does, it makes the same token again by the same key; bytes go as base64. It knows no other than this one.
  const make: RpcMethod = ([permissions]) => {
    if (!(permissions as readonly string[]).includes('admin'))
      throw new Error('only admin tokens are made here');
    return Buffer.from(token, 'utf8').toString('base64');
  };
  return {
    'Filecoin.AuthNew': make,
    'Filecoin.Version': () => ({ Version: version, APIVersion: 131840, BlockDelay: 30 }),
    'Filecoin.Session': () => session,
    'Filecoin.AuthVerify': verify,
    'Filecoin.StorageAuthVerify': verify,
    'Filecoin.ActorAddress': () => `f0${MINER_ID}`,
    'Filecoin.ActorSectorSize': () => SECTOR_SIZES[SECTOR_SIZE].bytes,
  };
}

function workerMethods({ workers, dispatcher }: MinerParts): RpcMethods {
  const isLive = (session: string): boolean => workers.get(session) !== undefined;
  return {
    'Filecoin.WorkerConnect': ([url]) => workers.connect(String(url)),
    'Filecoin.WorkerStats': () =>
      Object.fromEntries(
        workers.list().map((worker) => [worker.session, workerStats(worker, dispatcher.jobs())]),
      ),
    'Filecoin.WorkerJobs': () => workerJobs(dispatcher.jobs(), dispatcher.calls.list(), isLive),
    'Filecoin.SealingSchedDiag': () => ({
      SchedInfo: {
        Requests: dispatcher.waiting().map((request) => ({
          Priority: 0,
          Sector: request.sector,
          TaskType: task(request.task).rpc,
        })),
        OpenWindows: [],
      },
    }),
  };
}

function storageMethods({ index, storage, dispatcher }: MinerParts): RpcMethods {
  return {
    'Filecoin.StorageList': () => index.list(),
    'Filecoin.StorageInfo': ([id]) => index.info(String(id)),
    'Filecoin.StorageStat': ([id]) => index.stat(String(id)),
    'Filecoin.StorageLocal': () =>
      Object.fromEntries(storage.paths().map(({ ID, LocalPath }) => [ID, LocalPath])),
    'Filecoin.StorageAttach': ([info, stat]) => {
      index.attach(info as StorageInfo, stat as StorageStat);
    },
    'Filecoin.StorageDetach': ([id, url]) => {
      index.detach(String(id), String(url));
    },
    'Filecoin.StorageReportHealth': ([id, report]) => {
      const { Stat, Err } = report as { Stat: StorageStat; Err: string };
      index.reportHealth(String(id), Stat, Err);
    },
    'Filecoin.StorageDeclareSector': ([id, sector, types]) => {
      index.declare(String(id), sector as SectorId, Number(types));
    },
    'Filecoin.StorageDropSector': ([id, sector, types]) => {
      index.drop(String(id), sector as SectorId, Number(types));
    },
    'Filecoin.StorageFindSector': ([sector, types]) => index.find(sector as SectorId, Number(types)),
    'Filecoin.StorageGetLocks': () => ({ Locks: sectorLocks(dispatcher.jobs()) }),
  };
}

function sectorMethods({ pipeline }: MinerParts): RpcMethods {
  return {
    'Filecoin.SectorsSummary': () => {
      const summary: Record<string, number> = {};
      for (const { state } of pipeline.sectors()) summary[state] = (summary[state] ?? 0) + 1;
      return summary;
    },
    'Filecoin.SectorsListInStates': ([states]) => {
      const wanted = states as readonly string[];
      return pipeline.sectors().flatMap(({ number, state }) => (wanted.includes(state) ? number : []));
    },
    'Filecoin.SectorsStatus': ([number]) => {
      const sector = pipeline.sectors().find((candidate) => candidate.number === number);
      if (sector === undefined) throw new Error('datastore: key not found');
      return {
        SectorID: sector.number,
        State: sector.state,
        SealProof: SECTOR_SIZES[SECTOR_SIZE].sealProof,
        Deals: [0],
        Pieces: PIECES.map((Piece) => ({ Piece, DealInfo: null })),
        Retries: 0,
        LastErr: sector.lastError,
        Log: sector.log.map(({ at, kind, message }) => ({
          Kind: kind,
          Timestamp: Math.floor(Date.parse(at) / 1000),
          Trace: '',
          Message: message,
        })),
      };
    },
  };
}

/** The results of workers: an ID first, an error or null last. */
function returnMethods(dispatcher: Dispatcher): RpcMethods {
  const names = [
    'AddPiece', 'SealPreCommit1', 'SealPreCommit2', 'SealCommit1', 'SealCommit2', 'FinalizeSector', 'MoveStorage', 'Fetch',
  ]; // prettier-ignore
  const method: RpcMethod = (params) => {
    const error = params.at(-1) as CallError | null;
    dispatcher.returned(params[0] as CallId, error ?? undefined);
  };
  return Object.fromEntries(names.map((name) => [`Filecoin.Return${name}`, method]));
}

function sandboxMethods({ pipeline, workers, events }: MinerParts): RpcMethods {
  return {
    'Sandbox.Submit': ([count]) => pipeline.submit(Number(count)),
    'Sandbox.Report': (): SandboxReport => ({
      sectors: pipeline.sectors().map(({ number, state, since }) => ({ number, state, since })),
      jobsFailed: events.count('job-failed'),
      workers: workers
        .list()
        .map(({ info, enabled, tasks }) => ({ name: info.Hostname, enabled, tasks: [...tasks] })),
    }),
  };
}
