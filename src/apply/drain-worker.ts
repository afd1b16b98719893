import { success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import type { TaskCode } from '../lotus/task.js';
import { comeToRest, type AtRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { record } from './journal.js';
import type { Target } from './live-changes.js';
import { takeWorkAgain } from './quieten.js';
import { runScript } from './run-script.js';
import { managerOf } from './service-manager.js';
import { stopWorker } from './stop-worker.js';

export interface DrainRequest extends Target {
  readonly tasks: readonly TaskCode[];
  readonly service: WorkerLayout;
  readonly journal: string;
  /** Milliseconds; undefined waits as long as it takes. */
  readonly deadline?: number;
  /** Every host of the farm: their workers may take over what lies here. */
  readonly farmHosts: readonly string[];
  /** Whether the empty worker's process is ended. */
  readonly stop: boolean;
}

/** Empties a worker whose intent to drain is already on its host, and stops it. */
export async function drainWorker(context: ApplyContext, request: DrainRequest): Promise<Result<undefined>> {
  const { host, worker, journal, stop } = request;
  const note = (outcome: string, why?: string): Promise<void> =>
    record(context, host, journal, {
      step: `${worker}/drain`,
      outcome,
      ...(why === undefined ? {} : { why }),
    });
  context.emit({ type: 'drain-started', host, worker });
  const empty = await comeToRest(context, {
    host,
    worker,
    goal: 'empty',
    tasks: request.tasks,
    others: request.farmHosts,
    ...(request.deadline === undefined ? {} : { deadline: request.deadline }),
    onLook: ({ verdict, blockers }, expected) => {
      const end = expected === undefined ? {} : { expected };
      context.emit({ type: 'drain-progress', host, worker, verdict, blockers, ...end });
    },
  });
  // Its last look may have come between the other command's writing and switching.
  if (!empty.ok && empty.diagnostic.code === 'SF616') await takeWorkAgain(context, request, request.tasks);
  const ended = empty.ok && stop ? await stopForGood(context, request, empty.value) : empty;
  if (!ended.ok) {
    await note('failed', ended.diagnostic.message);
    return ended;
  }
  await note('done');
  context.emit({ type: 'drain-ended', host, worker, stopped: stop });
  return success(undefined);
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
