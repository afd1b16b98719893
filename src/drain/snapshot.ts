import type { WorkerJob } from '../lotus/api.js';
import { fileTypesOf, sectorName, type FileType } from '../lotus/file-type.js';
import { mayFetch } from '../lotus/selector.js';
import { task, taskByRpc, type TaskCode } from '../lotus/task.js';
import { handedOver, withoutPaths } from '../observed/departed.js';
import { keeperOf } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { Observation, ObservedMiner, ObservedWorker } from '../observed/observed.js';
import { intentsOf } from '../observed/intents.js';
import { openJobs } from '../observed/miner-state.js';
import { soleHolders, storageIds, type Holder } from './holders.js';

/** All that the drain of one worker looks at. */
export interface DrainSnapshot {
  readonly worker: string;
  /** Whether its process runs and answers. */
  readonly alive: boolean;
  /** Whether its process runs, does not answer us, and may be given work by the miner all the same. */
  readonly silent: boolean;
  /** Whether the miner gives it work although nobody we know keeps it on its host: it runs somewhere else. */
  readonly elsewhere: boolean;
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
export const WITHOUT_SECTOR_FILES: ReadonlySet<TaskCode> = new Set(['C2', 'PR2', 'WDP', 'WNP']);

export function drainSnapshot(
  worker: string,
  observation: Observation,
  miner: ObservedMiner,
  states: SectorStates,
): DrainSnapshot {
  const workers = observedWorkers(observation);
  const own = workers.get(worker);
  const others = [...workers].filter(([name]) => name !== worker).map(([, other]) => other);
  const live = liveOf(own?.process);
  const all = soleHolders(own, others, miner);
  const given = [...observation.hosts.values()].flatMap((host) =>
    host.reached ? [...handedOver(host, worker)] : [],
  );
  const kept = own === undefined ? undefined : withoutPaths(own, new Set(given));
  const held = heldSectors(kept === own ? all : soleHolders(kept, others, miner), states, (holders) =>
    takers(worker, holders, observation, miner),
  );
  const registered = isRegistered(worker, miner);
  // Who reads from a path that is handed over minds the moment in which nobody serves it, too.
  const names = new Set(all.flatMap(({ files }) => files.map(({ sector }) => sector)));
  return {
    worker,
    alive: live !== undefined,
    silent: live === undefined && own?.process !== undefined && registered,
    elsewhere: own !== undefined && keeperOf(own) === undefined && registered,
    enabled: live?.tasks ?? new Set(),
    jobs: jobs(miner, (name) => name === worker),
    readers: jobs(miner, (name) => name !== worker).filter(
      (job) => names.has(job.sector) && !WITHOUT_SECTOR_FILES.has(job.task),
    ),
    held,
  };
}

function isRegistered(worker: string, miner: ObservedMiner): boolean {
  return [...miner.workers.values()].some(({ Info, Enabled }) => Enabled && Info.Hostname === worker);
}

function observedWorkers({ hosts }: Observation): ReadonlyMap<string, ObservedWorker> {
  return new Map(
    [...hosts.values()].flatMap((host) => (host.reached ? [...(host.departed ?? []), ...host.workers] : [])),
  );
}

function jobs(miner: ObservedMiner, whose: (worker: string) => boolean): readonly DrainJob[] {
  return openJobs(miner).flatMap(({ worker, job }) => (whose(worker) ? drainJob(job) : []));
}

/** Of ret-wait jobs the miner waits for the worker's return: they may still run. */
function drainJob(job: WorkerJob): readonly DrainJob[] {
  const code = taskByRpc(job.Task)?.code;
  if (code === undefined) return [];
  const state = job.RunWait <= 0 ? 'running' : job.RunWait === 1 ? 'prepared' : 'assigned';
  return [{ task: code, sector: sectorName(job.Sector), state, since: job.Start }];
}

function heldSectors(
  sole: readonly Holder[],
  states: SectorStates,
  takersOf: (holders: readonly Holder[]) => ReadonlySet<TaskCode>,
): readonly HeldSector[] {
  const masks = new Map<string, number>();
  const holders = new Map<string, Holder[]>();
  for (const holder of sole) {
    for (const { sector, types } of holder.files) {
      masks.set(sector, (masks.get(sector) ?? 0) | types);
      holders.set(sector, [...(holders.get(sector) ?? []), holder]);
    }
  }
  return [...masks].map(([sector, mask]) => {
    const state = states.get(sector);
    const elsewhere = takersOf(holders.get(sector) ?? []);
    return { sector, types: fileTypesOf(mask), elsewhere, ...(state === undefined ? {} : { state }) };
  });
}

/** Only PC2 is bound to groups: the others take data from anywhere, or need none. */
function takers(
  worker: string,
  holders: readonly Holder[],
  observation: Observation,
  miner: ObservedMiner,
): ReadonlySet<TaskCode> {
  const observed = observedWorkers(observation);
  // A worker that is drained at the same time gives its work away too: two would hand it to each other for ever.
  const leaving = new Set([worker, ...intentsOf(observation).keys()]);
  const others = [...miner.workers.values()].filter(
    ({ Enabled, Info }) => Enabled && !leaving.has(Info.Hostname),
  );
  const lists = holders.map(({ allowTo }) => ({ AllowTo: allowTo }));
  const mayTake = (name: string): boolean =>
    storageIds(observed.get(name)).some((id) => {
      const target = miner.storage.get(id)?.info;
      return target !== undefined && target.CanSeal && mayFetch(lists, target);
    });
  const codes = (['PC1', 'PC2', 'C2', 'PR2'] as const).filter((code) =>
    others.some(
      ({ Tasks, Info }) => Tasks.includes(task(code).rpc) && (code !== 'PC2' || mayTake(Info.Hostname)),
    ),
  );
  return new Set(codes);
}
