import { failure, success, type Result } from '../diagnostic/result.js';
import type { ManagerName, WorkerLayout } from '../host/layout.js';
import type { AtRest } from './come-to-rest.js';
import { waits, type ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { runScript } from './run-script.js';
import { MANAGERS } from './service-manager.js';

/**
 * Ends a worker that is at rest. Its paths are detached first: what is in no index, nobody tries to fetch
 * from a worker that is going away. The next start declares them again.
 */
export async function stopWorker(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  { api, keeper = service.serviceManager }: AtRest,
): Promise<Result<undefined>> {
  if (api !== undefined) {
    const detached = await api.storageDetachAll();
    if (!detached.ok) return detached;
    const idle = await waitUntilIdle(context, target);
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
async function waitUntilIdle(context: ApplyContext, { host, worker }: Target): Promise<Result<undefined>> {
  const end = context.now().getTime() + context.times.start;
  for (const wait of waits(context.times)) {
    const [workers, jobs] = await Promise.all([context.miner.workerStats(), context.miner.workerJobs()]);
    if (!workers.ok) return workers;
    if (!jobs.ok) return jobs;
    const own = Object.entries(jobs.value).filter(
      ([session]) => workers.value[session]?.Info.Hostname === worker,
    );
    if (own.every(([, list]) => list.every(({ RunWait }) => RunWait < 0))) return success(undefined);
    if (context.now().getTime() > end) break;
    await context.sleep(wait);
  }
  return failure({
    code: 'SF605',
    severity: 'error',
    message: `${worker} got a job in the last moment and is not stopped`,
    place: { kind: 'host', host, worker },
    help: 'Its paths are detached. Run the command again: it attaches them, or stops the worker when the job is done.',
  });
}
