import { failure, success, type Result } from '../diagnostic/result.js';
import { WITHOUT_SECTOR_FILES } from '../drain/snapshot.js';
import type { ManagerName, WorkerLayout } from '../host/layout.js';
import type { WorkerJob } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { taskByRpc } from '../lotus/task.js';
import type { AtRest } from './come-to-rest.js';
import { waits, type ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { runScript } from './run-script.js';
import { MANAGERS } from './service-manager.js';

/**
 * Ends a worker that is at rest. Its paths are detached first: what is in no index, nobody tries to fetch
 * from a worker that is going away; who has begun to is waited for. The next start declares them again.
 */
export async function stopWorker(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  { api, keeper = service.serviceManager, sectors }: AtRest,
): Promise<Result<undefined>> {
  if (api !== undefined) {
    const detached = await api.storageDetachAll();
    if (!detached.ok) return detached;
    const idle = await waitUntilIdle(context, target, sectors);
    if (!idle.ok) return idle;
  }
  return endProcess(context, target, service, keeper);
}

/** By whoever keeps it; where that is not the declared manager, nothing of it is left there. */
export async function endProcess(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  keeper: ManagerName,
): Promise<Result<undefined>> {
  const purpose = {
    host: target.host,
    what: `stop ${target.worker}`,
    code: 'SF605',
    help: `Look at the process on the host. The worker's paths are detached; apply again to attach or stop it.`,
  } as const;
  const stopped = await runScript(context, purpose, MANAGERS[keeper].stopScript(service));
  if (!stopped.ok || keeper === service.serviceManager) return stopped.ok ? success(undefined) : stopped;
  const removed = await runScript(context, purpose, MANAGERS[keeper].removeScript(service));
  return removed.ok ? success(undefined) : removed;
}

/** C1, FIN and GET cannot be switched off: one that was given out in the last moment shall come to its own end. */
async function waitUntilIdle(
  context: ApplyContext,
  { host, worker }: Target,
  sectors: ReadonlySet<string>,
): Promise<Result<undefined>> {
  const end = context.now().getTime() + context.times.start;
  for (const wait of waits(context.times)) {
    const [workers, jobs] = await Promise.all([context.miner.workerStats(), context.miner.workerJobs()]);
    if (!workers.ok) return workers;
    if (!jobs.ok) return jobs;
    const busy = Object.entries(jobs.value).some(([session, list]) => {
      const isOwn = workers.value[session]?.Info.Hostname === worker;
      return list.some((job) => job.RunWait >= 0 && (isOwn || readsFrom(sectors, job)));
    });
    if (!busy) return success(undefined);
    if (context.now().getTime() > end) break;
    await context.sleep(wait);
  }
  return failure({
    code: 'SF605',
    severity: 'error',
    message: `${worker}, or somebody who reads from it, got a job in the last moment; it is not stopped`,
    place: { kind: 'host', host, worker },
    help: 'Its paths are detached. Run the command again: it attaches them, or stops the worker when the job is done.',
  });
}

/** A GET that is cut off between two files of a sector leaves one here and one there. */
function readsFrom(sectors: ReadonlySet<string>, { Sector, Task }: WorkerJob): boolean {
  const code = taskByRpc(Task)?.code;
  return sectors.has(sectorName(Sector)) && (code === undefined || !WITHOUT_SECTOR_FILES.has(code));
}
