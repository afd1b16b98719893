import type { WorkerJob } from '../lotus/api.js';
import { FILE_TYPE_NAMES, FILE_TYPES, fileTypesOf, sectorName, type FileType } from '../lotus/file-type.js';
import type { DueDeadline } from '../lotus/proving.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import { handedOver, withoutPaths, workerOn } from '../observed/departed.js';
import { intentsOf } from '../observed/intents.js';
import { keeperOf } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import { isRegistered, openJobs, runningPosts, type OpenJob } from '../observed/miner-state.js';
import { FOREIGN, type Observation, type ObservedMiner, type ObservedWorker } from '../observed/observed.js';
import { soleHolders, storedByOthers, type Holder } from './holders.js';
import { placesOf, takersOf, type OtherWorker } from './takers.js';

/** All that the drain of one worker looks at. */
export interface DrainSnapshot {
  readonly worker: string;
  /** Whether its process runs and answers. */
  readonly alive: boolean;
  /** Whether its process runs, does not answer us, and may be given work by the miner all the same. */
  readonly silent: boolean;
  /** Whether it answers and the miner has lost it: it comes back to a restarted miner only when its own tasks have ended. */
  readonly unregistered: boolean;
  /** Whether the miner gives it work although nobody we know keeps it on its host: it runs somewhere else. */
  readonly elsewhere: boolean;
  /**
   * Whether it has no process on its host, and the miner has noticed: what it worked at is lost, and only its next start tells the
   * miner so. One that has just been started again may be given work before its process is seen.
   */
  readonly ended: boolean;
  /** Tasks Lotus gives it now. */
  readonly enabled: ReadonlySet<TaskCode>;
  /** Its jobs that are assigned, prepared or running. */
  readonly jobs: readonly DrainJob[];
  /** What it computes of WindowPoSt and WinningPoSt, which are no jobs. */
  readonly posts: readonly TaskCode[];
  /** Jobs of others that read from its paths. */
  readonly readers: readonly DrainJob[];
  /** Jobs of others for held sectors that read nothing here, such as C2. */
  readonly proofs: readonly DrainJob[];
  /** Locks on held sectors. */
  readonly locks: readonly SectorLocks[];
  /** Sectors with files on paths that only this worker serves. */
  readonly held: readonly HeldSector[];
  /** Whom the miner gives work to, and who stays: neither this worker nor another that is drained. */
  readonly others: readonly OtherWorker[];
  /** A WindowPoSt that is due, of a worker that may be asked for it; absent where none is or nobody was asked. */
  readonly due?: DueProof;
}

/** A WindowPoSt for which its workers are needed now, or will be soon. */
export interface DueProof extends DueDeadline {
  /** When none will be due any more, ISO 8601; absent where that cannot be foreseen. */
  readonly over?: string;
}

export interface DrainJob {
  readonly task: TaskCode;
  /** `s-t01000-7` */
  readonly sector: string;
  /** `awaited`: a restarted miner waits for its return without knowing who works at it. */
  readonly state: 'assigned' | 'prepared' | 'running' | 'awaited';
  /** ISO 8601 */
  readonly since: string;
}

export interface HeldSector {
  /** `s-t01000-7` */
  readonly sector: string;
  readonly types: readonly FileType[];
  /** Where on the host its files lie, as far as that is known. */
  readonly paths: readonly string[];
  /** State in the miner's pipeline, such as PreCommit2 or WaitSeed; absent while the miner does not say. */
  readonly state?: string;
  /** Since when, ISO 8601; absent where the miner has no record of it. */
  readonly since?: string;
  /** Tasks that some other worker may take over for this sector. */
  readonly elsewhere: ReadonlySet<TaskCode>;
  /** Groups that may take it for PC2, of all its paths here together; empty where one of them is open to all. */
  readonly allowTo: readonly string[];
  /** Its sealed file is on a path for long-term storage, where Lotus leaves it. */
  readonly settled?: true;
  /**
   * All that lies here and that a finished sector needs lies in the long-term storage of somebody who stays, too: what a move or
   * the release of the unsealed copy has not removed. Lotus only warns of that. Lotus: storage/paths/remote.go
   */
  readonly copied?: true;
}

export interface SectorLocks {
  /** `s-t01000-7` */
  readonly sector: string;
  readonly reads: readonly FileType[];
  readonly writes: readonly FileType[];
}

export interface SectorState {
  readonly state: string;
  /** ISO 8601 */
  readonly since?: string;
  /** It has no deals, so that no unsealed copy is kept of it. Absent where the miner does not say. */
  readonly unsealedIsLeftOver?: true;
}

/** Sector name → where it is in the miner's pipeline. */
export type SectorStates = ReadonlyMap<string, SectorState>;

/** What an unsealed copy can be made of again. */
const SEALED = FILE_TYPES.sealed | FILE_TYPES.update;

const PC2_INPUT = FILE_TYPES.sealed | FILE_TYPES.cache;

/** Jobs that read no file by the sector index's locks. Lotus: storage/sealer/manager.go */
export const WITHOUT_SECTOR_FILES: ReadonlySet<TaskCode> = new Set(['C2', 'PR2', 'WDP', 'WNP']);

/** Where it is, too: a host that came back may remember a worker of the same name. */
export interface DrainedWorker {
  readonly host: string;
  readonly worker: string;
}

