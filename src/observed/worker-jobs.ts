import type { WorkerJob } from '../lotus/api.js';
import type { ObservedMiner } from './observed.js';

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
