import { failure, success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import type { TaskCode } from '../lotus/task.js';
import { workerOn } from '../observed/departed.js';
import { keeperOf, strangeKeeper } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { ApplyContext } from './context.js';
import { switchTasks, type Target } from './live-changes.js';
import { endProcess } from './stop-worker.js';

/**
 * Ends a worker with all that it does, as a person asked by its name: its jobs are lost, and Lotus begins them anew.
 * One that hangs answers no call, so that none has to succeed.
 */
export async function forceStop(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  tasks: readonly TaskCode[],
): Promise<Result<undefined>> {
  const { observation, apis } = await context.observe([target.host]);
  const host = observation.hosts.get(target.host);
  if (host?.reached === false) return failure(host.diagnostic);
  const worker = host === undefined ? undefined : workerOn(host, target.worker);
  const strange = worker === undefined ? undefined : strangeKeeper(worker, target.host, target.worker);
  if (strange !== undefined) return failure(strange);
  const keeper = worker === undefined ? undefined : keeperOf(worker);
  if (keeper === undefined) return success(undefined);
  const api = apis.get(target.worker);
  // What is given out meanwhile would be lost as well.
  if (api !== undefined) await switchTasks(target, api, tasks, false);
  const session = liveOf(worker?.process)?.session;
  return endProcess(context, target, service, keeper, {
    ...(session === undefined ? {} : { session }),
    ...(api === undefined ? {} : { api, tasks }),
  });
}
