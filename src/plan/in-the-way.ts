import type { DesiredWorker } from '../desired/desired.js';
import { listenText } from '../desired/worker-env.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import type { BootStarter } from '../observed/boot.js';
import { keeperOf, strangeKeeper } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { DepartedWorker, ObservedHost } from '../observed/observed.js';
import { renamingOf } from './renamed.js';
import type { Findings } from './worker-context.js';

/** A worker is not touched while a process that is not known for its own may hold its repo, its paths or its port. */
export function inTheWay(desired: DesiredWorker, host: ObservedHost): Findings | undefined {
  const observed = host.workers.get(desired.name);
  if (observed === undefined) return undefined;
  const strange = strangeKeeper(observed, desired.host, desired.name);
  if (strange !== undefined) return { steps: [], diagnostics: [strange] };
  const returning = host.boots?.find(({ returns }) => returns === true);
  if (returning !== undefined && keeperOf(observed) === undefined)
    return { steps: [], diagnostics: [comesBack(desired, returning)] };
  const renamed = renamingOf(desired, host)?.from;
  const running = host.forgotten?.find(
    (name) => name !== renamed && collides(desired, host.departed?.get(name)),
  );
  if (running === undefined || observed.process !== undefined) return undefined;
  const forgotten: Diagnostic = {
    code: 'SF515',
    severity: 'error',
    message: `${desired.name} is not started while ${running}, which is in the file no more, runs on ${desired.host}`,
    place: { kind: 'host', host: desired.host, worker: desired.name },
    help: host.departed?.has(running)
      ? `They have a repo, a path or an address in common. Apply again when ${running} is removed. If it is the same worker under another name, write \`renamedFrom: ${running}\`.`
      : `Two workers on one path or repo corrupt it. Declare ${running} again, drain it, and take it out when it is stopped.`,
  };
  return { steps: [], diagnostics: [forgotten] };
}

/** Beside a unit that may be the worker's old one, and that systemd starts again any moment. */
function comesBack({ name, host }: DesiredWorker, { file, unit = file }: BootStarter): Diagnostic {
  return {
    code: 'SF554',
    severity: 'error',
    message: `${name} is not started while systemd is about to start a lotus-worker again by ${unit}`,
    place: { kind: 'host', host, worker: name },
    help: `Wait until it runs, and plan again. If it keeps ending and was this worker before: \`systemctl disable --now ${unit}\` on the host, and apply.`,
  };
}

/** Whether both cannot run at once. One of which nothing is known may be in the way of all. */
function collides(desired: DesiredWorker, worker: DepartedWorker | undefined): boolean {
  if (worker?.repo === undefined) return true;
  const live = liveOf(worker.process)?.paths ?? [];
  const paths = new Set([
    ...worker.storage.keys(),
    ...live.map(({ LocalPath }) => withoutTrailingSlash(LocalPath)),
  ]);
  return (
    worker.repo === desired.repo ||
    worker.listen === undefined ||
    worker.listen === listenText(desired) ||
    desired.storage.some(({ path }) => paths.has(path))
  );
}
