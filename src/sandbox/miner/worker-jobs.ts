import type { SectorLock, WorkerJob, WorkerStats } from '../../lotus/api.js';
import { NO_SESSION } from '../../lotus/api.js';
import { activeResources } from '../../lotus/admission.js';
import { FILE_TYPE_NAMES, FILE_TYPES } from '../../lotus/file-type.js';
import { sealProofKey } from '../../lotus/resources.js';
import { task } from '../../lotus/task.js';
import { SECTOR_SIZE } from '../layout.js';
import type { OpenCall } from './calls.js';
import type { Job } from './job.js';
import { TASK_FILES } from '../../scheduler/task-files.js';
import { needOf, type Phase } from '../../scheduler/task-request.js';
import type { WorkerHandle } from './workers.js';

const RUN_WAIT: Readonly<Record<Phase, number>> = {
  assigned: 2,
  preparing: 1,
  prepared: 1,
  running: 0,
};

/** What `WorkerJobs` says: jobs by session, and those of no live process under the zero UUID as ret-wait. */
export function workerJobs(
  jobs: readonly Job[],
  calls: readonly OpenCall[],
  isLive: (session: string) => boolean,
): Record<string, WorkerJob[]> {
  const result: Record<string, WorkerJob[]> = {};
  const add = (session: string, job: WorkerJob): void => {
    (result[session] ??= []).push(job);
  };
  for (const job of jobs.filter(({ worker }) => isLive(worker.session))) {
    const { request, phase } = job.task;
    const { sector } = request;
    const open = calls.find((call) => call.sector === sector && call.task === request.task);
    const none = { Sector: { Miner: 0, Number: 0 }, ID: NO_SESSION };
    add(job.worker.session, {
      ID: open === undefined ? none : { Sector: sector, ID: open.id },
      Sector: sector,
      Task: task(request.task).rpc,
      // It runs from when the worker has taken the call.
      RunWait: phase === 'running' && open?.part !== 'task' ? RUN_WAIT.prepared : RUN_WAIT[phase],
      Start: job.start,
      Hostname: job.worker.info.Hostname,
    });
  }
  for (const call of calls.filter(({ session }) => !isLive(session))) {
    add(NO_SESSION, {
      ID: { Sector: call.sector, ID: call.id },
      Sector: call.sector,
      Task: task(call.task).rpc,
      RunWait: -1,
      Start: call.start,
      Hostname: call.hostname,
    });
  }
  return result;
}

/** What `WorkerStats` says of one worker. */
export function workerStats(worker: WorkerHandle, jobs: readonly Job[]): WorkerStats {
  const { Resources } = worker.info;
  const running = jobs
    .filter((job) => job.worker === worker && job.task.phase === 'running')
    .map(({ task: { request } }) => ({
      code: request.task,
      need: needOf(request.task, Resources, SECTOR_SIZE),
    }));
  const active = activeResources(running, Resources);
  const counts = [...active.counts].map(([code, count]): [string, number] => [
    `${sealProofKey(SECTOR_SIZE)}:${task(code).rpc}`,
    count,
  ]);
  return {
    Info: worker.info,
    Tasks: [...worker.tasks].map((code) => task(code).rpc).sort(),
    Enabled: worker.enabled,
    MemUsedMin: active.memUsedMin,
    MemUsedMax: active.memUsedMax,
    GpuUsed: active.gpuUsed,
    CpuUse: active.cpuUse,
    TaskCounts: Object.fromEntries(counts),
  };
}

/** What `StorageGetLocks` says: the files the running jobs read and write. */
export function sectorLocks(jobs: readonly Job[]): SectorLock[] {
  const bits = (mask: number): number[] =>
    FILE_TYPE_NAMES.map((name) => ((mask & FILE_TYPES[name]) === 0 ? 0 : 1));
  return jobs
    .filter(({ task: { phase } }) => phase === 'running' || phase === 'preparing')
    .map(({ task: { request, phase } }) => {
      const { reads, writes, fetch } = TASK_FILES[request.task];
      const fetching = phase === 'preparing';
      return {
        Sector: request.sector,
        Write: bits(fetching ? fetch : writes),
        Read: bits(fetching ? 0 : reads),
      };
    });
}
