import { withHelp, type Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { TaskCode } from '../lotus/task.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { quieten, takeWorkAgain, tasksOff } from './quieten.js';

export interface WorkingTarget extends Target {
  /** The declared tasks. */
  readonly tasks: readonly TaskCode[];
}

/** Brings workers to rest side by side, with their tasks off. Where that fails for one, all of them take work again. */
export async function quietAll(
  context: ApplyContext,
  workers: readonly WorkingTarget[],
): Promise<Result<undefined>> {
  const results = await Promise.all(
    workers.map((worker) =>
      quieten(context, worker, worker.tasks, (blockers, expected) => {
        const more = expected === undefined ? {} : { expected };
        const { host, worker: name } = worker;
        context.emit({
          type: 'drain-progress', host, worker: name, goal: 'quiet', verdict: 'working', blockers, ...more,
        }); // prettier-ignore
      }),
    ),
  );
  const failed = results.find(({ ok }) => !ok);
  if (failed?.ok !== false) return success(undefined);
  return failure(await withAllTasksBack(context, workers, failed.diagnostic));
}

/** As `withTasksBack`, for all of them. */
export async function withAllTasksBack(
  context: ApplyContext,
  workers: readonly WorkingTarget[],
  why: Diagnostic,
): Promise<Diagnostic> {
  const untold = await allWorkAgain(context, workers);
  return untold.length === 0 ? why : withHelp(why, tasksOff(untold));
}

/** @returns names of those that could not be told */
export async function allWorkAgain(
  context: ApplyContext,
  workers: readonly WorkingTarget[],
): Promise<readonly string[]> {
  const told = await Promise.all(
    workers.map(async (target) => ({ target, ok: await takeWorkAgain(context, target, target.tasks) })),
  );
  return told.filter(({ ok }) => !ok).map(({ target }) => target.worker);
}
