import { failure, success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import type { StoragePath } from '../lotus/api.js';
import { parseStorageJson, writeStorageJson } from '../lotus/storage-json.js';
import { workerOn } from '../observed/departed.js';
import { Secret } from '../secret/secret.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { ApplyContext } from './context.js';
import { attach, type Target } from './live-changes.js';
import { oneAtATime } from './one-at-a-time.js';
import { runScript } from './run-script.js';
import { writeFileScript } from './scripts.js';

/**
 * Gives a worker that was to be stopped and goes on the paths back that it had: what is in no index, nobody can fetch. Bears to be done
 * twice.
 * @returns the first failure, after everything was tried
 */
export async function attachAgain(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  api: WorkerApi,
  had: readonly StoragePath[],
): Promise<Result<undefined>> {
  const now = await api.paths();
  if (!now.ok) return now;
  const has = new Set(now.value.map(({ ID }) => ID));
  let done: Result<undefined> = success(undefined);
  // One that cannot be attached is no reason to leave out the others, or the list as it is.
  for (const { LocalPath } of had.filter(({ ID }) => !has.has(ID))) {
    const attached = await attach(target, api, LocalPath);
    if (done.ok) done = attached;
  }
  const listed = await listOnce(context, target, service);
  return done.ok ? listed : done;
}

/**
 * Lotus adds a path to storage.json each time that it is attached, and does not start with one that stands there twice.
 * Lotus: cmd/lotus-worker/rpc.go StorageAddLocal, StorageDetachAll
 */
async function listOnce(
  context: ApplyContext,
  { host, worker }: Target,
  { storageJson: path, backups, written }: WorkerLayout,
): Promise<Result<undefined>> {
  const { observation } = await context.observe([host]);
  const seen = observation.hosts.get(host);
  if (seen?.reached === false) return failure(seen.diagnostic);
  const file = seen === undefined ? undefined : workerOn(seen, worker)?.storageJson;
  const text = file?.state === 'present' ? file.text.reveal() : '{}';
  const listed = parseStorageJson(text);
  const once = 'problem' in listed ? [] : [...new Set(listed)];
  if (file?.state !== 'present' || 'problem' in listed || once.length === listed.length)
    return success(undefined);
  const content = new Secret(writeStorageJson(text, once));
  const script = writeFileScript({ path, mode: 'keep', content, replaces: file.sha256, backups, written });
  const done = await oneAtATime(context, host, () =>
    runScript(context, { host, what: `write ${path}` }, script),
  );
  return done.ok ? success(undefined) : done;
}
