import { intentsOn } from '../observed/intents.js';
import { keepsEnding } from '../observed/keeper.js';
import { attachedPath } from '../observed/live.js';
import type { Farm, Host, StorageDeclaration, Worker } from '../farm/farm.js';
import type { DrainIntent } from '../host/manifest.js';
import { sectorName } from '../lotus/file-type.js';
import { DECLARABLE_TASKS, TASK_PRIORITY, type TaskCode } from '../lotus/task.js';
import type {
  HostObservation,
  MinerObservation,
  Observation,
  ObservedHost,
  ObservedWorker,
  WorkerLive,
} from '../observed/observed.js';
import type { RunningJob } from '../plan/plan.js';
import { jobsOn, sectorsOn } from '../observed/miner-state.js';
import { runningJob } from '../plan/worker-context.js';

/**
 * `draining` and `drained`: a person asked for it, the process runs or has ended.
 * `keeps ending`: systemd starts it again and again. `unreached`: also where systemd cannot be asked.
 * `not registered`: it answers, but the miner does not know it and gives it no work.
 */
export type WorkerState =
  | 'running' | 'stopped' | 'draining' | 'drained' | 'keeps ending' | 'not answering' | 'not registered' | 'unreached'; // prettier-ignore

export interface WorkerStatus {
  readonly host: string;
  readonly name: string;
  readonly state: WorkerState;
  readonly drain?: DrainIntent;
  /** Switched on now, of those that can be chosen; undefined where it cannot be asked. */
  readonly tasks?: readonly TaskCode[];
  /** Assigned, prepared or running, the most urgent kind first; undefined where the miner cannot be asked. */
  readonly jobs?: readonly RunningJob[];
  readonly paths: readonly PathStatus[];
}

export interface PathStatus {
  readonly path: string;
  readonly seal: boolean;
  readonly store: boolean;
  /** Undefined where the worker cannot be asked. */
  readonly attached?: boolean;
  /** Sectors with files there; undefined where nobody can say. */
  readonly sectors?: number;
  /** As Lotus has them, or as declared where the path is not in its index. */
  readonly groups: readonly string[];
  /** Empty means everybody. */
  readonly allowTo: readonly string[];
}

export function workerStatuses(farm: Farm, { hosts, miner }: Observation): readonly WorkerStatus[] {
  return farm.hosts.flatMap((host) =>
    host.workers.map((worker) => workerStatus(host, worker, hosts.get(host.name), miner)),
  );
}

function workerStatus(
  host: Host,
  worker: Worker,
  seen: HostObservation | undefined,
  miner: MinerObservation,
): WorkerStatus {
  const reached = seen?.reached === true ? seen : undefined;
  const observed = reached?.workers.get(worker.name);
  const live = observed?.process?.live.reached === true ? observed.process.live : undefined;
  const drain = reached === undefined ? undefined : intentsOn(reached).get(worker.name);
  return {
    host: host.name,
    name: worker.name,
    state: stateOf(isKnown(reached) ? observed : undefined, drain, miner),
    ...(drain === undefined ? {} : { drain }),
    ...(live === undefined ? {} : { tasks: chosenTasks(live) }),
    ...(miner.reached ? { jobs: jobs(miner, worker.name) } : {}),
    paths: worker.storage.map((storage) => pathStatus(storage, observed, live, miner)),
  };
}

/** While systemd does not answer, a worker without a process may run all the same. */
function isKnown(host: ObservedHost | undefined): boolean {
  return host?.problems.some(({ code }) => code === 'SF516') !== true;
}

function stateOf(
  observed: ObservedWorker | undefined,
  drain: DrainIntent | undefined,
  miner: MinerObservation,
): WorkerState {
  if (observed === undefined) return 'unreached';
  if (keepsEnding(observed)) return 'keeps ending';
  const { process } = observed;
  if (process === undefined) return drain === undefined ? 'stopped' : 'drained';
  if (!process.live.reached) return 'not answering';
  if (drain !== undefined) return 'draining';
  return miner.reached && !miner.workers.has(process.live.session) ? 'not registered' : 'running';
}

function chosenTasks(live: WorkerLive): readonly TaskCode[] {
  return DECLARABLE_TASKS.map(({ code }) => code).filter((code) => live.tasks.has(code));
}

function jobs(miner: MinerObservation, worker: string): readonly RunningJob[] {
  const rank = ({ task }: RunningJob): number => TASK_PRIORITY.indexOf(task);
  return jobsOn(miner, worker)
    .flatMap(runningJob)
    .sort((a, b) => rank(a) - rank(b));
}

function pathStatus(
  declared: StorageDeclaration,
  observed: ObservedWorker | undefined,
  live: WorkerLive | undefined,
  miner: MinerObservation,
): PathStatus {
  const { path } = declared;
  const attached = attachedPath(live, path);
  const indexed = attached !== undefined && miner.reached ? miner.storage.get(attached.ID)?.info : undefined;
  const sectors =
    indexed === undefined
      ? sectorsOnDisk(observed, path)
      : sectorsOn(miner, [indexed.ID]).map(sectorName).length;
  return {
    path,
    seal: indexed?.CanSeal ?? declared.seal,
    store: indexed?.CanStore ?? declared.store,
    ...(live === undefined ? {} : { attached: attached !== undefined }),
    ...(sectors === undefined ? {} : { sectors }),
    groups: indexed === undefined ? declared.groups : (indexed.Groups ?? []),
    allowTo: indexed === undefined ? declared.allowTo : (indexed.AllowTo ?? []),
  };
}

/** By the names of the files: one sector may have several. */
function sectorsOnDisk(observed: ObservedWorker | undefined, path: string): number | undefined {
  const entries = observed?.storage.get(path)?.entries;
  return entries === undefined
    ? undefined
    : new Set(entries.map((entry) => entry.slice(entry.lastIndexOf('/') + 1))).size;
}
