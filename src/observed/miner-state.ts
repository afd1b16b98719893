import type { SectorDecl, StorageId, WorkerJob } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import type { MinerObservation, ObservedMiner } from './observed.js';

/**
 * The jobs that workers have not given back yet, with the worker's name where the miner knows it.
 * A miner that was restarted remembers what it called, not who still works at it: such a job is listed under no
 * session, as ret-wait (-1), with the worker's name. Lotus: storage/sealer/stats.go WorkerJobs
 */
export function openJobs(miner: ObservedMiner): readonly OpenJob[] {
  return [...miner.jobs].flatMap(([session, jobs]) => {
    const name = miner.workers.get(session)?.Info.Hostname;
    return jobs
      .filter(({ RunWait }) => RunWait >= -1)
      .map((job): OpenJob => ({ worker: name ?? job.Hostname, job }));
  });
}

export interface OpenJob {
  /** Empty where nobody knows. */
  readonly worker: string;
  readonly job: WorkerJob;
}

/** The miner's jobs that a worker has and did not give back, by its Lotus name. */
export function jobsOn(miner: MinerObservation, workerName: string): readonly WorkerJob[] {
  if (!miner.reached) return [];
  return openJobs(miner).flatMap(({ worker, job }) => (worker === workerName ? [job] : []));
}

/** Distinct sectors with files on any of these paths. */
export function sectorsOn(miner: MinerObservation, ids: readonly StorageId[]): readonly SectorDecl[] {
  if (!miner.reached) return [];
  const held = ids.flatMap((id) => miner.sectors.get(id) ?? []);
  return [...new Map(held.map((decl) => [sectorName(decl), decl])).values()];
}
