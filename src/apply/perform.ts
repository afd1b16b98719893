import { failure, type Result } from '../diagnostic/result.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Step } from '../plan/plan.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { ApplyContext } from './context.js';
import { detachPath } from './detach-path.js';
import { drainByFile } from './drain-by-file.js';
import { attach, redeclare, switchTasks, type Target } from './live-changes.js';
import type { OnWait } from './quieten.js';
import { removeWorker } from './remove-worker.js';
import { restartMiner } from './restart-miner.js';
import { restartWorker, startStopped } from './restart-worker.js';

/**
 * Carries out a step that needs Lotus. Doing a step twice is the same as doing it once.
 * @param done what this run did for the worker before
 * @param lock of its host
 */
export async function perform(
  context: ApplyContext,
  done: readonly Step[],
  step: Step,
  lock: string,
): Promise<Result<undefined>> {
  const { action, host } = step;
  const target: Target = { host, worker: step.worker ?? host };
  const onWait: OnWait = (blockers, expected) => {
    context.emit({ type: 'step-waiting', step, blockers, ...(expected === undefined ? {} : { expected }) });
  };
  switch (action.kind) {
    case 'redeclare':
      return withApi(context, target, (api) => redeclare(context, target, api, action));
    case 'attach':
      return withApi(context, target, (api) => attach(target, api, action.path));
    case 'detach':
      return withApi(context, target, (api) => detachPath(context, target, api, action, onWait));
    case 'enable-task':
      return withApi(context, target, (api) => switchTasks(target, api, [action.task], true));
    case 'disable-task':
      return withApi(context, target, (api) => switchTasks(target, api, [action.task], false));
    case 'start':
      return startStopped(context, target, action);
    case 'restart':
      return restartWorker(context, target, action, done, onWait);
    case 'restart-miner':
      return restartMiner(context, { host, lock }, action, (hindrance) => {
        context.emit({ type: 'miner-waiting', step, ...hindrance });
      });
    case 'drain':
      return drainByFile(context, target, action, step.disruption === 'empty', onWait);
    case 'remove-worker':
      return removeWorker(context, target, action, onWait);
    case 'write-file':
    case 'create-path':
    case 'create-sectorstore':
    case 'remove-unit':
    case 'enable-unit':
    case 'disable-unit':
      throw new Error(`${step.id} is a script`);
    default:
      return unreachable(action);
  }
}

async function withApi(
  { apis }: ApplyContext,
  target: Target,
  work: (api: WorkerApi) => Promise<Result<undefined>>,
): Promise<Result<undefined>> {
  const api = apis.get(target.worker);
  if (api !== undefined) return work(api);
  return failure({
    code: 'SF508',
    severity: 'error',
    message: `${target.worker} cannot be called`,
    place: { kind: 'host', ...target },
    help: 'Plan again: it did not run when the plan was made, or has ended since.',
  });
}
