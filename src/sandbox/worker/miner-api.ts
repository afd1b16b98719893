import { setTimeout as pause } from 'node:timers/promises';
import type { SectorDecl, StorageId, StorageInfo, StorageStat } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import type { RpcClient } from '../wire/json-rpc-client.js';
import { RpcError } from '../wire/json-rpc-client.js';

/** Lotus: storiface.CallID */
export interface CallId {
  readonly Sector: SectorId;
  readonly ID: string;
}

/** Lotus: storiface.CallError */
export interface CallError {
  readonly Code: number;
  readonly Message: string;
}

/** Lotus: storiface.ErrTempWorkerRestart */
export const TEMP_WORKER_RESTART = 101;

/** A path that holds files of a sector. */
export interface FoundPath {
  readonly ID: StorageId;
  /** `http://IP:PORT/remote`, one for each server of the path */
  readonly BaseURLs: readonly string[];
  readonly CanSeal: boolean;
  readonly CanStore: boolean;
}

/** What a worker asks of its miner. All reject as RpcClient does, but those that belong to a task wait for the miner. */
export interface MinerApi {
  version(): Promise<{ readonly APIVersion: number }>;
  session(): Promise<string>;
  /** @param url of the worker's own RPC */
  connect(url: string): Promise<void>;
  attach(info: StorageInfo, stat: StorageStat): Promise<void>;
  detach(id: StorageId, url: string): Promise<void>;
  reportHealth(id: StorageId, stat: StorageStat): Promise<void>;
  declare(id: StorageId, sector: SectorId, types: number): Promise<void>;
  drop(id: StorageId, sector: SectorId, types: number): Promise<void>;
  find(sector: SectorId, types: number): Promise<readonly FoundPath[]>;
  info(id: StorageId): Promise<StorageInfo>;
  list(): Promise<Readonly<Record<StorageId, readonly SectorDecl[]>>>;
  /** @param method as `ReturnSealPreCommit1` */
  giveBack(method: string, call: CallId, result: readonly unknown[], error: CallError | null): Promise<void>;
}

export function minerApi(client: RpcClient): MinerApi {
  const ask = async (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    client.call(`Filecoin.${method}`, params);
  /** In the middle of work: a miner that is away for a moment must not cost hours of it. */
  const insist = async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
    for (;;) {
      try {
        return await ask(method, ...params);
      } catch (error) {
        if (error instanceof RpcError) throw error;
        await pause(250);
      }
    }
  };
  const tell = async (method: string, ...params: readonly unknown[]): Promise<void> => {
    await ask(method, ...params);
  };
  return {
    version: async () => (await ask('Version')) as { APIVersion: number },
    session: async () => (await ask('Session')) as string,
    connect: (url) => tell('WorkerConnect', url),
    attach: (info, stat) => tell('StorageAttach', info, stat),
    detach: (id, url) => tell('StorageDetach', id, url),
    reportHealth: (id, stat) => tell('StorageReportHealth', id, { Stat: stat, Err: '' }),
    declare: async (id, sector, types) => {
      await insist('StorageDeclareSector', id, sector, types, true);
    },
    drop: async (id, sector, types) => {
      await insist('StorageDropSector', id, sector, types);
    },
    find: async (sector, types) =>
      (await insist('StorageFindSector', sector, types, 0, false)) as readonly FoundPath[],
    info: async (id) => (await ask('StorageInfo', id)) as StorageInfo,
    list: async () => (await ask('StorageList')) as Record<StorageId, SectorDecl[]>,
    giveBack: async (method, call, result, error) => {
      await insist(method, call, ...result, error);
    },
  };
}