export function drainSnapshot(
  { host, worker }: DrainedWorker,
  observation: Observation,
  miner: ObservedMiner,
  states: SectorStates,
): DrainSnapshot {
  const workers = observedWorkers(observation);
  const home = observation.hosts.get(host);
  const own = home?.reached === true ? workerOn(home, worker) : undefined;
  // A worker that is drained at the same time gives its work away too: two would hand it to each other for ever, and a path
  // that both serve would be served by nobody in the end.
  const leaving = new Set([worker, ...intentsOf(observation).keys()]);
  const others = [...workers].filter(([name]) => !leaving.has(name)).map(([, other]) => other);
  const live = liveOf(own?.process);
  const all = soleHolders(own, others, miner);
  const given = home?.reached === true ? handedOver(home, worker) : new Set<string>();
  const kept = own === undefined ? undefined : withoutPaths(own, given);
  const sole = kept === own ? all : soleHolders(kept, others, miner);
  const places = placesOf(workers, miner).filter((place) => !leaving.has(place.worker));
  const stays = new Set(places.flatMap(({ paths }) => paths));
  const stored = storedByOthers(observation, workers, stays, miner);
  const held = heldSectors(sole, states, takersOf(sole, places, miner), stored);
  const registered = isRegistered(worker, miner);
  const jobs = openJobs(miner);
  // A miner that has just lost sight of the worker knows its jobs by the session alone.
  const isOwn = (job: OpenJob): boolean => job.worker === worker || job.session === live?.session;
  const foreign = jobs.filter((job) => !isOwn(job)).flatMap(drainJob);
  // Who reads from a path that is handed over minds the moment in which nobody serves it, too.
  const names = new Set(all.flatMap(({ files }) => files.map(({ sector }) => sector)));
  const holds = new Set(held.map(({ sector }) => sector));
  return {
    worker,
    alive: live !== undefined,
    silent:
      live === undefined && own?.process !== undefined && (registered || own.process.manager === FOREIGN),
    unregistered: live !== undefined && !miner.workers.has(live.session),
    elsewhere: own !== undefined && keeperOf(own) === undefined && registered,
    ended: own !== undefined && own.process === undefined && own.startedElsewhere !== true && !registered,
    enabled: live?.tasks ?? new Set(),
    jobs: jobs.filter(isOwn).flatMap(drainJob),
    posts: [...miner.workers].flatMap(([session, stats]) =>
      session === live?.session || (stats.Enabled && stats.Info.Hostname === worker)
        ? runningPosts(stats)
        : [],
    ),
    readers: foreign.filter((job) => names.has(job.sector) && !WITHOUT_SECTOR_FILES.has(job.task)),
    proofs: foreign.filter((job) => holds.has(job.sector) && WITHOUT_SECTOR_FILES.has(job.task)),
    locks: locksOn(holds, miner),
    held,
    others: places.map(({ paths: _, ...other }) => other),
  };
}

/** By name; of two the one in the file. */
export function observedWorkers({ hosts }: Observation): ReadonlyMap<string, ObservedWorker> {
  const reached = [...hosts.values()].filter((host) => host.reached);
  return new Map([
    ...reached.flatMap(({ departed }) => [...(departed ?? [])]),
    ...reached.flatMap((host) => [...host.workers]),
  ]);
}

function drainJob({ job }: OpenJob): readonly DrainJob[] {
  const code = taskByRpc(job.Task)?.code;
  if (code === undefined) return [];
  return [{ task: code, sector: sectorName(job.Sector), state: jobState(job), since: job.Start }];
}

function jobState({ RunWait }: WorkerJob): DrainJob['state'] {
  if (RunWait < 0) return 'awaited';
  if (RunWait === 0) return 'running';
  return RunWait === 1 ? 'prepared' : 'assigned';
}

function locksOn(sectors: ReadonlySet<string>, { locks }: ObservedMiner): readonly SectorLocks[] {
  return locks.flatMap(({ Sector, Read, Write }) => {
    const sector = sectorName(Sector);
    const [reads, writes] = [lockedTypes(Read), lockedTypes(Write)];
    return sectors.has(sector) && reads.length + writes.length > 0 ? [{ sector, reads, writes }] : [];
  });
}

/** @param counts one for each file type, in the order of their bits */
function lockedTypes(counts: readonly number[]): readonly FileType[] {
  return FILE_TYPE_NAMES.filter((_, bit) => (counts[bit] ?? 0) > 0);
}

function heldSectors(
  sole: readonly Holder[],
  states: SectorStates,
  takers: (sector: string) => ReadonlySet<TaskCode>,
  stored: ReadonlyMap<string, number>,
): readonly HeldSector[] {
  const pieces = new Map<string, { readonly holder: Holder; readonly types: number }[]>();
  for (const holder of sole) {
    for (const { sector, types } of holder.files)
      pieces.set(sector, [...(pieces.get(sector) ?? []), { holder, types }]);
  }
  return [...pieces].map(([sector, parts]) => {
    const lists = parts.filter(({ types }) => (types & PC2_INPUT) !== 0).map(({ holder }) => holder.allowTo);
    const isOpen = lists.some((list) => list.length === 0);
    const isSettled = parts.some(({ holder, types }) => holder.canStore && (types & FILE_TYPES.sealed) !== 0);
    const types = parts.reduce((mask, part) => mask | part.types, 0);
    const { unsealedIsLeftOver, ...where }: Partial<SectorState> = states.get(sector) ?? {};
    const kept = stored.get(sector) ?? 0;
    const needless = unsealedIsLeftOver === true && (kept & SEALED) !== 0 ? FILE_TYPES.unsealed : 0;
    const isCopied = (types & ~needless & ~kept) === 0;
    return {
      sector,
      types: fileTypesOf(types),
      paths: parts.flatMap(({ holder }) => holder.path ?? []).toSorted(),
      elsewhere: takers(sector),
      allowTo: isOpen ? [] : [...new Set(lists.flat())].toSorted(),
      ...where,
      ...(isSettled ? { settled: true } : {}),
      ...(isCopied ? { copied: true } : {}),
    };
  });
}
