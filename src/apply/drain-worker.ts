import type { Blocker } from '../drain/step.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { HostLayout, WorkerLayout } from '../host/layout.js';
import type { TaskCode } from '../lotus/task.js';
import { comeToRest, type AtRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { record } from './journal.js';
import type { Target } from './live-changes.js';
import { withLocks } from './lock.js';
import { oneAtATime } from './one-at-a-time.js';
import { takeWorkAgain } from './quieten.js';
import { blockerNames } from './rest-troubles.js';
import { runScript } from './run-script.js';
import { managerOf } from './service-manager.js';
import { stopWorker } from './stop-worker.js';

export interface DrainRequest extends Target {
  readonly tasks: readonly TaskCode[];
  readonly service: WorkerLayout;
  readonly home: Pick<HostLayout, 'journal' | 'lock'>;
  /** Milliseconds; undefined waits as long as it takes. */
  readonly deadline?: number;
  /** Every host of the farm: their workers may take over what lies here. */
  readonly farmHosts: readonly string[];
  /** Whether the empty worker's process is ended. */
  readonly stop: boolean;
}

/** Empties a worker whose intent to drain is already on its host, and stops it. */
export async function drainWorker(context: ApplyContext, request: DrainRequest): Promise<Result<undefined>> {
  const { host, worker, home, stop } = request;
  const note = (outcome: 'begun' | 'waiting' | 'done' | 'failed', why?: string): Promise<void> =>
    record(context, host, home.journal, {
      step: `${worker}/drain`,
      outcome,
      ...(why === undefined ? {} : { why }),
    });
  context.emit({ type: 'drain-started', host, worker });
  await note('begun');
  let waits: Promise<void> | undefined;
  const ended = await emptyAndStop(
    noticing(context, (blockers) => {
      waits ??= note('waiting', `for ${blockerNames(blockers)}`);
    }),
    request,
  );
  await waits;
  // Its last look may have come between the other command's writing and switching.
  if (!ended.ok && ended.diagnostic.code === 'SF616') await takeWorkAgain(context, request, request.tasks);
  if (!ended.ok) {
    await note('failed', ended.diagnostic.message);
    return ended;
  }
  await note('done');
  context.emit({ type: 'drain-ended', host, worker, stopped: stop });
  return success(undefined);
}

/** The first that it waits for. */
function noticing(context: ApplyContext, onWait: (blockers: readonly Blocker[]) => void): ApplyContext {
  const emit: ApplyContext['emit'] = (event) => {
    context.emit(event);
    if (event.type === 'drain-progress' && event.blockers.length > 0) onWait(event.blockers);
  };
  return { ...context, emit };
}

/**
 * Emptying takes hours and no lock: the intent on the host is what keeps every plan from this worker meanwhile. The stop is
 * made under the lock, after one more look: nobody takes the drain back, or starts the worker, between that look and the stop.
 */
async function emptyAndStop(context: ApplyContext, request: DrainRequest): Promise<Result<undefined>> {
  const { host, home, deadline = Infinity } = request;
  const end = context.now().getTime() + deadline;
  for (;;) {
    const left = end - context.now().getTime();
    const empty = await comeToEmpty(context, request, left);
    if (!empty.ok || !request.stop) return empty.ok ? success(undefined) : empty;
    const stopped = await oneAtATime(context, host, () =>
      withLocks(context, [{ host, lock: home.lock }], left, async ({ troubles: [trouble] }) => {
        if (trouble !== undefined) return failure(trouble);
        const still = await comeToEmpty(context, request, 0);
        return still.ok ? stopForGood(context, request, still.value) : still;
      }),
    );
    if (!stopped.ok) return stopped;
    // A job came while it waited for the lock: it waits on, and others may have the lock.
    const workCame = !stopped.value.ok && stopped.value.diagnostic.code === 'SF610';
    if (!workCame || context.now().getTime() > end) return stopped.value;
  }
}

/** @param deadline in milliseconds; 0 only looks whether it is */
function comeToEmpty(
  context: ApplyContext,
  request: DrainRequest,
  deadline: number,
): Promise<Result<AtRest>> {
  const { host, worker, tasks, farmHosts } = request;
  return comeToRest(context, {
    host,
    worker,
    goal: 'empty',
    tasks,
    others: farmHosts,
    deadline,
    onLook: ({ verdict, blockers }, expected) => {
      const end = expected === undefined ? {} : { expected };
      // That it is still empty is no news.
      if (deadline > 0 || verdict !== 'done')
        context.emit({ type: 'drain-progress', host, worker, verdict, blockers, ...end });
    },
  });
}

/** So that it stays down over reboots, too. */
async function stopForGood(
  context: ApplyContext,
  request: DrainRequest,
  rest: AtRest,
): Promise<Result<undefined>> {
  const { host, worker, service } = request;
  const stopped = await stopWorker(context, request, service, rest);
  if (!stopped.ok) return stopped;
  const purpose = { host, what: `keep ${worker} stopped`, code: 'SF605' } as const;
  const forgotten = await runScript(context, purpose, managerOf(service).forgetScript(service));
  return forgotten.ok ? success(undefined) : forgotten;
}
