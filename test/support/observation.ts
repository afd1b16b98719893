import { createHash } from 'node:crypto';
import { desire } from '../../src/desired/desire.js';
import type { DesiredHost, DesiredWorker } from '../../src/desired/desired.js';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { formatSocketAddress } from '../../src/farm/address.js';
import type { Farm } from '../../src/farm/farm.js';
import { formatEnvFile } from '../../src/host/env-file.js';
import { formatManifest, type DrainIntent, type Manifest } from '../../src/host/manifest.js';
import type { StorageInfo, WorkerJob, WorkerStats } from '../../src/lotus/api.js';
import { newSectorStore, type SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import { writeStorageJson } from '../../src/lotus/storage-json.js';
import { task, type TaskCode } from '../../src/lotus/task.js';
import type {
  IndexedStorage,
  Observation,
  ObservedFile,
  ObservedHost,
  ObservedMiner,
  ObservedProcess,
  ObservedStorage,
  ObservedWorker,
  Unreached,
  WorkerLive,
} from '../../src/observed/observed.js';
import type { HostAnswer } from '../../src/observed/parse-answer.js';
import type { ObservedUnit } from '../../src/observed/units.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { TOKEN } from './farm.js';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function file(text: string, mode = '644'): ObservedFile {
  return { state: 'present', text: new Secret(text), sha256: sha256(text), mode };
}

export const ABSENT: ObservedFile = { state: 'absent' };

