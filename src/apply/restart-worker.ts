import { failure, type Result } from '../diagnostic/result.js';
import { homeOf } from '../host/layout.js';
import type { Action, Step } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import { forceStop } from './force-stop.js';
import type { Target } from './live-changes.js';
import { NOT_UP, putBack } from './put-back.js';
import { quieten, withTasksBack, type OnWait } from './quieten.js';
import { takeAway } from './remove-worker.js';
import { interrupted } from './rest-troubles.js';
import { startWorker } from './start-worker.js';
import { notTakenAway, stopWorker } from './stop-worker.js';
import { whileAway } from './while-away.js';
import { journalOf, withWayBack } from './way-back.js';

type Start = Extract<Action, { kind: 'start' }>;
type Restart = Extract<Action, { kind: 'restart' }>;

/**
 * Tasks off → quiet → paths detached → stopped → started → verified.
 *
 *   serving ──tasks off──▶ getting quiet ──no job, no reader──▶ stopping ──▶ starting ──as declared──▶ serving
 *      ▲                     │      │                                           │                        ▲
 *      └── tasks on again ───┘      └─▶ left so: nobody waits           not as declared                  │
 *          interrupted or too late                                              └─▶ files put back ──────┘
 *
 * @param done what this run did for the worker before
 */
export async function restartWorker(
  context: ApplyContext,
  target: Target,
  action: Restart,
  done: readonly Step[],
  onWait: OnWait,
): Promise<Result<undefined>> {
  const { service, expect, from } = action;
  if (from !== undefined) return restartUnderNewName(context, target, { service, expect, from }, onWait);
  const stopped = await stopNow(context, target, target, { service, expect }, onWait);
  if (!stopped.ok) return stopped;
  const started = await startWorker(context, target, service, expect);
  if (started.ok || !NOT_UP.has(started.diagnostic.code)) return started;
  // Nobody here could start it as it was started before: its own service manager goes on trying.
  if (action.adopts === true) {
    const entries = await journalOf(context, target, service);
    return failure(withWayBack(target, service, started.diagnostic, entries));
  }
  return failure(await putBack(context, target, service, done, started.diagnostic));
}

/** Starts a worker that does not run. What this run wrote for it the journal tells, too: a new one has nothing to go back to. */
export async function startStopped(
  context: ApplyContext,
  target: Target,
  { service, expect }: Start,
): Promise<Result<undefined>> {
  const started = await startWorker(context, target, service, expect);
  if (started.ok || !NOT_UP.has(started.diagnostic.code)) return started;
  return failure(await putBack(context, target, service, [], started.diagnostic));
}

/**
 * With what it does, where a person asked for that by its declared name; else when it is quiet.
 * @param running under which name Lotus knows it until then
 */
function stopNow(
  context: ApplyContext,
  target: Target,
  running: Target,
  { service, expect }: Pick<Restart, 'service' | 'expect'>,
  onWait: OnWait,
): Promise<Result<undefined>> {
  return context.rules.force.has(target.worker)
    ? forceStop(context, running, service, expect.tasks)
    : quietStop(context, target, running, { service, expect }, onWait);
}

async function quietStop(
  context: ApplyContext,
  target: Target,
  running: Target,
  { service, expect }: Pick<Restart, 'service' | 'expect'>,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const quiet = await quieten(context, running, expect.tasks, onWait, homeOf(service).lock);
  if (!quiet.ok) return quiet;
  if (context.halt.aborted)
    return failure(await withTasksBack(context, running, expect.tasks, interrupted(target)));
  return stopWorker(context, running, service, quiet.value, expect.tasks);
}

/**
 * Until it is stopped Lotus knows it by its old name. What was made under that goes before it starts under the new one: a
 * reboot in between would start both on one repo. Its repo is in the new environment file by now.
 */
async function restartUnderNewName(
  context: ApplyContext,
  target: Target,
  { service, expect, from }: RestartFrom,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const old = { host: target.host, worker: from.worker };
  const stopped = await stopNow(context, target, old, { service: from.service, expect }, onWait);
  if (!stopped.ok) return stopped;
  const gone = await whileAway(context, target.host, () => takeAway(context, old, from.service, from.home));
  return gone.ok
    ? startWorker(context, target, service, expect)
    : failure(notTakenAway(from.worker, gone.diagnostic));
}

type RestartFrom = Pick<Restart, 'service' | 'expect'> & Required<Pick<Restart, 'from'>>;
