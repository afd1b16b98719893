import type { StorageId, StorageInfo, WorkerJob } from '../lotus/api.js';
import { fileTypesOf, sectorName, type FileType } from '../lotus/file-type.js';
import { mayFetch } from '../lotus/selector.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import { task, taskByRpc, type TaskCode } from '../lotus/task.js';
import type { Observation, ObservedMiner, ObservedWorker, WorkerLive } from '../observed/observed.js';

/** All that the drain of one worker looks at. */
export interface DrainSnapshot {
  readonly worker: string;
  /** Whether its process runs and answers. */
  readonly alive: boolean;
  /** Tasks Lotus gives it now. */
  readonly enabled: ReadonlySet<TaskCode>;
  /** Its jobs that are assigned, prepared or running. */
  readonly jobs: readonly DrainJob[];
  /** Jobs of others that read from its paths. */
  readonly readers: readonly DrainJob[];
  /** Sectors with files on paths that only this worker serves. */
  readonly held: readonly HeldSector[];
}

export interface DrainJob {
  readonly task: TaskCode;
  /** `s-t01000-7` */
  readonly sector: string;
  readonly state: 'assigned' | 'prepared' | 'running';
  /** ISO 8601 */
  readonly since: string;
}

export interface HeldSector {
  /** `s-t01000-7` */
  readonly sector: string;
  readonly types: readonly FileType[];
  /** State in the miner's pipeline, such as PreCommit2 or WaitSeed; absent while the miner does not say. */
  readonly state?: string;
  /** Tasks that some other worker may take over for this sector. */
  readonly elsewhere: ReadonlySet<TaskCode>;
}

/** Sector name → its state in the miner's pipeline. */
export type SectorStates = ReadonlyMap<string, string>;

/** Jobs that read no sector file. Lotus: storage/sealer/manager.go */
const WITHOUT_SECTOR_FILES: ReadonlySet<TaskCode> = new Set(['C2', 'PR2', 'WDP', 'WNP']);

export function drainSnapshot(
  worker: string,
  observation: Observation,
  miner: ObservedMiner,
  states: SectorStates,
): DrainSnapshot {
  const observed = observedWorkers(observation);
  const own = observed.get(worker);
  const live = liveWorker(own);
  const held = heldSectors(worker, own, observed, miner, states);
  const names = new Set(held.map(({ sector }) => sector));
  return {
    worker,
    alive: live !== undefined,
    enabled: live?.tasks ?? new Set(),
    jobs: jobs(miner, (name) => name === worker),
    readers: jobs(miner, (name) => name !== worker).filter(
      (job) => names.has(job.sector) && !WITHOUT_SECTOR_FILES.has(job.task),
    ),
    held,
  };
}

function observedWorkers(observation: Observation): ReadonlyMap<string, ObservedWorker> {
  return new Map([...observation.hosts.values()].flatMap((host) => (host.reached ? [...host.workers] : [])));
}

function liveWorker(worker: ObservedWorker | undefined): WorkerLive | undefined {
  return worker?.process?.live.reached === true ? worker.process.live : undefined;
}

function jobs(miner: ObservedMiner, whose: (worker: string | undefined) => boolean): readonly DrainJob[] {
  return [...miner.jobs]
    .filter(([session]) => whose(miner.workers.get(session)?.Info.Hostname))
    .flatMap(([, list]) => list.flatMap(drainJob));
}

function drainJob(job: WorkerJob): readonly DrainJob[] {
  const code = taskByRpc(job.Task)?.code;
  if (code === undefined || job.RunWait < 0) return [];
  const state = job.RunWait === 0 ? 'running' : job.RunWait === 1 ? 'prepared' : 'assigned';
  return [{ task: code, sector: sectorName(job.Sector), state, since: job.Start }];
}

function heldSectors(
  worker: string,
  own: ObservedWorker | undefined,
  observed: ReadonlyMap<string, ObservedWorker>,
  miner: ObservedMiner,
  states: SectorStates,
): readonly HeldSector[] {
  const sole = soleStorage(own, miner);
  const masks = new Map<string, number>();
  const holders = new Map<string, StorageInfo[]>();
  for (const info of sole) {
    for (const decl of miner.sectors.get(info.ID) ?? []) {
      const name = sectorName(decl);
      masks.set(name, (masks.get(name) ?? 0) | decl.SectorFileType);
      holders.set(name, [...(holders.get(name) ?? []), info]);
    }
  }
  return [...masks].map(([sector, mask]) => {
    const state = states.get(sector);
    return {
      sector,
      types: fileTypesOf(mask),
      elsewhere: takers(worker, holders.get(sector) ?? [], observed, miner),
      ...(state === undefined ? {} : { state }),
    };
  });
}

/** The index entries of paths that would vanish with this worker: a path with a second URL is served by another. */
function soleStorage(own: ObservedWorker | undefined, miner: ObservedMiner): readonly StorageInfo[] {
  return storageIds(own).flatMap((id) => {
    const info = miner.storage.get(id)?.info;
    return info !== undefined && (info.URLs ?? []).length <= 1 ? [info] : [];
  });
}

/** A stopped worker's paths are known by their files. */
function storageIds(worker: ObservedWorker | undefined): readonly StorageId[] {
  const live = liveWorker(worker);
  if (live !== undefined) return live.paths.map(({ ID }) => ID);
  return [...(worker?.storage.values() ?? [])].flatMap(({ sectorStore }) => {
    const store = sectorStore.state === 'present' ? parseSectorStore(sectorStore.text.reveal()) : undefined;
    return store === undefined || 'problem' in store ? [] : [store.id];
  });
}

/** Only PC2 is bound to groups: the others take data from anywhere, or need none. */
function takers(
  worker: string,
  holders: readonly StorageInfo[],
  observed: ReadonlyMap<string, ObservedWorker>,
  miner: ObservedMiner,
): ReadonlySet<TaskCode> {
  const others = [...miner.workers.values()].filter(({ Info }) => Info.Hostname !== worker);
  const mayTake = (name: string): boolean =>
    storageIds(observed.get(name)).some((id) => {
      const target = miner.storage.get(id)?.info;
      return target !== undefined && target.CanSeal && mayFetch(holders, target);
    });
  const codes = (['PC1', 'PC2', 'C2', 'PR2'] as const).filter((code) =>
    others.some(
      ({ Tasks, Info }) => Tasks.includes(task(code).rpc) && (code !== 'PC2' || mayTake(Info.Hostname)),
    ),
  );
  return new Set(codes);
}
