import { withHelp, type Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, type Result } from '../diagnostic/result.js';
import type { Blocker } from '../drain/step.js';
import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import { comeToRest, type AtRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { PENDING } from './ledger.js';
import { switchTasks, type Target } from './live-changes.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import { OtherHosts } from './other-hosts.js';

/** Told at each look that finds something in the way; `expected` is when its jobs will be over, ISO 8601. */
export type OnWait = (blockers: readonly Blocker[], expected?: string) => void;

/**
 * Brings a worker to rest with its tasks off. When that fails it takes its tasks again, and nothing was done; but for
 * one that is left to get quiet by itself.
 * @param lock of its host, where it is stopped then
 */
export async function quieten(
  context: ApplyContext,
  target: Target,
  tasks: readonly TaskCode[],
  onWait: OnWait,
  lock?: string,
): Promise<Result<AtRest>> {
  const quiet = await comeToRest(context, {
    ...target,
    goal: 'quiet',
    tasks,
    deadline: context.times.quiet,
    drains: false,
    ...(lock === undefined ? {} : { lock }),
    onLook: ({ blockers, verdict }, expected) => {
      if (verdict !== 'done') onWait(blockers, expected);
    },
  });
  if (quiet.ok || quiet.diagnostic.code === PENDING) return quiet;
  return failure(await withTasksBack(context, target, tasks, quiet.diagnostic));
}

/**
 * Empties a worker whose drain apply has noted, and goes on with: nothing but another apply ends it.
 * @param lock of its host, where it is stopped then
 */
export function emptyWithin(
  context: ApplyContext,
  target: Target,
  tasks: readonly TaskCode[],
  onWait: OnWait,
  lock?: string,
): Promise<Result<AtRest>> {
  return comeToRest(context, {
    ...target,
    goal: 'empty',
    ...(lock === undefined ? {} : { lock }),
    drains: true,
    leaving: true,
    tasks,
    deadline: context.times.quiet,
    others: new OtherHosts(context),
    onLook: ({ blockers, verdict }, expected) => {
      if (verdict !== 'done') onWait(blockers, expected);
    },
  });
}

/**
 * Gives a worker that goes on after all its tasks back.
 * @param why it is not stopped, or what else failed
 * @param api where it is known
 * @returns that, and what is left to do where it cannot be told
 */
export async function withTasksBack(
  context: ApplyContext,
  target: Target,
  tasks: readonly TaskCode[],
  why: Diagnostic,
  api?: WorkerApi,
): Promise<Diagnostic> {
  const takes = await takeWorkAgain(context, target, tasks, api);
  return takes ? why : withHelp(why, tasksOff([target.worker]));
}

/** What is left to do for workers that could not be told. */
export function tasksOff(workers: readonly string[]): string {
  return `The tasks of ${workers.join(', ')} may be off still: apply again.`;
}

/**
 * Its failing changes nothing: the next plan shows the tasks that are still off.
 * @param api where it is known; it may not have answered yet when the plan was made
 * @returns whether it takes them
 */
export async function takeWorkAgain(
  context: ApplyContext,
  target: Target,
  tasks: readonly TaskCode[],
  api = context.apis.get(target.worker),
): Promise<boolean> {
  const codes = DECLARABLE_TASKS.filter(({ code, switchable }) => switchable && tasks.includes(code));
  if (codes.length === 0) return true;
  const known = api ?? (await context.observe([target.host])).apis.get(target.worker);
  if (known === undefined) return false;
  const switched = await switchTasks(
    target,
    known,
    codes.map(({ code }) => code),
    true,
  );
  return switched.ok;
}
