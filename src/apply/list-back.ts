import { failure, success, type Result } from '../diagnostic/result.js';
import { sectorName } from '../lotus/file-type.js';
import { parseStorageJson, writeStorageJson, withoutTrailingSlash } from '../lotus/storage-json.js';
import { workerOn } from '../observed/departed.js';
import type { ObservedWorker } from '../observed/observed.js';
import { storageIdOf } from '../observed/registered.js';
import { whyUnseen } from '../observed/unseen-path.js';
import { Secret } from '../secret/secret.js';
import type { ApplyContext } from './context.js';
import type { Target } from './live-changes.js';

/** A list of storage paths as it was before, but for new paths to which something came since. */
export interface ListBack {
  /** Absent where there was none before, and nothing has to be listed. */
  readonly text?: Secret;
  readonly stay: readonly string[];
}

/**
 * Off the list a path is in no index, and what lies there would be stuck: right before, the index and the folders themselves are looked
 * at once more. A path that cannot be seen stays, too.
 * @returns undefined where the list is another by now: Lotus adds to it what is attached
 */
export async function listBack(
  context: ApplyContext,
  { host, worker }: Target,
  now: Secret,
  before: Secret | undefined,
): Promise<Result<ListBack | undefined>> {
  const as = before === undefined ? {} : { text: before };
  const [sectors, probe] = await Promise.all([context.miner.storageList(), context.observe([host])]);
  if (!sectors.ok) return sectors;
  const seen = probe.observation.hosts.get(host);
  if (seen?.reached === false) return failure(seen.diagnostic);
  const own = seen === undefined ? undefined : workerOn(seen, worker);
  const file = own?.storageJson;
  if (file !== undefined && (file.state !== 'present' || file.text.reveal() !== now.reveal()))
    return success(undefined);
  const indexed = new Map(Object.entries(sectors.value).map(([id, list]) => [id, list.map(sectorName)]));
  const stay = addedPaths(now, before).filter((path) => own === undefined || mayHold(own, path, indexed));
  if (stay.length === 0) return success({ ...as, stay });
  const text = writeStorageJson(before?.reveal() ?? '{}', [...pathsIn(before), ...stay]);
  return success({ text: new Secret(text), stay });
}

/** The paths of a list that were not on it before. */
export function addedPaths(now: Secret, before: Secret | undefined): readonly string[] {
  const had = pathsIn(before);
  return pathsIn(now).filter((path) => !had.includes(path));
}

function pathsIn(file: Secret | undefined): readonly string[] {
  const paths = parseStorageJson(file?.reveal() ?? '{}');
  return 'problem' in paths ? [] : paths;
}

function mayHold(
  worker: ObservedWorker,
  path: string,
  indexed: ReadonlyMap<string, readonly string[]>,
): boolean {
  const seen = worker.storage.get(withoutTrailingSlash(path));
  const id = storageIdOf(worker, path);
  const known = id === undefined ? [] : (indexed.get(id) ?? []);
  return known.length + (seen?.entries.length ?? 0) > 0 || whyUnseen(seen) !== undefined;
}
