import { success, type Result } from '../diagnostic/result.js';
import type { TaskCode } from '../lotus/task.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { quieten, takeWorkAgain } from './quieten.js';

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
  await allWorkAgain(context, workers);
  return failed;
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
