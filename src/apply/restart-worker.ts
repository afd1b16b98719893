import type { Blocker } from '../drain/step.js';
import type { Result } from '../diagnostic/result.js';
import type { Action } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { quieten } from './quieten.js';
import { takeAway } from './remove-worker.js';
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
  { service, expect, from }: Restart,
  onWait: (blockers: readonly Blocker[]) => void,
): Promise<Result<undefined>> {
  if (from !== undefined) return restartUnderNewName(context, target, { service, expect, from }, onWait);
  const quiet = await quieten(context, target, expect.tasks, onWait);
  if (!quiet.ok) return quiet;
  const stopped = await stopWorker(context, target, service, quiet.value);
  return stopped.ok ? startWorker(context, target, service, expect) : stopped;
}

/**
 * Until it is stopped Lotus knows it by its old name. What was made under that goes before it starts under the new one: a
 * reboot in between would start both on one repo. Its repo is in the new environment file by now.
 */
async function restartUnderNewName(
  context: ApplyContext,
  target: Target,
  { service, expect, from }: RestartFrom,
  onWait: (blockers: readonly Blocker[]) => void,
): Promise<Result<undefined>> {
  const old = { host: target.host, worker: from.worker };
  const quiet = await quieten(context, old, expect.tasks, onWait);
  if (!quiet.ok) return quiet;
  const stopped = await stopWorker(context, old, from.service, quiet.value);
  if (!stopped.ok) return stopped;
  const gone = await takeAway(context, old, from.service, from.home);
  return gone.ok ? startWorker(context, target, service, expect) : gone;
}

type RestartFrom = Pick<Restart, 'service' | 'expect'> & Required<Pick<Restart, 'from'>>;
