import { withoutTasks } from '../desired/worker-env.js';
import { wantsStart, type Blocker } from '../drain/blockers.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { isWildcard, parseSocketAddress } from '../farm/address.js';
import { formatEnvFile, parseEnvFile } from '../host/env-file.js';
import { homeOf, type HostLayout, type WorkerLayout } from '../host/layout.js';
import { SEALFARM, type Manifest } from '../host/manifest.js';
import { handedOver, withoutPaths } from '../observed/departed.js';
import { keeperOf } from '../observed/keeper.js';
import type { DepartedWorker, Observation } from '../observed/observed.js';
import { storageIdOf } from '../observed/registered.js';
import { serversOf } from '../observed/servers.js';
import { whyUnseen } from '../observed/unseen-path.js';
import type { Action } from '../plan/plan.js';
import type { AtRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { editManifest } from './edit-manifest.js';
import type { Target } from './live-changes.js';
import { recordStart } from './journal.js';
import { oneAtATime } from './one-at-a-time.js';
import { emptyWithin, type OnWait } from './quieten.js';
import { removeFileScript } from './remove-file-script.js';
import { runScript } from './run-script.js';
import { writeFileScript } from './scripts.js';
import { MANAGERS } from './service-manager.js';
import { startWorker } from './start-worker.js';
import { stopWorker } from './stop-worker.js';

type Removal = Extract<Action, { kind: 'remove-worker' }>;

/**
 * Takes a worker away that is in the file no more; its repo and its storage paths stay.
 *
 *   drain noted ─▶ tasks off in its file ─▶ empty ─▶ stopped, noted ─▶ unit, pid file, worker.env gone ─▶ out of the manifest
 *
 * What is noted first holds over crashes and reboots: whatever cuts this off, the next one takes it up. The manifest
 * names the worker to the last, so that nothing of it is forgotten.
 */
export async function removeWorker(
  context: ApplyContext,
  target: Target,
  { service, home, tasks }: Removal,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const { host, worker } = target;
  const intent = {
    who: SEALFARM,
    when: context.now().toISOString(),
    why: 'it is in the file no more',
    tasks,
  };
  const noted = await editManifest(context, host, home, (manifest) =>
    !manifest.workers.includes(worker) || manifest.intents[worker] !== undefined
      ? undefined
      : { ...manifest, intents: { ...manifest.intents, [worker]: intent } },
  );
  if (!noted.ok) return noted;
  const seen = noted.value.departed?.get(worker);
  // Somebody else has removed it.
  if (seen === undefined) return success(undefined);
  // Between plan and turn it may have died with its sectors, or somebody else keeps it: only who was emptied is passed over, and has not
  // come back since with a boot.
  const wasEmptied = noted.value.manifest?.intents[worker]?.emptied === true;
  if (!wasEmptied || keeperOf(seen) !== undefined) {
    const ended = await drainAndStop(context, target, seen, { service, tasks }, onWait);
    if (!ended.ok) return ended;
  }
  const over = await editManifest(context, host, home, (manifest) =>
    manifest.intents[worker]?.emptied === true
      ? undefined
      : { ...manifest, intents: { ...manifest.intents, [worker]: { ...intent, emptied: true } } },
  );
  return over.ok ? takeAway(context, target, service, home) : over;
}

async function drainAndStop(
  context: ApplyContext,
  target: Target,
  seen: DepartedWorker,
  { service, tasks }: Pick<Removal, 'service' | 'tasks'>,
  onWait: OnWait,
): Promise<Result<undefined>> {
  const off = await tasksOff(context, target, seen, service);
  if (!off.ok) return off;
  const empty = await emptied(context, target, service, tasks, onWait);
  if (!empty.ok) return empty;
  const left = await leftBehind(context, target, empty.value);
  if (!left.ok) return left;
  if (empty.value.keeper === undefined) return success(undefined);
  // Looking at the folders took a while.
  const still = await emptyWithin(context, target, tasks, onWait, homeOf(service).lock);
  return still.ok ? stopWorker(context, target, service, still.value) : still;
}

/**
 * What lies on one that has died, or is awaited from it, goes on only when it runs again, and so it is started: with its tasks off, as
 * its file says by now. Once, as it may end for a reason.
 */
async function emptied(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  tasks: Removal['tasks'],
  onWait: OnWait,
): Promise<Result<AtRest>> {
  let last: readonly Blocker[] = [];
  const empty = await emptyWithin(context, target, tasks, (blockers, expected) => {
    last = blockers;
    onWait(blockers, expected);
  });
  if (empty.ok || empty.diagnostic.code !== 'SF612' || !wantsStart(last)) return empty;
  const started = await startWorker(context, target, service);
  if (!started.ok) return started;
  await recordStart(context, target, service);
  return emptyWithin(context, target, tasks, onWait);
}

/** The folders themselves have the last word: a miner that was restarted may know nothing of what lies there. */
async function leftBehind(
  context: ApplyContext,
  { host, worker }: Target,
  { unneeded }: AtRest,
): Promise<Result<undefined>> {
  const { observation } = await context.observe([host]);
  const seen = observation.hosts.get(host);
  if (seen?.reached !== true) return seen === undefined ? success(undefined) : failure(seen.diagnostic);
  const leaving = seen.departed?.get(worker);
  if (leaving === undefined) return success(undefined);
  const own = withoutPaths(leaving, handedOver(seen, worker));
  for (const [path, one] of own.storage) {
    const why = whyUnseen(one);
    if (why !== undefined) return failure(unseen({ host, worker }, path, why));
  }
  const left = [...own.storage].map(
    ([path, { entries }]) => [path, entries.filter((entry) => !unneeded.has(entry))] as const,
  );
  const full = left.find(
    ([path, entries]) => entries.length > 0 && !isServedBeside(observation, [worker, own], path),
  );
  if (full === undefined) return success(undefined);
  const [path, entries] = full;
  return failure({
    code: 'SF607',
    severity: 'error',
    message: `${path} holds sectors (${entries.slice(0, 3).join(', ')}): ${worker} is not removed`,
    place: { kind: 'host', host, worker, path },
    help: 'Declare the worker again, so that they go on; or declare the path on another worker of the host.',
  });
}

function unseen({ host, worker }: Target, path: string, why: string): Diagnostic {
  return {
    code: 'SF607',
    severity: 'error',
    message: `nobody can tell what lies on ${path}, since ${why}: ${worker} is not removed`,
    place: { kind: 'host', host, worker, path },
    help: "Mount it, and apply again; where it is gone for good, take it off the worker's storage.json by hand before.",
  };
}

/**
 * A path that another worker serves, too, on whichever host. A URL in the index that leads to the worker's own machine may be
 * where it was before: only a worker there that is seen to have the path counts.
 */
function isServedBeside(
  { hosts, miner }: Observation,
  [name, worker]: [string, DepartedWorker],
  path: string,
): boolean {
  const id = storageIdOf(worker, path);
  if (id === undefined || !miner.reached) return false;
  const servers = serversOf({ hosts, miner }).get(id) ?? [];
  if (servers.some((other) => other !== name)) return true;
  const own = parseSocketAddress(worker.listen ?? '');
  const urls = (miner.storage.get(id)?.info.URLs ?? []).map(hostOf);
  if (own === undefined || isWildcard(own)) return urls.length > (worker.process === undefined ? 0 : 1);
  return urls.some((host) => host !== own.host);
}

/** IPv6 without its brackets; the URL itself where it is none. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : url;
}

/** A crash or a reboot in the drain does not take work again. */
async function tasksOff(
  context: ApplyContext,
  { host }: Target,
  { envFile }: DepartedWorker,
  { envFile: path, backups, written: record }: WorkerLayout,
): Promise<Result<undefined>> {
  if (envFile.state !== 'present') return success(undefined);
  const content = formatEnvFile(withoutTasks(parseEnvFile(envFile.text.reveal())));
  if (content.reveal() === envFile.text.reveal()) return success(undefined);
  const script = writeFileScript({
    path,
    mode: '600',
    content,
    replaces: envFile.sha256,
    backups,
    written: record,
  });
  const written = await oneAtATime(context, host, () =>
    runScript(context, { host, what: `write ${path}` }, script),
  );
  return written.ok ? success(undefined) : written;
}

/** All that sealfarm made for a worker that does not run, under this name. */
export async function takeAway(
  context: ApplyContext,
  { host, worker }: Target,
  service: WorkerLayout,
  home: HostLayout,
): Promise<Result<undefined>> {
  const scripts = [
    ...(service.serviceManager === 'systemd' ? [MANAGERS.systemd.removeScript(service)] : []),
    MANAGERS.process.removeScript(service),
    removeFileScript(service.envFile, service),
  ];
  for (const script of scripts) {
    const removed = await oneAtATime(context, host, () =>
      runScript(context, { host, what: `remove ${worker}` }, script),
    );
    if (!removed.ok) return removed;
  }
  const left = await editManifest(context, host, home, (manifest) => withoutWorker(manifest, worker));
  return left.ok ? success(undefined) : left;
}

function withoutWorker(manifest: Manifest, worker: string): Manifest | undefined {
  if (!manifest.workers.includes(worker)) return undefined;
  const intents = Object.entries(manifest.intents).filter(([name]) => name !== worker);
  return {
    ...manifest,
    workers: manifest.workers.filter((name) => name !== worker),
    intents: Object.fromEntries(intents),
  };
}