/** The ID that a path has in tests, always the same one. */
export function idOf(host: string, path: string): string {
  const hex = sha256(`${host}:${path}`);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

export function storageInfo(id: string, settings: SectorStoreSettings, urls: readonly string[]): StorageInfo {
  return { ID: id, URLs: urls, ...settings };
}

export function indexed(info: StorageInfo): IndexedStorage {
  const room = { Capacity: 4e12, Available: 3e12, FSAvailable: 3e12, Reserved: 0, Used: 0 };
  return { info, stat: { ...room, Max: info.MaxStorage } };
}

export function workerStats(name: string, tasks: Iterable<TaskCode>): WorkerStats {
  const memory = { MemPhysical: 1e12, MemUsed: 0, MemSwap: 0, MemSwapUsed: 0 };
  return {
    Info: {
      Hostname: name,
      IgnoreResources: false,
      Resources: { ...memory, CPUs: 64, GPUs: null, Resources: {} },
    },
    Tasks: [...tasks].map((code) => task(code).rpc),
    Enabled: true,
    MemUsedMin: 0,
    MemUsedMax: 0,
    GpuUsed: 0,
    CpuUse: 0,
    TaskCounts: null,
  };
}

export function aJob(code: TaskCode, sector: number, overrides: Partial<WorkerJob> = {}): WorkerJob {
  const Sector = { Miner: 1000, Number: sector };
  const Start = '2026-01-02T03:04:05Z';
  return {
    ID: { Sector, ID: `call-${sector}` },
    Sector,
    Task: task(code).rpc,
    RunWait: 0,
    Start,
    Hostname: '',
    ...overrides,
  };
}

export function unreached(message = 'nobody there'): Unreached {
  return { reached: false, diagnostic: aDiagnostic(message) };
}

export function aDiagnostic(message: string): Diagnostic {
  return { code: 'SF404', severity: 'error', message };
}

/** The farm as it is seen when everything stands and runs just as the file says. */
export function inPlace(farm: Farm): Observation & { readonly miner: ObservedMiner } {
  const desired = desire(farm, TOKEN, new Map());
  const workers = desired.hosts.flatMap((host) => host.workers);
  return {
    hosts: new Map(desired.hosts.map((host) => [host.name, hostInPlace(desired.name, host)])),
    miner: {
      reached: true,
      workers: new Map(
        workers.map((worker) => [sessionOf(worker.name), workerStats(worker.name, worker.tasks)]),
      ),
      jobs: new Map(),
      sectors: new Map(),
      storage: new Map(
        workers.flatMap((worker) => worker.storage.map((storage) => indexInPlace(worker, storage))),
      ),
      locks: [],
    },
  };
}

export function sessionOf(worker: string): string {
  return `session-of-${worker}`;
}

function indexInPlace(
  worker: DesiredWorker,
  storage: DesiredWorker['storage'][number],
): [string, IndexedStorage] {
  const id = idOf(worker.host, storage.path);
  const url = `http://${formatSocketAddress(worker.listen)}/remote`;
  return [id, indexed(storageInfo(id, storage.settings, [url]))];
}

function hostInPlace(farm: string, { name, workers }: DesiredHost): ObservedHost {
  const manifest: Manifest = { version: 1, farm, workers: workers.map((worker) => worker.name), intents: {} };
  return {
    reached: true,
    name,
    manifest,
    manifestSha256: sha256(formatManifest(manifest)),
    problems: [],
    workers: new Map(workers.map((worker) => [worker.name, workerInPlace(worker)])),
  };
}

function workerInPlace(worker: DesiredWorker): ObservedWorker {
  const paths = worker.storage.map(({ path }) => path);
  return {
    envFile: file(formatEnvFile(worker.env).reveal(), '600'),
    storageJson: file(writeStorageJson(undefined, paths)),
    storage: new Map(
      worker.storage.map(({ path, settings }) => [
        path,
        aStoragePath(newSectorStore(idOf(worker.host, path), settings)),
      ]),
    ),
    process: {
      pid: 4711,
      manager: worker.files.serviceManager,
      environ: new Map(worker.env.map(({ name, value }) => [name, new Secret(reveal(value))])),
      live: {
        reached: true,
        session: sessionOf(worker.name),
        tasks: new Set(worker.tasks),
        paths: worker.storage.map(({ path, settings }) => ({
          ID: idOf(worker.host, path),
          Weight: settings.Weight,
          LocalPath: path,
          CanSeal: settings.CanSeal,
          CanStore: settings.CanStore,
        })),
      },
    },
  };
}

/** A mounted path with this sectorstore.json, or without one. */
export function aStoragePath(
  sectorStore?: string,
  overrides: Partial<ObservedStorage> = {},
): ObservedStorage {
  return {
    exists: true,
    onRootFileSystem: false,
    sectorStore: sectorStore === undefined ? ABSENT : file(sectorStore),
    entries: [],
    ...overrides,
  };
}

/** A unit between two tries, but for what is said otherwise. */
export function aUnit(overrides: Partial<ObservedUnit> = {}): ObservedUnit {
  return {
    active: 'activating',
    sub: 'auto-restart',
    result: 'success',
    status: 0,
    restarts: 0,
    pid: 0,
    ...overrides,
  };
}

/** Of a host on which there is nothing. */
export const EMPTY_ANSWER: HostAnswer = {
  files: new Map(),
  storage: new Map(),
  processes: new Map(),
  standings: new Map(),
  units: new Map(),
  startedAtBoot: new Set(),
  unmanaged: [],
};

/** The same look, but with something else seen of one worker. */
export function changeWorker<T extends Observation>(
  observation: T,
  worker: string,
  change: (before: ObservedWorker) => ObservedWorker,
): T {
  return {
    ...observation,
    hosts: new Map(
      [...observation.hosts].map(([name, host]) => {
        const before = host.reached ? host.workers.get(worker) : undefined;
        if (!host.reached || before === undefined) return [name, host];
        return [name, { ...host, workers: new Map([...host.workers, [worker, change(before)]]) }];
      }),
    ),
  };
}

export function stopped({ envFile, storageJson, storage }: ObservedWorker): ObservedWorker {
  return { envFile, storageJson, storage };
}

/** With another process, where it runs. */
export function changeProcess(change: (before: ObservedProcess) => ObservedProcess) {
  return (worker: ObservedWorker): ObservedWorker => {
    if (worker.process === undefined) throw new Error('it does not run');
    return { ...worker, process: change(worker.process) };
  };
}

export function changeLive(change: (before: WorkerLive) => WorkerLive | Unreached) {
  return changeProcess((process) => {
    if (!process.live.reached) throw new Error('it does not answer');
    return { ...process, live: change(process.live) };
  });
}

/** With something else seen at one storage path; undefined: not seen at all. */
export function changePath(path: string, change: Partial<ObservedStorage>) {
  return (worker: ObservedWorker): ObservedWorker => ({
    ...worker,
    storage: new Map([
      ...worker.storage,
      [path, { ...(worker.storage.get(path) ?? aStoragePath()), ...change }],
    ]),
  });
}

export function changeMiner(
  observation: Observation & { readonly miner: ObservedMiner },
  change: Partial<ObservedMiner>,
): Observation & { readonly miner: ObservedMiner } {
  return { ...observation, miner: { ...observation.miner, ...change } };
}

/** The same look, but the worker's host remembers that somebody drains it. */
export function drained<T extends Observation>(observation: T, worker: string, intent: DrainIntent): T {
  const hosts = [...observation.hosts].map(([name, host]) => {
    if (!host.reached || host.manifest === undefined || !host.workers.has(worker))
      return [name, host] as const;
    const manifest = { ...host.manifest, intents: { ...host.manifest.intents, [worker]: intent } };
    return [name, { ...host, manifest, manifestSha256: sha256(formatManifest(manifest)) }] as const;
  });
  return { ...observation, hosts: new Map(hosts) };
}
