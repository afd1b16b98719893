import { intentsOn } from '../observed/intents.js';
import { keepsEnding } from '../observed/keeper.js';
import { attachedPath, liveOf } from '../observed/live.js';
import type { DeclaredState, Farm, Host, StorageDeclaration, Worker } from '../farm/farm.js';
import { THE_FILE, type DrainIntent } from '../host/manifest.js';
import { sectorName } from '../lotus/file-type.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
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
import { foreignStatus, type ForeignStatus } from './foreign-status.js';

/**
 * `draining`: a person or the file asked for it. `drained`: it has come to that, and runs with nothing left or has ended.
 * `leaving`: it is in the file no more, and goes by `apply`.
 * `keeps ending`: systemd starts it again and again. `unreached`: also where systemd cannot be asked.
 * `not registered`: it answers, but the miner does not know it and gives it no work.
 */
export type WorkerState =
  | 'running' | 'stopped' | 'draining' | 'drained' | 'leaving' | 'keeps ending' | 'not answering' | 'not registered' | 'unreached'; // prettier-ignore

export interface WorkerStatus {
  readonly host: string;
  readonly name: string;
  readonly state: WorkerState;
  /** What the file says; absent where it does not name the worker. */
  readonly declared?: DeclaredState;
  readonly drain?: ShownDrain;
  /** Who started it, where that was not sealfarm. */
  readonly foreign?: ForeignStatus;
  /** Switched on now, of those that can be chosen; undefined where it cannot be asked. */
  readonly tasks?: readonly TaskCode[];
  /** Assigned, prepared or running, the most urgent kind first; undefined where the miner cannot be asked. */
  readonly jobs?: readonly RunningJob[];
  readonly paths: readonly PathStatus[];
}

