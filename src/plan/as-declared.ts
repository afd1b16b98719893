import { createHash } from 'node:crypto';
import {
  tasksNow,
  type DesiredFarm,
  type DesiredHost,
  type DesiredMiner,
  type DesiredStorage,
  type DesiredWorker,
} from '../desired/desired.js';
import { formatEnvFile } from '../host/env-file.js';
import { THE_FILE, type DrainIntent, type Manifest } from '../host/manifest.js';
import { MARK_VARIABLE, markOf } from '../host/systemd-unit.js';
import { NOTHING_WRITTEN } from '../host/written.js';
import { newSectorStore } from '../lotus/sectorstore.js';
import { writeStorageJson } from '../lotus/storage-json.js';
import { editConfig } from '../miner/edit-config.js';
import { listenText } from '../desired/worker-env.js';
import type {
  DepartedWorker,
  IndexedStorage,
  MinerMachine,
  Observation,
  ObservedFile,
  ObservedHost,
  ObservedProcess,
  ObservedStorage,
  ObservedWorker,
} from '../observed/observed.js';
import { reveal, Secret } from '../secret/secret.js';

interface IdentifiedStorage extends DesiredStorage {
  readonly id: string;
}

interface IdentifiedWorker extends DesiredWorker {
  readonly storage: readonly IdentifiedStorage[];
}

interface IdentifiedHost extends DesiredHost {
  readonly workers: readonly IdentifiedWorker[];
}

interface IdentifiedFarm extends DesiredFarm {
  readonly hosts: readonly IdentifiedHost[];
}

/**
 * How a farm would be seen if everything stood and ran just as one file says, and another one were planned on it: what
 * a change of the file leads to, without a host. New paths are mounted and empty, new hosts hold nothing.
 */
export function asDeclared(older: DesiredFarm, after: DesiredFarm): Observation {
  const before = identified(older, after);
  const known = new Map(before.hosts.map((host) => [host.name, host]));
  const paths = before.hosts.flatMap(({ workers }) => workers.flatMap(({ storage }) => storage));
  return {
    hosts: new Map(after.hosts.map((host) => [host.name, hostSeen(before.name, known.get(host.name), host)])),
    miner: {
      reached: true,
      workers: new Map(),
      jobs: new Map(),
      sectors: new Map(),
      storage: new Map(paths.map((storage) => [storage.id, indexed(storage)])),
      locks: [],
    },
    ...(after.miner === undefined ? {} : { minerMachine: minerSeen(before.miner, after.miner) }),
  };
}

/** What neither file says is as in a config.toml of Lotus's own. */
function minerSeen(before: DesiredMiner | undefined, { repo = '~/.lotusminer' }: DesiredMiner): MinerMachine {
  const edit = editConfig('', before?.keys ?? []);
  if (!edit.ok) throw new Error(edit.problem.message);
  const config = file(edit.text);
  return { reached: true, repo, hostname: '', config, processes: [], written: NOTHING_WRITTEN };
}

function hostSeen(farm: string, before: IdentifiedHost | undefined, after: DesiredHost): ObservedHost {
  const declared = new Map((before?.workers ?? []).map((worker) => [worker.name, worker]));
  const names = new Set(after.workers.map(({ name }) => name));
  const gone = [...declared.values()]
    .filter(({ name }) => !names.has(name))
    .map((worker) => [worker.name, departedSeen(worker)] as const);
  const workers = after.workers.map((worker) => [worker.name, seenAs(worker, declared)] as const);
  return {
    reached: true,
    name: after.name,
    problems: [],
    workers: new Map(workers),
    ...(gone.length === 0 ? {} : { departed: new Map(gone), forgotten: gone.map(([name]) => name) }),
    ...(before === undefined ? {} : memoryOf(farm, before)),
  };
}

/** A renamed worker finds what is in its repo. */
function seenAs(after: DesiredWorker, declared: ReadonlyMap<string, IdentifiedWorker>): ObservedWorker {
  const { name, renamedFrom = '', repo } = after;
  const own = workerSeen(declared.get(name), after);
  const old = declared.get(renamedFrom);
  if (declared.has(name) || old?.repo !== repo) return own;
  const { storageJson, storage } = workerSeen(old, after);
  return { ...own, storageJson, storage };
}

