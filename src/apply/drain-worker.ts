import { wantsStart } from '../drain/blockers.js';
import type { Blocker, DrainGoal } from '../drain/step.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { HostLayout, WorkerLayout } from '../host/layout.js';
import type { TaskCode } from '../lotus/task.js';
import { comeToRest, UNTOLD, type AtRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { record, recordStart } from './journal.js';
import type { Target } from './live-changes.js';
import { PENDING } from './ledger.js';
import { withLocks } from './lock.js';
import { oneLockAtATime } from './one-at-a-time.js';
import type { OtherHosts } from './other-hosts.js';
import { withTasksBack } from './quieten.js';
import { blockerNames } from './rest-troubles.js';
import { runScript } from './run-script.js';
import { managerOf } from './service-manager.js';
import { startWorker } from './start-worker.js';
import { stopWorker } from './stop-worker.js';

export interface DrainRequest extends Target {
  /** The declared tasks. */
  readonly tasks: readonly TaskCode[];
  /** What it does when the drain is taken back. */
  readonly afterwards: readonly TaskCode[];
  readonly service: WorkerLayout;
  readonly home: Pick<HostLayout, 'journal' | 'lock'>;
  readonly until: DrainGoal;
  /** Milliseconds; undefined waits as long as it takes. */
  readonly deadline?: number;
  /** Of the farm's, whose workers may take over what lies here. */
  readonly others: OtherHosts;
  /** Whether the process is ended once the goal is reached. */
  readonly stop: boolean;
  /** After the deadline it is let end its jobs, and stopped with the sectors that lie on it. */
  readonly stopLate: boolean;
  /** A WindowPoSt that is due does not hold it. */
  readonly despiteProofs?: true;
}

/** What a drain has come to. */
export interface Drained {
  /** Sectors (`s-t01000-7`) that lie on it still and wait there until it is back. */
  readonly left: readonly string[];
}

/** Brings a worker to its goal whose intent to drain is already on its host, and stops it. */
export async function drainWorker(context: ApplyContext, request: DrainRequest): Promise<Result<Drained>> {
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
  let isAway = false;
  const watched = noticing(context, (blockers) => {
    waits ??= note('waiting', `for ${blockerNames(blockers)}`);
    isAway = wantsStart(blockers);
  });
  const inTime = await startAndRest(watched, request, () => isAway);
  const ended = isLate(inTime) && request.stopLate ? await restAndStop(watched, quietly(request)) : inTime;
  await waits;
  if (!ended.ok) {
    const { diagnostic: why } = ended;
    // Its last look may have come between the other command's writing and switching.
    const isTakenBack = why.code === 'SF616';
    const said = isTakenBack ? await withTasksBack(context, request, request.afterwards, why) : why;
    // Left to itself it waits on, as the journal says already.
    if (why.code !== PENDING) await note('failed', why.message);
    return failure(said);
  }
  await note('done');
  const left = ended.value.held;
  context.emit({ type: 'drain-ended', host, worker, stopped: stop, left });
  return success({ left });
}

/** Codes of what is not at rest in time. */
export const LATE: ReadonlySet<string> = new Set(['SF604', 'SF610', ...UNTOLD]);

function isLate(ended: Result<AtRest>): boolean {
  return !ended.ok && LATE.has(ended.diagnostic.code);
}

/**
 * What lies on a worker that does not run, or is awaited from it, goes on only when it runs again, and so it is started: with its tasks off, as its
 * file says. Once, as it may end for a reason.
 */
async function startAndRest(
  context: ApplyContext,
  request: DrainRequest,
  isAway: () => boolean,
): Promise<Result<AtRest>> {
  const { host, home, service, deadline = Infinity } = request;
  const end = context.now().getTime() + deadline;
  const rest = await restAndStop(context, request);
  if (rest.ok || rest.diagnostic.code !== 'SF612' || !isAway()) return rest;
  const left = end - context.now().getTime();
  const started = await oneLockAtATime(context, host, () =>
    withLocks(context, [{ host, lock: home.lock }], left, async ({ troubles: [trouble] }) => {
      if (trouble !== undefined) return failure(trouble);
      return (await isMeant(context, request)) ? startNoted(context, request, service) : rest;
    }),
  );
  if (!started.ok) return started;
  if (!started.value.ok) return started.value;
  return restAndStop(context, Number.isFinite(left) ? { ...request, deadline: left } : request);
}

async function startNoted(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
): Promise<Result<undefined>> {
  const started = await startWorker(context, target, service);
  if (started.ok) await recordStart(context, target, service);
  return started;
}

/** Somebody may have taken the drain back meanwhile, or stopped the worker with its sectors on purpose. */
async function isMeant(context: ApplyContext, { host, worker, until }: DrainRequest): Promise<boolean> {
  const seen = (await context.observe([host])).observation.hosts.get(host);
  const intent = seen?.reached === true ? seen.manifest?.intents[worker] : undefined;
  return intent !== undefined && (intent.until ?? 'empty') === until;
}

/** As long as its jobs and the proofs take that it computes. */
function quietly({ deadline: _, ...request }: DrainRequest): DrainRequest {
  return { ...request, until: 'quiet', despiteProofs: true };
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
 * It takes hours and no lock: the intent on the host is what keeps every plan from this worker meanwhile. The stop is made
 * under the lock, after one more look: nobody takes the drain back, or starts the worker, between that look and the stop.
 */
async function restAndStop(context: ApplyContext, request: DrainRequest): Promise<Result<AtRest>> {
  const { host, home, deadline = Infinity } = request;
  const end = context.now().getTime() + deadline;
  for (;;) {
    const left = end - context.now().getTime();
    const rest = await atRest(context, request, left);
    if (!rest.ok || !request.stop) return rest;
    const stopped = await oneLockAtATime(context, host, () =>
      withLocks(context, [{ host, lock: home.lock }], left, async ({ troubles: [trouble] }) => {
        if (trouble !== undefined) return failure(trouble);
        const still = await atRest(context, request, 0, home.lock);
        return still.ok ? stopForGood(context, request, still.value) : still;
      }),
    );
    if (!stopped.ok) return stopped;
    // A job came while it waited for the lock: it waits on, as long as it may, and others may have the lock.
    if (!isLate(stopped.value)) return stopped.value;
  }
}

/**
 * @param deadline in milliseconds; 0 only looks whether it is
 * @param lock of its host, where it is stopped then
 */
function atRest(
  context: ApplyContext,
  request: DrainRequest,
  deadline: number,
  lock?: string,
): Promise<Result<AtRest>> {
  const { host, worker, tasks, others, until: goal, despiteProofs } = request;
  return comeToRest(context, {
    host,
    worker,
    goal,
    drains: true,
    tasks,
    others,
    deadline,
    ...(despiteProofs === undefined ? {} : { despiteProofs }),
    ...(lock === undefined ? {} : { lock }),
    onLook: ({ verdict, blockers }, expected) => {
      const end = expected === undefined ? {} : { expected };
      // That it is still at rest is no news.
      if (deadline > 0 || verdict !== 'done')
        context.emit({ type: 'drain-progress', host, worker, goal, verdict, blockers, ...end });
    },
  });
}

/** So that it stays down over reboots, too. */
async function stopForGood(
  context: ApplyContext,
  request: DrainRequest,
  rest: AtRest,
): Promise<Result<AtRest>> {
  const { host, worker, service } = request;
  const stopped = await stopWorker(context, request, service, rest);
  if (!stopped.ok) return stopped;
  const purpose = { host, what: `keep ${worker} stopped`, code: 'SF605' } as const;
  const forgotten = await runScript(context, purpose, managerOf(service).forgetScript(service));
  return forgotten.ok ? success(rest) : forgotten;
}
