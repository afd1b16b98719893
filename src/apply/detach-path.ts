import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { failure, type Result } from '../diagnostic/result.js';
import { sectorName } from '../lotus/file-type.js';
import { whyUnseen } from '../observed/unseen-path.js';
import type { Action } from '../plan/plan.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { AtRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { PENDING } from './ledger.js';
import { checkPaths, type Target } from './live-changes.js';
import { quieten, takeWorkAgain, tasksOff, withTasksBack, type OnWait } from './quieten.js';
import { isBusy } from './stop-worker.js';

type Detach = Extract<Action, { kind: 'detach' }>;

/**
 * Takes a path away from a running worker, while it is quiet: the output of a running PC1 is in no index yet.
 * Then the miner's index and the folders themselves are looked at once more. Fails with SF607 when something lies there,
 * or nobody can tell.
 */
export async function detachPath(
  context: ApplyContext,
  target: Target,
  api: WorkerApi,
  action: Detach,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const quiet = await quieten(context, target, action.tasks, onWait);
  if (!quiet.ok && quiet.diagnostic.code === PENDING) {
    // Nothing would tell the next run why its tasks are off: it would switch them on before all else.
    const takes = await takeWorkAgain(context, target, action.tasks);
    const stands = takes ? 'It takes work again.' : tasksOff([target.worker]);
    return failure({ ...quiet.diagnostic, help: `${stands} ${WHEN_QUIET}` });
  }
  if (!quiet.ok) return quiet;
  const result = await detachEmpty(context, target, api, action, quiet.value);
  if (!result.ok) return failure(await withTasksBack(context, target, action.tasks, result.diagnostic));
  const takes = await takeWorkAgain(context, target, action.tasks);
  return takes ? result : tasksStayOff(target, action.path);
}

const WHEN_QUIET = 'The path goes in a run that finds the worker quiet, or waits for it.';

async function detachEmpty(
  context: ApplyContext,
  target: Target,
  api: WorkerApi,
  { id, path }: Detach,
  rest: AtRest,
): Promise<Result<undefined>> {
  const probe = await context.observe([target.host]);
  // That took a while, and GET cannot be switched off: what came meanwhile is at work still, or in the index by then.
  const busy = await isBusy(context, target, rest);
  if (!busy.ok) return busy;
  if (busy.value)
    return stays(target, path, `a job came to ${target.worker} while ${path} was looked at`, WHEN_QUIET);
  const sectors = await context.miner.storageList();
  if (!sectors.ok) return sectors;
  const host = probe.observation.hosts.get(target.host);
  if (host?.reached === false) return failure(host.diagnostic);
  const seen = host?.workers.get(target.worker)?.storage.get(withoutTrailingSlash(path));
  const held = [...(sectors.value[id] ?? []).map(sectorName), ...(seen?.entries ?? [])];
  if (held.length > 0) {
    const names = held.slice(0, 3).join(', ');
    return stays(target, path, `${path} holds sectors again (${names})`, WHILE_FULL);
  }
  const why = whyUnseen(seen);
  if (why !== undefined)
    return stays(target, path, `nobody can tell what lies on ${path}, ${why}`, WHILE_UNSEEN);
  const told = await api.storageDetachLocal(path);
  return told.ok ? checkPaths(target, api, path, false) : told;
}

function tasksStayOff({ host, worker }: Target, path: string): Result<undefined> {
  return failure({
    code: 'SF606',
    severity: 'error',
    message: `${path} is detached, but ${worker} has not taken its tasks again`,
    place: { kind: 'host', host, worker },
    help: tasksOff([worker]),
  });
}

const WHILE_FULL = 'Drain the worker first, or declare the path again.';
const WHILE_UNSEEN = 'Mount or mend it on the host, and plan again.';

function stays({ host, worker }: Target, path: string, why: string, help: string): Result<undefined> {
  return failure({
    code: 'SF607',
    severity: 'error',
    message: `${why}: it stays attached`,
    place: { kind: 'host', host, worker, path },
    help,
  });
}
