import { announcedResources } from '../capacity/announced.js';
import { spaceOf } from '../capacity/space.js';
import { storageSettings } from '../desired/desire.js';
import type { Farm, Hardware, Host, Worker } from '../farm/farm.js';
import { isSealing } from '../flow/paths.js';
import { doersOf } from '../flow/routes.js';
import type { StorageId, StorageInfo } from '../lotus/api.js';
import { resourcesFromEnvironment } from '../lotus/resource-env.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { type TaskCode, TASKS } from '../lotus/task.js';
import type { SchedulerWorker } from '../scheduler/task-request.js';

/** A farm as the simulation knows it: workers and paths, nothing of files and addresses. */
export interface Model {
  readonly size: SectorSize;
  readonly disallowRemoteFinalize: boolean;
  readonly workers: readonly ModelWorker[];
  readonly paths: readonly ModelPath[];
  /** The farm itself has no long-term storage: finished sectors go to the miner's. */
  readonly minerStores: boolean;
}

export interface ModelWorker extends SchedulerWorker {
  readonly host: string;
}

export interface ModelPath {
  readonly info: StorageInfo;
  /** Session of its worker. */
  readonly session: string;
  /** Paths of one file system share its room. */
  readonly fileSystem: string;
  /** bytes; Infinity where nobody said */
  readonly size: number;
}

/** The name under which the miner itself appears. */
export const MINER = 'lotus-miner';

/** The file does not say which miner seals. */
const ANY_MINER = { AllowMiners: [], DenyMiners: [] };

/** Sealing workers do these without being told. */
const ALWAYS_ON: readonly TaskCode[] = TASKS.filter(({ name }) => name === undefined).map(({ code }) => code);

/** @param hardware of every host that has workers */
export function modelOf(farm: Farm, hardware: ReadonlyMap<string, Hardware>): Model {
  const minerStores = doersOf(farm).store.length === 0;
  const parts = farm.hosts.flatMap((host) => {
    const has = hardware.get(host.name);
    if (has === undefined && host.workers.length > 0) throw new Error(`no hardware of ${host.name}`);
    return has === undefined ? [] : host.workers.map((worker) => workerPart(farm, host, worker, has));
  });
  const all = minerStores ? [...parts, minerPart()] : parts;
  return {
    size: farm.sectorSize,
    disallowRemoteFinalize: farm.miner.disallowRemoteFinalize,
    workers: all.map(({ worker }) => worker),
    paths: all.flatMap(({ paths }) => paths),
    minerStores,
  };
}

interface Part {
  readonly worker: ModelWorker;
  readonly paths: readonly ModelPath[];
}

function workerPart(farm: Farm, host: Host, worker: Worker, hardware: Hardware): Part {
  const paths = worker.storage.map((storage): ModelPath => {
    const space = spaceOf(storage, hardware);
    return {
      info: { ...storageSettings(storage), ...ANY_MINER, ID: `${host.name}:${storage.path}`, URLs: [] },
      session: worker.name,
      fileSystem: `${host.name}:${space?.fileSystem ?? storage.path}`,
      size: space?.size ?? Infinity,
    };
  });
  const resources = announcedResources(farm, worker, hardware);
  return { worker: asWorker(worker.name, host.name, tasksOf(worker), paths, resources), paths };
}

function tasksOf(worker: Worker): readonly TaskCode[] {
  return isSealing(worker) ? [...worker.tasks, ...ALWAYS_ON] : worker.tasks;
}

/** The miner does what every sealing worker does, on a machine and on storage that are never the bottleneck. */
function minerPart(): Part {
  const resources = {
    MemPhysical: 2 ** 50,
    MemUsed: 0,
    MemSwap: 0,
    MemSwapUsed: 0,
    CPUs: 1024,
    GPUs: [],
    Resources: resourcesFromEnvironment({}),
  };
  const path: ModelPath = {
    info: {
      ID: MINER,
      URLs: [],
      Weight: 10,
      MaxStorage: 0,
      CanSeal: false,
      CanStore: true,
      Groups: [],
      AllowTo: [],
      AllowTypes: [],
      DenyTypes: [],
      ...ANY_MINER,
    },
    session: MINER,
    fileSystem: MINER,
    size: Infinity,
  };
  return { worker: asWorker(MINER, MINER, ALWAYS_ON, [path], resources), paths: [path] };
}

function asWorker(
  name: string,
  host: string,
  tasks: readonly TaskCode[],
  paths: readonly ModelPath[],
  resources: ModelWorker['resources'],
): ModelWorker {
  const ids: readonly StorageId[] = paths.map(({ info }) => info.ID);
  return { session: name, name, host, enabled: true, tasks: new Set(tasks), paths: ids, resources };
}
