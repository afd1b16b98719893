import type { Blocker } from '../drain/step.js';
import type { Result } from '../diagnostic/result.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import type { Action } from '../plan/plan.js';
import { comeToRest, type RestRequest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { switchTasks, type Target } from './live-changes.js';
import { startWorker } from './start-worker.js';
import { stopWorker } from './stop-worker.js';

type Restart = Extract<Action, { kind: 'restart' }>;

/**
 * Tasks off → quiet → paths detached → stopped → started → verified.
 *
 *   serving ──tasks off──▶ getting quiet ──no job, no reader──▶ stopping ──▶ starting ──▶ serving
 *      ▲                        │
 *      └──── tasks on again ────┘  interrupted or too late: nothing was stopped
 */
export async function restartWorker(
  context: ApplyContext,
  target: Target,
  { service, expect }: Restart,
  onWait: (blockers: readonly Blocker[]) => void,
): Promise<Result<undefined>> {
  const request: RestRequest = {
    ...target,
    goal: 'quiet',
    tasks: expect.tasks,
    deadline: context.times.quiet,
    others: [],
    onLook: ({ blockers, verdict }) => {
      if (verdict !== 'done') onWait(blockers);
    },
  };
  const quiet = await comeToRest(context, request);
  if (!quiet.ok) {
    await takeWorkAgain(context, target, { expect });
    return quiet;
  }
  const stopped = await stopWorker(context, target, service, quiet.value);
  return stopped.ok ? startWorker(context, target, service, expect) : stopped;
}

/** Its failing changes nothing: the next plan shows the tasks that are still off. */
async function takeWorkAgain(
  context: ApplyContext,
  target: Target,
  { expect }: Pick<Restart, 'expect'>,
): Promise<void> {
  const api = context.apis.get(target.worker);
  const codes = DECLARABLE_TASKS.filter(({ code, switchable }) => switchable && expect.tasks.includes(code));
  if (api !== undefined)
    await switchTasks(
      target,
      api,
      codes.map(({ code }) => code),
      true,
    );
}
