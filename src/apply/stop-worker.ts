import { success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { processManager } from './process-manager.js';
import { runScript } from './run-script.js';

/**
 * Ends a worker that is at rest. Its paths are detached first: what is in no index, nobody tries to fetch
 * from a worker that is going away. The next start declares them again.
 */
export async function stopWorker(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  api: WorkerApi | undefined,
): Promise<Result<undefined>> {
  if (api !== undefined) {
    const detached = await api.storageDetachAll();
    if (!detached.ok) return detached;
  }
  const purpose = {
    host: target.host,
    what: `stop ${target.worker}`,
    code: 'SF605',
    help: `Look at the process on the host. The worker's paths are detached; apply again to attach or stop it.`,
  } as const;
  const stopped = await runScript(context, purpose, processManager.stopScript(service));
  return stopped.ok ? success(undefined) : stopped;
}
