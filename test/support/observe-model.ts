import type { DesiredHost, DesiredWorker } from '../../src/desired/desired.js';
import { parseEnvFile } from '../../src/host/env-file.js';
import { hostLayout, sectorStoreFile, workerLayout, type WorkerLayout } from '../../src/host/layout.js';
import { parseManifest } from '../../src/host/manifest.js';
import { TEMPLATE_FILE } from '../../src/host/systemd-unit.js';
import { FILE_TYPES, parseSectorName, type FileType } from '../../src/lotus/file-type.js';
import { parseStorageJson } from '../../src/lotus/storage-json.js';
import type {
  DepartedWorker,
  Observation,
  ObservedFile,
  ObservedHost,
  ObservedMiner,
  ObservedProcess,
  ObservedStorage,
  ObservedWorker,
} from '../../src/observed/observed.js';
import { Secret } from '../../src/secret/secret.js';
import type { HostModel, ModelProcess } from './host-model.js';
import {
  ABSENT,
  aStoragePath,
  aUnit,
  file,
  indexed,
  sessionOf,
  unreached,
  workerStats,
} from './observation.js';

/** What a look at the farm shows of the model. */
export function observeModel(model: HostModel): Observation {
  const hosts = model.desired.hosts.map((host) => [host.name, observeHost(model, host)] as const);
  return { hosts: new Map(hosts), miner: observeMiner(model) };
}

function observeHost(model: HostModel, { name, paths, unitTemplate, workers }: DesiredHost): ObservedHost {
  const manifest = observeFile(model, name, hostLayout(paths).manifest);
  const parsed = manifest.state === 'present' ? parseManifest(manifest.text.reveal()) : undefined;
  const observed = workers.map((worker) => [worker.name, observeWorker(model, worker)] as const);
  const template =
    unitTemplate === undefined ? {} : { unitTemplate: observeFile(model, name, TEMPLATE_FILE) };
  const written = new Map(
    [...model.written].flatMap(([at, hashes]) =>
      at.startsWith(`${name}:`) ? [[at.slice(name.length + 1), hashes] as const] : [],
    ),
  );
  const declared = new Set(workers.map((worker) => worker.name));
  const forgotten = [...model.processes.keys(), ...model.trying].filter(
    (one) => model.worker(one).host === name && !declared.has(one),
  );
  const host = {
    reached: true,
    name,
    written,
    problems: [],
    ...template,
    workers: new Map(observed),
    ...(forgotten.length === 0 ? {} : { forgotten }),
  } as const;
  if (manifest.state !== 'present' || parsed === undefined || 'problem' in parsed) return host;
  const left = parsed.workers.filter((one) => !declared.has(one));
  const departed = new Map(left.map((one) => [one, observeDeparted(model, one, { name, paths })]));
  const all = { ...host, manifest: parsed, manifestSha256: manifest.sha256 };
  return left.length === 0 ? all : { ...all, departed };
}

function observeDeparted(
  model: HostModel,
  name: string,
  host: Pick<DesiredHost, 'name' | 'paths'>,
): DepartedWorker {
  const layout = (repo: string): WorkerLayout =>
    workerLayout({ ...host, serviceManager: 'process' }, { name, repo });
  const process = model.processes.get(name);
  const env = model.files.get(`${host.name}:${layout('').envFile}`);
  const value = (variable: string): string | undefined =>
    (process?.environ ?? parseEnvFile(env?.text ?? '')).get(variable);
  const [repo, listen] = [value('LOTUS_WORKER_PATH'), value('LOTUS_WORKER_LISTEN')];
  // A process with another repo has opened what this one lists, too.
  const files = { ...layout(repo ?? '/none'), ...model.listOf(name) };
  const seen = observeWorker(model, { name, host: host.name, files, storage: [] });
  const hasUnit = seen.dropIn?.state === 'present' || seen.startsAtBoot === true || seen.unit !== undefined;
  const serviceManager = process?.manager ?? (hasUnit ? 'systemd' : 'process');
  return {
    ...seen,
    files: { ...files, serviceManager },
    ...(repo === undefined ? {} : { repo }),
    ...(listen === undefined ? {} : { listen }),
  };
}

function observeFile(model: HostModel, host: string, path: string): ObservedFile {
  const found = model.files.get(`${host}:${path}`);
  return found === undefined ? ABSENT : file(found.text, found.mode);
}

function observeWorker(
  model: HostModel,
  { name, host, files, storage }: Pick<DesiredWorker, 'name' | 'host' | 'files' | 'storage'>,
): ObservedWorker {
  const list = parseStorageJson(model.files.get(`${host}:${files.storageJson}`)?.text ?? '{}');
  const paths = [...storage.map(({ path }) => path), ...('problem' in list ? [] : list)];
  const process = model.processes.get(name);
  return {
    envFile: observeFile(model, host, files.envFile),
    dropIn: observeFile(model, host, files.unit.dropIn),
    ...(model.enabled.has(name) ? { startsAtBoot: true } : {}),
    ...(model.trying.has(name) ? { unit: aUnit() } : {}),
    storageJson: observeFile(model, host, files.storageJson),
    storage: new Map(paths.map((path) => [path, observePath(model, host, path)])),
    ...(process === undefined ? {} : { process: observeProcess(name, process) }),
  };
}

function observePath(model: HostModel, host: string, path: string): ObservedStorage {
  const folder = model.folders.get(`${host}:${path}`);
  const sectorStore = observeFile(model, host, sectorStoreFile(path));
  const missing = { exists: false, onRootFileSystem: false, entries: [] };
  return { ...aStoragePath(), ...(folder ?? missing), sectorStore };
}

function observeProcess(
  name: string,
  { manager, environ, tasks, open, answers }: ModelProcess,
): ObservedProcess {
  const paths = [...open].map(([LocalPath, { id }]) => {
    return { ID: id, LocalPath, Weight: 0, CanSeal: false, CanStore: false };
  });
  return {
    pid: 1,
    manager,
    environ: new Map([...environ].map(([key, value]) => [key, new Secret(value)])),
    live: answers ? { reached: true, session: sessionOf(name), tasks: new Set(tasks), paths } : unreached(),
  };
}

function observeMiner(model: HostModel): ObservedMiner {
  const running = [...model.processes].filter(([, { answers }]) => answers);
  const open = [...model.processes].flatMap(([name, process]) =>
    [...process.open].map(([path, { id, max }]) => ({ host: hostOf(model, name), path, id, max })),
  );
  return {
    reached: true,
    workers: new Map(running.map(([name, { tasks }]) => [sessionOf(name), workerStats(name, tasks)])),
    jobs: new Map(running.map(([name]) => [sessionOf(name), model.jobs])),
    sectors: new Map(
      open.map(({ host, path, id }) => [
        id,
        (model.folders.get(`${host}:${path}`)?.entries ?? []).flatMap(declaration),
      ]),
    ),
    storage: new Map(
      [...model.index].map(([id, info]) => {
        const max = open.find((place) => place.id === id)?.max;
        const { stat, ...entry } = indexed(info);
        return [
          id,
          max === undefined || stat === undefined ? entry : { ...entry, stat: { ...stat, Max: max } },
        ];
      }),
    ),
    locks: [],
  };
}

function hostOf(model: HostModel, name: string): string {
  return model.worker(name).host;
}

function declaration(entry: string): { Miner: number; Number: number; SectorFileType: number }[] {
  const [type = '', name = ''] = entry.split('/');
  const sector = parseSectorName(name);
  return sector === undefined ? [] : [{ ...sector, SectorFileType: FILE_TYPES[type as FileType] }];
}
