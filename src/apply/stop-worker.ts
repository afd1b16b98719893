import { withHelp, type Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { WITHOUT_SECTOR_FILES } from '../drain/snapshot.js';
import { homeOf, type WorkerLayout } from '../host/layout.js';
import type { SessionId, WorkerJob } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import type { Keeper } from '../observed/keeper.js';
import { isOpen } from '../observed/miner-state.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { AtRest } from './come-to-rest.js';
import { attachAgain } from './attach-again.js';
import { waits, type ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { checkLock } from './lock.js';
import { oneAtATime } from './one-at-a-time.js';
import { withTasksBack } from './quieten.js';
import { interrupted } from './rest-troubles.js';
import { runsStill } from './runs-still.js';
import { runScript, type ScriptPurpose } from './run-script.js';
import { MANAGERS } from './service-manager.js';
import { stopForeignScript } from './stop-foreign.js';
import { whileAway } from './while-away.js';

/**
 * Ends a worker that is at rest. Its paths are detached first: what is in no index, nobody tries to fetch
 * from a worker that is going away; who has begun to is waited for. The next start declares them again.
 * Where the lock of its host is not this run's any more it is not stopped, which is SF609: who calls this has looked at it before
 * the last questions, and since those who read may take long it is looked at again right before the stop.
 * One that goes on after all gets them back at once, and takes its tasks again.
 * @param tasks those tasks; none in a drain, whose worker keeps them off
 */
export async function stopWorker(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  { api, keeper = service.serviceManager, ...rest }: AtRest,
  tasks: readonly TaskCode[] = [],
): Promise<Result<undefined>> {
  if (api === undefined) return endProcess(context, target, service, keeper, rest);
  const had = await api.paths();
  if (!had.ok) return failure(await withTasksBack(context, target, tasks, had.diagnostic, api));
  const free = await detachAll(context, target, api, rest);
  const end = free.ok ? await endSeen(context, target, service, keeper, rest.session) : undefined;
  const ended = end?.ended ?? free;
  if (ended.ok) return leaveNothing(context, target, service, keeper);
  if (end?.told === true && !GOES_ON.has(ended.diagnostic.code)) return failure(unseen(ended.diagnostic));
  const again = await whileAway(context, target.host, () =>
    attachAgain(context, target, service, api, had.value),
  );
  const why = again.ok ? ended.diagnostic : withHelp(ended.diagnostic, WITHOUT_PATHS);
  return failure(await withTasksBack(context, target, tasks, why, api));
}

const WITHOUT_PATHS =
  'It may have no paths attached, so that nobody finds the sectors there: apply again at once.';

function isOurs(context: ApplyContext, { host }: Target, service: WorkerLayout): Promise<Result<undefined>> {
  return checkLock(context, { host, lock: homeOf(service).lock });
}

async function detachAll(
  context: ApplyContext,
  target: Target,
  api: WorkerApi,
  rest: Pick<AtRest, 'sectors' | 'session'>,
): Promise<Result<undefined>> {
  const detached = await api.storageDetachAll();
  return detached.ok ? waitUntilIdle(context, target, rest) : detached;
}

/** After these it runs on, though it may have been told to end. */
const GOES_ON: ReadonlySet<string> = new Set(['SF602', 'SF605', 'SF609']);

/** Of a stop that nobody saw the end of, the worker may be gone any moment: its paths are not attached again. */
function unseen(why: Diagnostic): Diagnostic {
  return withHelp(why, 'It may be stopped, or run without its paths and tasks: apply again.');
}

/** A worker as it was seen right before its end. */
export interface Running extends Pick<AtRest, 'session'> {
  readonly api?: WorkerApi;
  /** That were switched off, for one that goes on after all. */
  readonly tasks?: readonly TaskCode[];
}

/** By whoever keeps it; where that is not the declared manager, nothing of it is left there. */
export async function endProcess(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  keeper: Keeper,
  { session, api, tasks = [] }: Running = {},
): Promise<Result<undefined>> {
  const { ended, told } = await endSeen(context, target, service, keeper, session);
  if (ended.ok) return leaveNothing(context, target, service, keeper);
  if (!told) return failure(await withTasksBack(context, target, tasks, ended.diagnostic, api));
  // One that did not end in time may still do so: what it took now would be lost.
  return failure(GOES_ON.has(ended.diagnostic.code) ? ended.diagnostic : unseen(ended.diagnostic));
}

interface End {
  readonly ended: Result<undefined>;
  /** It may have been told to end; else it runs on for sure. */
  readonly told: boolean;
}

/** While the lock is ours, and again where its host was away meanwhile. */
async function endSeen(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  keeper: Keeper,
  session: SessionId | undefined,
): Promise<End> {
  let told = false;
  const ended = await whileAway(context, target.host, async (before) => {
    const runs = before === 0 ? success(true) : await runsStill(context, target, session);
    if (!runs.ok) return runs;
    if (!runs.value) return success(undefined);
    const ours = await isOurs(context, target, service);
    if (!ours.ok) return ours;
    told = true;
    return stopBy(context, target, service, keeper);
  });
  return { ended, told };
}

async function stopBy(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  keeper: Keeper,
): Promise<Result<undefined>> {
  const script =
    typeof keeper === 'string' ? MANAGERS[keeper].stopScript(service) : stopForeignScript(keeper);
  const stopped = await runScript(context, stopping(target), script);
  return stopped.ok ? success(undefined) : stopped;
}

async function leaveNothing(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  keeper: Keeper,
): Promise<Result<undefined>> {
  // What somebody else made stays as it is.
  if (keeper === service.serviceManager || typeof keeper !== 'string') return success(undefined);
  const purpose = { host: target.host, what: `take ${target.worker} from ${keeper}` };
  const removed = await whileAway(context, target.host, () =>
    oneAtATime(context, target.host, () =>
      runScript(context, purpose, MANAGERS[keeper].removeScript(service)),
    ),
  );
  return removed.ok ? success(undefined) : failure(notTakenAway(target.worker, removed.diagnostic));
}

/** Of a worker that was stopped, and of which something is left that must not be there when it starts. */
export function notTakenAway(worker: string, why: Diagnostic): Diagnostic {
  return {
    ...why,
    message: `${worker} was stopped, and what was left of it could not be taken away: ${why.message}`,
    help: 'Mend the cause on the host and apply again: what is left goes, and what is to run is started.',
  };
}

function stopping({ host, worker }: Target): ScriptPurpose {
  const help = 'Look at the process on the host, which may wait for a disk, and run the command again.';
  return { host, what: `stop ${worker}`, code: 'SF605', help };
}

/**
 * C1, FIN and GET cannot be switched off: one that was given out in the last moment shall come to its own end. A miner that
 * does not answer once is asked again.
 */
async function waitUntilIdle(
  context: ApplyContext,
  target: Target,
  rest: Pick<AtRest, 'sectors' | 'session'>,
): Promise<Result<undefined>> {
  const end = context.now().getTime() + context.times.settle;
  for (const wait of waits(context.times)) {
    const busy = await isBusy(context, target, rest);
    if (busy.ok && !busy.value) return success(undefined);
    if (context.now().getTime() > end) return busy.ok ? failure(busyAgain(target)) : busy;
    await context.sleep(wait);
    if (context.signal.aborted) return failure(interrupted(target));
  }
  throw new Error('waits end');
}

/** Whether it, or who reads from its paths, has a job. */
export async function isBusy(
  { miner }: ApplyContext,
  { worker }: Target,
  { sectors, session: own }: Pick<AtRest, 'sectors' | 'session'>,
): Promise<Result<boolean>> {
  const [workers, jobs] = await Promise.all([miner.workerStats(), miner.workerJobs()]);
  if (!workers.ok) return workers;
  if (!jobs.ok) return jobs;
  const busy = Object.entries(jobs.value).some(([session, list]) => {
    const name = workers.value[session]?.Info.Hostname;
    const isOwn = (job: WorkerJob): boolean => session === own || (name ?? job.Hostname) === worker;
    return list.some((job) => (isOwn(job) ? isOpen(job) : job.RunWait >= 0 && readsFrom(sectors, job)));
  });
  return success(busy);
}

function busyAgain({ host, worker }: Target): Diagnostic {
  return {
    code: 'SF605',
    severity: 'error',
    message: `${worker}, or somebody who reads from it, got a job in the last moment; it is not stopped`,
    place: { kind: 'host', host, worker },
    help: 'Run the command again: it stops the worker when the job is done.',
  };
}

/** A GET that is cut off between two files of a sector leaves one here and one there. */
function readsFrom(sectors: ReadonlySet<string>, { Sector, Task }: WorkerJob): boolean {
  const code = taskByRpc(Task)?.code;
  return sectors.has(sectorName(Sector)) && (code === undefined || !WITHOUT_SECTOR_FILES.has(code));
}
