import type { Blocker } from '../drain/step.js';
import type { Result } from '../diagnostic/result.js';
import type { Action } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { quieten } from './quieten.js';
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
  const quiet = await quieten(context, target, expect.tasks, onWait);
  if (!quiet.ok) return quiet;
  const stopped = await stopWorker(context, target, service, quiet.value);
  return stopped.ok ? startWorker(context, target, service, expect) : stopped;
}
