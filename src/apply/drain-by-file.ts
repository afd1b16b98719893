import { success, type Result } from '../diagnostic/result.js';
import { homeOf, type WorkerLayout } from '../host/layout.js';
import { THE_FILE } from '../host/manifest.js';
import { keeperOf } from '../observed/keeper.js';
import type { ObservedWorker } from '../observed/observed.js';
import type { Action } from '../plan/plan.js';
import type { ApplyContext } from './context.js';
import { editManifest } from './edit-manifest.js';
import type { Target } from './live-changes.js';
import { emptyWithin, type OnWait } from './quieten.js';
import { runScript } from './run-script.js';
import { managerOf } from './service-manager.js';
import { endProcess, stopWorker } from './stop-worker.js';

type Drain = Extract<Action, { kind: 'drain' }>;

/**
 * Brings a worker to where the file wants it, which has its tasks off in its environment file by now.
 *
 *   noted on the host ─▶ empty ─▶ stopped, not started at boot, where the file says so ─▶ noted that it was empty
 *
 * What cuts this off leaves a worker that takes nothing, and a note that it is not empty yet: the next apply takes it up.
 *
 * @param runs whether it ran when that was planned; one that did not is only kept from coming back
 */
export async function drainByFile(
  context: ApplyContext,
  target: Target,
  action: Drain,
  runs: boolean,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const { host, worker } = target;
  const { home, tasks, stop } = action;
  const why = `state: ${stop ? 'stopped' : 'drained'}`;
  const intent = { who: THE_FILE, when: context.now().toISOString(), why, tasks };
  const noted = await editManifest(context, host, home, ({ intents, ...rest }) =>
    intents[worker]?.who === THE_FILE && intents[worker].why === why
      ? undefined
      : { ...rest, intents: { ...intents, [worker]: intent } },
  );
  if (!noted.ok) return noted;
  if (!runs) return keepDown(context, target, action, noted.value.workers.get(worker));
  const ended = await emptyAndEnd(context, target, action, onWait);
  if (!ended.ok) return ended;
  const over = await editManifest(context, host, home, ({ intents, ...rest }) =>
    intents[worker]?.who === THE_FILE
      ? { ...rest, intents: { ...intents, [worker]: { ...intents[worker], reached: true } } }
      : undefined,
  );
  return over.ok ? success(undefined) : over;
}

async function emptyAndEnd(
  context: ApplyContext,
  target: Target,
  { service, tasks, stop }: Drain,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const lock = stop ? homeOf(service).lock : undefined;
  const empty = await emptyWithin(context, target, tasks, onWait, lock);
  if (!empty.ok) return empty;
  if (!stop) return success(undefined);
  const stopped =
    empty.value.keeper === undefined
      ? success(undefined)
      : await stopWorker(context, target, service, empty.value);
  return stopped.ok ? forget(context, target, service) : stopped;
}

/** A unit between two tries has no process that holds anything. */
async function keepDown(
  context: ApplyContext,
  target: Target,
  { service }: Drain,
  seen: ObservedWorker | undefined,
): Promise<Result<undefined>> {
  const keeper = seen?.process === undefined && seen !== undefined ? keeperOf(seen) : undefined;
  const ended =
    keeper === undefined ? success(undefined) : await endProcess(context, target, service, keeper);
  return ended.ok ? forget(context, target, service) : ended;
}

/** So that it stays down over reboots. */
async function forget(
  context: ApplyContext,
  { host, worker }: Target,
  service: WorkerLayout,
): Promise<Result<undefined>> {
  const purpose = { host, what: `keep ${worker} stopped`, code: 'SF605' } as const;
  const forgotten = await runScript(context, purpose, managerOf(service).forgetScript(service));
  return forgotten.ok ? success(undefined) : forgotten;
}
