import type { HostLayout } from '../host/layout.js';
import type { DrainIntent } from '../host/manifest.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import { comesBack, type ComesBack } from '../observed/comes-back.js';
import { keeperOf } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { ObservedProcess, WorkerLive } from '../observed/observed.js';
import { restartCost } from './cost.js';
import { heldPaths, type HeldPath } from './held-paths.js';
import type { Disruption, Reason } from './plan.js';
import { otherRepo, startOf, unanswering } from './process-rules.js';
import {
  combine,
  NOTHING,
  problem,
  workerStep,
  type Findings,
  type WorkerContext,
} from './worker-context.js';

/** Where the drain of a worker is noted. */
interface Noted {
  readonly home: HostLayout;
  /** What holds of it there now. */
  readonly intent?: DrainIntent | undefined;
}

/**
 * A worker that the file wants drained or stopped. Beyond that its process is left as it is: what it was started with
 * matters when it works again.
 *
 *   drained   starts with no task where it does not run; emptied; runs on
 *   stopped   emptied where it runs, or does not and holds sectors; ended; not started at boot
 */
export function planState(context: WorkerContext, noted: Noted): Findings {
  const { process } = context.observed;
  if (process !== undefined) return planRunning(context, process, noted);
  const held = hasCome(noted) ? [] : heldPaths(context);
  if (held.length > 0) return planHolding(context, noted, held);
  return context.desired.state === 'stopped' ? planDown(context, noted) : planUp(context, noted);
}

function planRunning(context: WorkerContext, process: ObservedProcess, noted: Noted): Findings {
  const { desired, miner } = context;
  const repo = process.told === undefined ? process.environ.get('LOTUS_WORKER_PATH')?.reveal() : undefined;
  if (repo !== undefined && repo !== desired.repo) return otherRepo(context, repo);
  const live = liveOf(process);
  if (live === undefined) return unanswering(context, process);
  // Nobody else can say what runs there, and which sectors lie there.
  if (!miner.reached) return NOTHING;
  if (desired.state === 'drained' && hasCome(noted))
    return takesWork(live) ? drainNow(context, noted, 'lotus-differs') : NOTHING;
  const kept = desired.state === 'stopped' ? comesBack(process) : undefined;
  if (kept !== undefined) return cannotStop(context, kept);
  return drainNow(context, noted, 'config-changed');
}

/** It is not emptied for hours before that is known. */
function cannotStop(context: WorkerContext, { code, why, remedy }: ComesBack): Findings {
  return problem(context, {
    code,
    message: `${context.desired.name} is not stopped: ${why}`,
    help: `Write \`state: drained\` to empty it. ${remedy}, and write \`state: stopped\`.`,
  });
}

/** A worker that was empty once gets nothing while its tasks are off. */
function hasCome({ intent }: Noted): boolean {
  return intent?.reached === true;
}

function takesWork({ tasks }: WorkerLive): boolean {
  return DECLARABLE_TASKS.some(({ code, switchable }) => switchable && tasks.has(code));
}

/** It runs on, so that what lies on its paths can be fetched. */
function planUp(context: WorkerContext, noted: Noted): Findings {
  const start = startOf(context);
  if (start === NOTHING || hasCome(noted)) return start;
  return combine([start, drainNow(context, noted, 'config-changed')]);
}

/** Its sectors go on only when it runs again: it takes nothing meanwhile, and is emptied as one that ran all the time. */
function planHolding(context: WorkerContext, noted: Noted, held: readonly HeldPath[]): Findings {
  const { desired, miner } = context;
  const start = startOf(context);
  // Which of its sectors need what, only the miner says.
  if (!miner.reached || start === NOTHING) return NOTHING;
  const where = held
    .map(({ path, sectors }) => `${sectors} ${sectors === 1 ? 'sector' : 'sectors'} on ${path}`)
    .join(', ');
  const said = problem(context, {
    code: 'SF577',
    severity: 'warning',
    message: `${desired.name} shall be ${desired.state} and is down with ${where}: it is started with no task, until they have gone on`,
    help: 'If it does not come up (its log tells why), they stay where they are. To have it work on them itself, write `state: running` first.',
  });
  return combine([start, drainNow(context, noted, 'config-changed'), said]);
}

/** Nothing of it may come back by itself. A unit that the file wants no more goes by the rule for units. */
function planDown(context: WorkerContext, noted: Noted): Findings {
  const { desired, observed } = context;
  const comes = observed.startsAtBoot === true || keeperOf(observed) !== undefined;
  if (!comes || desired.files.serviceManager !== 'systemd') return NOTHING;
  return drainNow(context, noted, 'config-changed', 'none');
}

/** The step itself. */
export function drainNow(
  context: WorkerContext,
  { home }: Noted,
  reason: Reason,
  disruption: Disruption = 'empty',
): Findings {
  const { files: service, tasks, state } = context.desired;
  const step = workerStep(context, {
    action: { kind: 'drain', service, home, tasks, stop: state === 'stopped' },
    disruption,
    reason,
  });
  const cost = disruption === 'empty' ? { cost: restartCost(context) } : {};
  return { steps: [{ ...step, ...cost }], diagnostics: [] };
}

/**
 * Sectors on a path for long-term storage are there for good: no drain brings them away. Nothing of the worker is touched
 * then; undefined where nothing is in the way.
 */
export function planStoredForGood(context: WorkerContext, noted: Noted): Findings | undefined {
  const { desired, observed, miner } = context;
  if (desired.state === 'running' || desired.drain !== undefined || !miner.reached) return undefined;
  const isThere = desired.state === 'drained' || observed.process === undefined;
  if (isThere && hasCome(noted)) return undefined;
  const path = heldPaths(context).find(({ canStore }) => canStore)?.path;
  if (path === undefined) return undefined;
  return problem(context, {
    code: 'SF574',
    path,
    message: `${desired.name} shall be ${desired.state}, but ${path} stores sectors for good: nothing is done to it`,
    help: `A drain does not bring them away. Declare the path on another worker of ${desired.host}, or take \`tasks\` from ${desired.name} instead.`,
  });
}