/** Who wants it drained, and why; a person's outranks the file's. */
export interface ShownDrain {
  readonly who: string;
  /** ISO 8601; absent where apply has not come to it. */
  readonly when?: string;
  /** For how long. */
  readonly seconds?: number;
  readonly why?: string;
  /** The file asks for it, and no person. */
  readonly fromFile?: true;
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

/** Those of the file, host by host, each host's with those that are leaving it. */
export function workerStatuses(
  farm: Farm,
  { hosts, miner }: Observation,
  now: Date,
): readonly WorkerStatus[] {
  return farm.hosts.flatMap((host) => {
    const seen = hosts.get(host.name);
    return [
      ...host.workers.map((worker) => workerStatus(host, worker, seen, miner, now)),
      ...(seen?.reached === true ? leavingStatuses(host, seen, miner, now) : []),
    ];
  });
}

function workerStatus(
  host: Host,
  worker: Worker,
  seen: HostObservation | undefined,
  miner: MinerObservation,
  now: Date,
): WorkerStatus {
  const reached = seen?.reached === true ? seen : undefined;
  const observed = reached?.workers.get(worker.name);
  const live = liveOf(observed?.process);
  const intent = reached === undefined ? undefined : intentsOn(reached).get(worker.name);
  const drain = drainOf(intent, worker.state, now);
  const foreign = foreignStatus(worker.name, observed, reached);
  return {
    host: host.name,
    name: worker.name,
    state: stateOf(isKnown(reached) ? observed : undefined, drain, miner, worker.name),
    declared: worker.state,
    ...(drain === undefined ? {} : { drain }),
    ...(foreign === undefined ? {} : { foreign }),
    ...(live === undefined ? {} : { tasks: chosenTasks(live) }),
    ...(miner.reached ? { jobs: jobs(miner, worker.name) } : {}),
    paths: worker.storage.map((storage) => pathStatus(storage, observed, live, miner)),
  };
}

/** What the file wants is also known where nobody can be asked; what it wanted before counts no more. */
function drainOf(
  intent: DrainIntent | undefined,
  declared: DeclaredState,
  now: Date,
): ShownDrain | undefined {
  if (intent !== undefined && intent.who !== THE_FILE) return shownDrain(intent, now);
  if (declared === 'running') return undefined;
  const why = `state: ${declared}`;
  const noted = intent === undefined ? { who: THE_FILE } : shownDrain(intent, now);
  return { ...noted, why, fromFile: true };
}

function shownDrain({ who, when, why }: DrainIntent, now: Date): ShownDrain {
  const seconds = Math.floor((now.getTime() - Date.parse(when)) / 1000);
  return {
    who,
    when,
    ...(Number.isNaN(seconds) ? {} : { seconds }),
    ...(why === undefined ? {} : { why }),
  };
}

/** One that only has another name in the file is not leaving. */
function leavingStatuses(
  host: Host,
  seen: ObservedHost,
  miner: MinerObservation,
  now: Date,
): readonly WorkerStatus[] {
  const renamed = new Set(host.workers.map(({ renamedFrom }) => renamedFrom));
  return [...(seen.departed ?? [])]
    .filter(([name]) => !renamed.has(name))
    .map(([name, worker]): WorkerStatus => {
      const live = liveOf(worker.process);
      const intent = seen.manifest?.intents[name];
      const attached = live?.paths.map(({ LocalPath }) => withoutTrailingSlash(LocalPath)) ?? [];
      const paths = [...new Set([...worker.storage.keys(), ...attached])];
      return {
        host: host.name,
        name,
        state: 'leaving',
        ...(intent === undefined ? {} : { drain: shownDrain(intent, now) }),
        ...(live === undefined ? {} : { tasks: chosenTasks(live) }),
        ...(miner.reached ? { jobs: jobs(miner, name) } : {}),
        paths: paths.map((path) => pathStatus(asOnDisk(path, worker), worker, live, miner)),
      };
    });
}

/** The file says nothing of it: as its own sectorstore.json has it. */
function asOnDisk(path: string, { storage }: ObservedWorker): PathDeclaration {
  const seen = storage.get(path)?.sectorStore;
  const store = seen?.state === 'present' ? parseSectorStore(seen.text.reveal()) : undefined;
  if (store === undefined || 'problem' in store)
    return { path, seal: false, store: false, groups: [], allowTo: [] };
  const { CanSeal, CanStore, Groups, AllowTo } = store.settings;
  return { path, seal: CanSeal, store: CanStore, groups: Groups, allowTo: AllowTo };
}

/** While systemd does not answer, a worker without a process may run all the same. */
function isKnown(host: ObservedHost | undefined): boolean {
  return host?.problems.some(({ code }) => code === 'SF516') !== true;
}

function stateOf(
  observed: ObservedWorker | undefined,
  drain: ShownDrain | undefined,
  miner: MinerObservation,
  name: string,
): WorkerState {
  if (observed === undefined) return 'unreached';
  if (keepsEnding(observed)) return 'keeps ending';
  const { process } = observed;
  if (process === undefined) return drain === undefined || drain.fromFile === true ? 'stopped' : 'drained';
  if (!process.live.reached) return 'not answering';
  if (drain !== undefined) return isEmpty(process.live, miner, name) ? 'drained' : 'draining';
  return miner.reached && !miner.workers.has(process.live.session) ? 'not registered' : 'running';
}

/** Nothing is left that Lotus could still give to it or take from it; what is stored for good is no work. */
function isEmpty({ tasks, paths }: WorkerLive, miner: MinerObservation, name: string): boolean {
  const takes = DECLARABLE_TASKS.some(({ code, switchable }) => switchable && tasks.has(code));
  const sealing = paths.filter(({ CanSeal }) => CanSeal).map(({ ID }) => ID);
  return miner.reached && !takes && jobsOn(miner, name).length + sectorsOn(miner, sealing).length === 0;
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

type PathDeclaration = Pick<StorageDeclaration, 'path' | 'seal' | 'store' | 'groups' | 'allowTo'>;

function pathStatus(
  declared: PathDeclaration,
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