/** One that the newer file does not name any more. */
function departedSeen(before: IdentifiedWorker): DepartedWorker {
  const { files, repo } = before;
  return {
    ...workerSeen(before, { ...before, storage: [] }),
    files,
    repo,
    listen: listenText(before),
  };
}

function memoryOf(farm: string, { workers, unitTemplate }: IdentifiedHost): Partial<ObservedHost> {
  const rest = workers.filter(({ state }) => state !== 'running');
  const manifest: Manifest = {
    version: 1,
    farm,
    workers: workers.map(({ name }) => name),
    intents: Object.fromEntries(rest.map(({ name }) => [name, AT_REST])),
  };
  return { manifest, ...(unitTemplate === undefined ? {} : { unitTemplate: file(unitTemplate) }) };
}

/** No clock tells when it came to that. */
const AT_REST: DrainIntent = { who: THE_FILE, when: '', reached: true };

const ABSENT: ObservedFile = { state: 'absent' };

function workerSeen(before: IdentifiedWorker | undefined, after: DesiredWorker): ObservedWorker {
  const empty = after.storage.map(({ path }): [string, ObservedStorage] => [path, storageSeen(undefined)]);
  if (before === undefined) return { envFile: ABSENT, storageJson: ABSENT, storage: new Map(empty) };
  const full = before.storage.map((storage): [string, ObservedStorage] => [
    storage.path,
    storageSeen(newSectorStore(storage.id, storage.settings)),
  ]);
  const paths = before.storage.map(({ path }) => path);
  const runs = before.state !== 'stopped';
  return {
    envFile: file(formatEnvFile(before.env).reveal(), '600'),
    storageJson: file(writeStorageJson(undefined, paths)),
    storage: new Map([...empty, ...full]),
    ...(runs ? { process: processSeen(before) } : {}),
    ...(before.dropIn === undefined ? {} : { dropIn: file(before.dropIn), startsAtBoot: runs }),
  };
}

function processSeen(worker: IdentifiedWorker): ObservedProcess {
  const mark = worker.dropIn === undefined ? undefined : markOf(worker.dropIn);
  const environ = worker.env.map(({ name, value }): [string, Secret] => [name, new Secret(reveal(value))]);
  return {
    pid: 1,
    manager: worker.files.serviceManager,
    environ: new Map([
      ...environ,
      ...(mark === undefined ? [] : [[MARK_VARIABLE, new Secret(mark)] as const]),
    ]),
    live: {
      reached: true,
      session: worker.name,
      tasks: new Set(tasksNow(worker)),
      paths: worker.storage.map((storage) => ({
        ID: storage.id,
        Weight: storage.settings.Weight,
        LocalPath: storage.path,
        CanSeal: storage.settings.CanSeal,
        CanStore: storage.settings.CanStore,
      })),
    },
  };
}

function storageSeen(sectorStore: string | undefined): ObservedStorage {
  return {
    exists: true,
    onRootFileSystem: false,
    sectorStore: sectorStore === undefined ? ABSENT : file(sectorStore),
    entries: [],
  };
}

function indexed(storage: IdentifiedStorage): IndexedStorage {
  const room = { Capacity: 0, Available: 0, FSAvailable: 0, Reserved: 0, Used: 0 };
  return {
    info: { ID: storage.id, URLs: [], ...storage.settings },
    stat: { ...room, Max: storage.settings.MaxStorage },
  };
}

/** Every path with an ID: the one of either file, else one that is like a drawn one and always the same. */
function identified(before: DesiredFarm, after: DesiredFarm): IdentifiedFarm {
  const key = (host: string, path: string): string => `${host}:${path}`;
  const pinned = new Map(
    after.hosts.flatMap(({ workers }) =>
      workers.flatMap(({ host, storage }) => storage.map(({ path, id }) => [key(host, path), id] as const)),
    ),
  );
  const identify = (host: string) => (storage: DesiredStorage) => {
    const where = key(host, storage.path);
    return { ...storage, id: storage.id ?? pinned.get(where) ?? inventedId(where) };
  };
  return {
    ...before,
    hosts: before.hosts.map((host) => ({
      ...host,
      workers: host.workers.map((worker) => ({
        ...worker,
        storage: worker.storage.map(identify(host.name)),
      })),
    })),
  };
}

function inventedId(where: string): string {
  const hex = createHash('sha256').update(where).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function file(text: string, mode = '644'): ObservedFile {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { state: 'present', text: new Secret(text), sha256, mode };
}
