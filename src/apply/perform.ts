import { failure, success, type Result } from '../diagnostic/result.js';
import { unreachable } from '../diagnostic/unreachable.js';
import type { Blocker } from '../drain/step.js';
import { sectorStoreFile, type HostLayout } from '../host/layout.js';
import { newSectorStore } from '../lotus/sectorstore.js';
import type { Step } from '../plan/plan.js';
import { Secret } from '../secret/secret.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { ApplyContext } from './context.js';
import { detachPath } from './detach-path.js';
import { attach, redeclare, switchTasks, type Target } from './live-changes.js';
import { removeWorker } from './remove-worker.js';
import { restartWorker } from './restart-worker.js';
import { runScript } from './run-script.js';
import { MANAGERS } from './service-manager.js';
import { createPathScript, writeFileScript } from './scripts.js';
import { startWorker } from './start-worker.js';

/** Carries out one step. Doing a step twice is the same as doing it once. */
export async function perform(
  context: ApplyContext,
  { written }: Pick<HostLayout, 'written'>,
  step: Step,
): Promise<Result<undefined>> {
  const { action, host } = step;
  const target: Target = { host, worker: step.worker ?? host };
  const onWait = (blockers: readonly Blocker[]): void => {
    context.emit({ type: 'step-waiting', step, blockers });
  };
  switch (action.kind) {
    case 'write-file':
      return quietly(
        runScript(context, { host, what: `write ${action.path}` }, writeFileScript({ ...action, written })),
      );
    case 'create-path':
      return quietly(
        runScript(
          context,
          { host, what: `make ${action.path}` },
          createPathScript(action.path, action.owner),
        ),
      );
    case 'create-sectorstore':
      return createSectorStore(context, step, { ...action, written });
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
      return startWorker(context, target, action.service, action.expect);
    case 'restart':
      return restartWorker(context, target, action, onWait);
    case 'remove-worker':
      return removeWorker(context, target, action, onWait);
    case 'remove-unit':
      return quietly(
        runScript(
          context,
          { host, what: `remove ${action.service.unit.name}` },
          MANAGERS.systemd.removeScript(action.service),
        ),
      );
    default:
      return unreachable(action);
  }
}

async function quietly(run: Promise<Result<string>>): Promise<Result<undefined>> {
  const result = await run;
  return result.ok ? success(undefined) : result;
}

/** The one place where a path gets its identity. */
function createSectorStore(
  context: ApplyContext,
  { host }: Step,
  action: Extract<Step['action'], { kind: 'create-sectorstore' }> & Pick<HostLayout, 'written'>,
): Promise<Result<undefined>> {
  const path = sectorStoreFile(action.path);
  const content = new Secret(newSectorStore(action.id ?? context.newId(), action.settings));
  const { backups, written, owner } = action;
  return quietly(
    runScript(
      context,
      { host, what: `write ${path}` },
      writeFileScript({
        path,
        mode: 'keep',
        content,
        backups,
        written,
        ...(owner === undefined ? {} : { owner }),
      }),
    ),
  );
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
