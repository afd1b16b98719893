import type { StorageId } from '../lotus/api.js';
import { settingsFrom } from '../lotus/sectorstore.js';
import { attachedPath, liveOf } from './live.js';
import type {
  HostObservation,
  MinerObservation,
  ObservedFile,
  ObservedHost,
  ObservedProcess,
  ObservedStorage,
  ObservedWorker,
} from './observed.js';

/**
 * What was seen of a host and can change a plan, by a name that a person knows it under. Values are texts that are
 * equal when the same was seen; they may hold secrets. What changes with every sector that is sealed is not among
 * them: a plan for a busy farm would never hold.
 */
export function hostFacts(host: HostObservation): ReadonlyMap<string, string> {
  if (!host.reached) return new Map([['whether it can be reached', 'no']]);
  const { manifestSha256 = 'absent', unitTemplate, forgotten = [], unmanaged = [], boots = [] } = host;
  return new Map([
    ['manifest', manifestSha256],
    ['template of the units', fileWords(unitTemplate)],
    [
      'workers that somebody else keeps',
      JSON.stringify(unmanaged.map(({ pid, repo, port }) => [pid, repo, port])),
    ],
    ['what else starts a worker at boot', JSON.stringify(boots)],
    ['workers that the file names no more', [...forgotten].sort().join(' ')],
    ...workersOn(host).flatMap(([name, worker]) => workerFacts(name, worker)),
  ]);
}

/** How the miner has these paths in its index, by ID. */
export function indexFacts(miner: MinerObservation, ids: readonly StorageId[]): ReadonlyMap<string, string> {
  if (!miner.reached) return new Map([['whether the miner answers', 'no']]);
  return new Map(ids.map((id) => [id, JSON.stringify(settingsFrom(miner.storage.get(id)?.info ?? {}))]));
}

/** The paths that the workers of a host have attached. */
export function attachedIds(host: HostObservation): readonly StorageId[] {
  if (!host.reached) return [];
  return workersOn(host).flatMap(([, { process }]) => liveOf(process)?.paths.map(({ ID }) => ID) ?? []);
}

/** Those that left the file are among them: what is seen of them decides what is done to them. */
function workersOn({ workers, departed = new Map() }: ObservedHost): readonly [string, ObservedWorker][] {
  return [...workers, ...departed];
}

type Fact = readonly [string, string];

function workerFacts(name: string, worker: ObservedWorker): readonly Fact[] {
  const { envFile, dropIn, storageJson, storage, process, unit, startsAtBoot, twice, startedElsewhere } =
    worker;
  const facts: readonly Fact[] = [
    ['environment file', fileWords(envFile)],
    ['drop-in', fileWords(dropIn)],
    ['storage.json', fileWords(storageJson)],
    ['process', processWords(process)],
    ['tasks and paths', liveWords(process)],
    ['unit', JSON.stringify([unit?.active, unit?.sub, startsAtBoot, twice, startedElsewhere])],
    ['user, programs and rights', JSON.stringify(worker.standing ?? null)],
    ...[...storage].map(([path, seen]): Fact => [
      path,
      storageWords(seen, attachedPath(liveOf(process), path) !== undefined),
    ]),
  ];
  return facts.map(([subject, value]) => [`${name}: ${subject}`, value]);
}

function fileWords(file: ObservedFile | undefined): string {
  switch (file?.state) {
    case 'present':
      return `${file.sha256} ${file.mode}`;
    case 'unreadable':
      return `unreadable: ${file.why}`;
    case 'absent':
    case undefined:
      return 'absent';
  }
}

function processWords(process: ObservedProcess | undefined): string {
  if (process === undefined) return 'none';
  const environ = [...process.environ].map(([name, value]) => [name, value.reveal()]).sort();
  return JSON.stringify([process.pid, process.manager, environ, process.replaced]);
}

function liveWords(process: ObservedProcess | undefined): string {
  if (process === undefined || !process.live.reached) return 'not known';
  const { tasks, paths } = process.live;
  return JSON.stringify([[...tasks].sort(), paths.map(({ ID, LocalPath }) => [ID, LocalPath]).sort()]);
}

/**
 * Which sectors lie there, and whether any do, changes all the time on a path that is sealed on. On another it decides what
 * may be done to the path.
 */
function storageWords(
  { exists, onRootFileSystem, sectorStore, entries }: ObservedStorage,
  isAttached: boolean,
): string {
  const isHeld = !isAttached && entries.length > 0;
  return JSON.stringify([exists, onRootFileSystem, fileWords(sectorStore), isHeld]);
}
