import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { SessionId } from '../lotus/api.js';
import { keeperOf } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';
import { ownWorker } from './own-worker.js';

/**
 * Whether the worker that was to be stopped runs, in the session of then: one that came up while its host was away has its paths and
 * its tasks, and maybe a job. Fails with SF605 then, with SF405 where it does not answer, with SF514 or SF546 where others keep it, or with what keeps the host from being seen.
 */
export async function runsStill(
  context: ApplyContext,
  target: Target,
  session: SessionId | undefined,
): Promise<Result<boolean>> {
  const { observation } = await context.observe([target.host]);
  const own = ownWorker(observation, target);
  if (!own.ok) return own;
  const worker = own.value;
  if (worker === undefined || keeperOf(worker) === undefined) return success(false);
  const now = liveOf(worker.process)?.session;
  if (now === session) return success(true);
  return failure(now === undefined ? mayBeEnding(target) : startedAnew(target));
}

/** Of a code that has it looked at again. */
function mayBeEnding({ host, worker }: Target): Diagnostic {
  return {
    code: 'SF405',
    severity: 'error',
    message: `the connection to ${host} broke while ${worker} was stopped, which has not ended and does not answer`,
    place: { kind: 'host', host, worker },
    help: 'Look at the process on the host.',
  };
}

function startedAnew({ host, worker }: Target): Diagnostic {
  return {
    code: 'SF605',
    severity: 'error',
    message: `${worker} was started anew while ${host} was away, and may have work by now; it is not stopped`,
    place: { kind: 'host', host, worker },
    help: 'Run the command again.',
  };
}
