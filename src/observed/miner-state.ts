import type { SectorDecl, SessionId, StorageId, WorkerJob, WorkerStats } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import type { MinerObservation, ObservedMiner } from './observed.js';

/**
 * Whether a worker has not given it back yet. A miner that was restarted remembers what it called, not who still works at it: such a
 * job is listed under no session, as ret-wait (-1), with the worker's name. What has come back and was not taken up yet (-2), or
 * was (-3), is no work any more. Lotus: storage/sealer/stats.go WorkerJobs
 */
export function isOpen({ RunWait }: WorkerJob): boolean {
  return RunWait >= -1;
}

/** The jobs that workers have not given back yet, with the worker's name where the miner knows it. */
export function openJobs(miner: ObservedMiner): readonly OpenJob[] {
  return [...miner.jobs].flatMap(([session, jobs]) => {
    const name = miner.workers.get(session)?.Info.Hostname;
    return jobs.filter(isOpen).map((job): OpenJob => ({ session, worker: name ?? job.Hostname, job }));
  });
}

export interface OpenJob {
  readonly session: SessionId;
  /** Empty where nobody knows. */
  readonly worker: string;
  readonly job: WorkerJob;
}

const POST = /^\d+:(post\/v0\/\w+)$/;

/**
 * WindowPoSt and WinningPoSt that a worker computes. They are no jobs: Lotus calls such workers past its tracker, and only
 * counts what they do. Lotus: storage/sealer/sched_post.go, stats.go
 */
export function runningPosts({ TaskCounts }: WorkerStats): readonly TaskCode[] {
  return Object.entries(TaskCounts ?? {}).flatMap(([key, count]) => {
    const [, rpc] = POST.exec(key) ?? [];
    const code = rpc === undefined || count <= 0 ? undefined : taskByRpc(rpc)?.code;
    return code === undefined ? [] : [code];
  });
}

/** Whether the miner gives work to a worker of this name: one that has ended it has noticed. Lotus: storage/sealer/sched_worker.go */
export function isRegistered(workerName: string, miner: ObservedMiner): boolean {
  return [...miner.workers.values()].some(({ Info, Enabled }) => Enabled && Info.Hostname === workerName);
}

/** The miner's jobs that a worker has and did not give back, by its Lotus name. */
export function jobsOn(miner: MinerObservation, workerName: string): readonly WorkerJob[] {
  return miner.reached ? (jobsByWorker(miner).get(workerName) ?? []) : [];
}

/** What was seen never changes: a thousand workers are not each looked for among the jobs of all. */
const KNOWN = new WeakMap<ObservedMiner, ReadonlyMap<string, readonly WorkerJob[]>>();

function jobsByWorker(miner: ObservedMiner): ReadonlyMap<string, readonly WorkerJob[]> {
  const known = KNOWN.get(miner);
  if (known !== undefined) return known;
  const jobs = new Map<string, WorkerJob[]>();
  for (const { worker, job } of openJobs(miner)) {
    const own = jobs.get(worker);
    if (own === undefined) jobs.set(worker, [job]);
    else own.push(job);
  }
  KNOWN.set(miner, jobs);
  return jobs;
}

/** Distinct sectors with files on any of these paths. */
export function sectorsOn(miner: MinerObservation, ids: readonly StorageId[]): readonly SectorDecl[] {
  if (!miner.reached) return [];
  const held = ids.flatMap((id) => miner.sectors.get(id) ?? []);
  return [...new Map(held.map((decl) => [sectorName(decl), decl])).values()];
}
