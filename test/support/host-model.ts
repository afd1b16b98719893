import type { DesiredFarm, DesiredWorker } from '../../src/desired/desired.js';
import { withoutTasks } from '../../src/desired/worker-env.js';
import { formatEnvFile, parseEnvFile } from '../../src/host/env-file.js';
import { formatManifest, parseManifest, type Manifest } from '../../src/host/manifest.js';
import { MARK_VARIABLE, markOf } from '../../src/host/systemd-unit.js';
import { sectorStoreFile, type ManagerName } from '../../src/host/layout.js';
import type { StorageInfo, WorkerJob } from '../../src/lotus/api.js';
import { newSectorStore, parseSectorStore, type SectorStore } from '../../src/lotus/sectorstore.js';
import { parseStorageJson, writeStorageJson } from '../../src/lotus/storage-json.js';
import { DECLARABLE_TASKS, TASKS, type TaskCode } from '../../src/lotus/task.js';
import type { Observation } from '../../src/observed/observed.js';
import type { Action, Step } from '../../src/plan/plan.js';
import { sha256 } from './observation.js';
import { observeModel } from './observe-model.js';

export interface ModelProcess {
  readonly manager: ManagerName;
  readonly environ: Map<string, string>;
  readonly tasks: Set<TaskCode>;
  /** Open storage paths; Lotus keeps ID and MaxStorage from the moment it opened them. */
  readonly open: Map<string, { readonly id: string; readonly max: number }>;
  answers: boolean;
}

/** What a host and Lotus do in truth, as far as a plan can touch it; with Lotus's manners (lotus.md §3, §5). */
export class HostModel {
  /** By host and path. */
  readonly files = new Map<string, { text: string; mode: string }>();
  /** Hashes of what sealfarm wrote, by host and path. */
  readonly written = new Map<string, Set<string>>();
  /** Folders of storage paths, with the entries in them. */
  readonly folders = new Map<string, { entries: string[]; onRootFileSystem: boolean }>();
  readonly processes = new Map<string, ModelProcess>();
  /** Workers whose unit is started at boot. */
  readonly enabled = new Set<string>();
  /** Workers whose unit ends at once and is tried again and again. */
  readonly trying = new Set<string>();
  readonly index = new Map<string, StorageInfo>();
  readonly jobs: WorkerJob[] = [];
  /** Paths from which Lotus has brought all sectors away. */
  readonly drained = new Set<string>();
  desired: DesiredFarm;
  /** As the file had it before. */
  #before: DesiredFarm | undefined;
  #drawn = 0;

  constructor(desired: DesiredFarm) {
    this.desired = desired;
  }

  /** The file is another one from now on. */
  edit(after: DesiredFarm): void {
    this.#before = this.desired;
    this.desired = after;
  }

  apply({ action, host, worker: name = '' }: Step): void {
    const at = (path: string): string => `${host}:${path}`;
    switch (action.kind) {
      case 'write-file': {
        const before = this.files.get(at(action.path));
        const seen = before === undefined ? undefined : sha256(before.text);
        if (seen !== action.replaces) throw new Error(`${action.path} is not the file that was read`);
        const mode = action.mode === '600' ? '600' : (before?.mode ?? '644');
        this.#write(at(action.path), action.content.reveal(), mode);
        return;
      }
      case 'create-path':
        this.folders.set(at(action.path), { entries: [], onRootFileSystem: true });
        return;
      case 'create-sectorstore': {
        const path = at(sectorStoreFile(action.path));
        if (!this.folders.has(at(action.path))) throw new Error(`no folder ${action.path}`);
        if (this.files.has(path)) throw new Error(`${path} stands already`);
        this.#write(path, newSectorStore(action.id ?? this.drawId(), action.settings), '644');
        return;
      }
      case 'redeclare':
        this.redeclare(name, action.id);
        this.#giveSettings(name, action);
        return;
      case 'attach':
        this.#open(name, action.path);
        this.#editList(name, (paths) => [...paths, action.path]);
        return;
      case 'detach':
        if (this.#entries(host, action.path).length > 0) throw new Error(`${action.path} holds sectors`);
        this.#close(name, action.path);
        this.#editList(name, (paths) => paths.filter((path) => path !== action.path));
        return;
      case 'enable-task':
        this.#answering(name).tasks.add(action.task);
        return;
      case 'disable-task':
        this.#answering(name).tasks.delete(action.task);
        return;
      case 'start':
        this.start(name);
        return;
      case 'restart':
        if (action.from === undefined) this.#end(name);
        else {
          this.stop(action.from.worker);
          this.#takeAway(host, action.from.worker, action.from.home.manifest);
        }
        this.start(name);
        return;
      case 'drain':
        if (this.processes.has(name)) this.#drain(name);
        for (const { code, switchable } of DECLARABLE_TASKS)
          if (switchable) this.processes.get(name)?.tasks.delete(code);
        if (action.stop) {
          if (this.processes.has(name)) this.#end(name);
          this.enabled.delete(name);
          this.trying.delete(name);
        }
        this.#editManifest(host, action.home.manifest, ({ intents, ...rest }) => ({
          ...rest,
          intents: {
            ...intents,
            [name]: { who: 'sealfarm.yaml', when: '2026-01-02T03:04:05Z', reached: true },
          },
        }));
        return;
      case 'remove-worker':
        this.beginRemoval(host, name, action.home.manifest);
        if (this.processes.has(name)) this.#drain(name);
        else this.#holdsNothing(name);
        this.stop(name);
        this.#takeAway(host, name, action.home.manifest);
        return;
      case 'restart-miner':
        throw new Error('no farm of these tests names the machine of its miner');
      case 'enable-unit':
      case 'disable-unit':
        throw new Error('in the farms of these tests nobody else starts a worker');
      case 'remove-unit':
        this.#removeUnit(name);
        return;
    }
  }

  /** What is done first, and holds whatever cuts it off: its drain is noted, its tasks are off in its file. */
  beginRemoval(host: string, name: string, manifest: string): void {
    const intent = { who: 'sealfarm', when: '2026-01-02T03:04:05Z', tasks: [] };
    this.#editManifest(host, manifest, ({ intents, ...rest }) => ({
      ...rest,
      intents: { [name]: intent, ...intents },
    }));
    const files = this.#find(name)?.files;
    const env = this.files.get(`${host}:${files?.envFile ?? ''}`);
    if (env !== undefined)
      this.#write(
        `${host}:${files?.envFile ?? ''}`,
        formatEnvFile(withoutTasks(parseEnvFile(env.text))).reveal(),
        '600',
      );
  }

  /** Lotus brings what is being sealed to its end elsewhere; what is stored stays. */
  #drain(name: string): void {
    const { host } = this.worker(name);
    const others = this.#declaredPaths(host);
    for (const [path, { id }] of this.processes.get(name)?.open ?? []) {
      const folder = this.folders.get(`${host}:${path}`);
      if (folder === undefined || folder.entries.length === 0 || others.has(path)) continue;
      if (this.index.get(id)?.CanStore === true) throw new Error(`${path} can never get empty`);
      folder.entries = [];
      this.drained.add(`${host}:${path}`);
    }
  }

  #holdsNothing(name: string): void {
    const host = this.#find(name)?.host;
    if (host === undefined) return;
    const others = this.#declaredPaths(host);
    const lost = this.#listed(name).find((path) => this.#entries(host, path).length > 0 && !others.has(path));
    if (lost !== undefined) throw new Error(`the sectors of ${lost} are lost`);
  }

  /** Declared, or on the list of a declared worker. */
  #declaredPaths(host: string): ReadonlySet<string> {
    const workers = this.desired.hosts.find((one) => one.name === host)?.workers ?? [];
    return new Set(
      workers.flatMap(({ files, storage }) => {
        const list = parseStorageJson(this.files.get(`${host}:${files.storageJson}`)?.text ?? '{}');
        return [...storage.map(({ path }) => path), ...('problem' in list ? [] : list)];
      }),
    );
  }

  #takeAway(host: string, name: string, manifest: string): void {
    const found = this.#find(name);
    if (found !== undefined) this.#removeUnit(name);
    this.files.delete(`${host}:${found?.files.envFile ?? ''}`);
    this.written.delete(`${host}:${found?.files.envFile ?? ''}`);
    this.#editManifest(host, manifest, ({ workers, intents, ...rest }) => ({
      ...rest,
      workers: workers.filter((one) => one !== name),
      intents: Object.fromEntries(Object.entries(intents).filter(([one]) => one !== name)),
    }));
  }

  #editManifest(host: string, path: string, change: (before: Manifest) => Manifest): void {
    const file = this.files.get(`${host}:${path}`);
    const manifest = parseManifest(file?.text ?? '');
    if (file === undefined || 'problem' in manifest) throw new Error('there is no manifest');
    file.text = formatManifest(change(manifest));
  }

  #write(at: string, text: string, mode: string): void {
    const seen = this.files.get(at)?.text;
    const kept = [...(this.written.get(at) ?? [])].filter(
      (hash) => seen !== undefined && hash === sha256(seen),
    );
    this.written.set(at, new Set([...kept, sha256(text)]));
    this.files.set(at, { text, mode });
  }

  /** As a restart does: by whoever keeps it; nothing of it is left there if that is not the declared manager. */
  #end(name: string): void {
    const manager = this.processes.get(name)?.manager;
    if (manager === undefined) throw new Error(`${name} does not run`);
    this.stop(name);
    if (manager === 'systemd' && this.worker(name).files.serviceManager === 'process') this.#removeUnit(name);
  }

  #removeUnit(name: string): void {
    const { host, files } = this.worker(name);
    if (this.processes.get(name)?.manager === 'systemd') throw new Error(`the unit of ${name} runs`);
    this.enabled.delete(name);
    this.trying.delete(name);
    this.files.delete(`${host}:${files.unit.dropIn}`);
    this.written.delete(`${host}:${files.unit.dropIn}`);
  }

  /** Everything ends, and systemd starts what is enabled; one that cannot be started stays down. */
  reboot(): void {
    for (const name of [...this.processes.keys()]) this.stop(name);
    this.trying.clear();
    for (const name of this.enabled) {
      try {
        this.start(name, 'systemd');
      } catch {
        if (this.processes.has(name)) this.stop(name);
      }
    }
  }

  /** Reads its environment file, then its list, opens every path on it and registers. */
  start(name: string, manager = this.worker(name).files.serviceManager): void {
    const { host, files } = this.worker(name);
    if (this.processes.has(name)) throw new Error(`${name} runs already`);
    const { repo } = this.worker(name);
    for (const { environ } of this.processes.values())
      if (environ.get('LOTUS_WORKER_PATH') === repo) throw new Error(`${repo} is already locked`);
    if (manager === 'process' && (this.enabled.has(name) || this.trying.has(name)))
      throw new Error(`systemd may start ${name}, too`);
    if (manager === 'systemd') this.enabled.add(name);
    this.trying.delete(name);
    const env = this.files.get(`${host}:${files.envFile}`);
    if (env === undefined) throw new Error(`${name} has no environment file`);
    const environ = new Map([['PATH', '/usr/bin'], ['HOME', '/root'], ...parseEnvFile(env.text)]);
    const dropIn = manager === 'process' ? undefined : this.files.get(`${host}:${files.unit.dropIn}`);
    this.#listen(host, environ.get('LOTUS_WORKER_LISTEN'));
    const mark = dropIn === undefined ? undefined : markOf(dropIn.text);
    if (mark !== undefined) environ.set(MARK_VARIABLE, mark);
    if (environ.get('LOTUS_WORKER_NO_LOCAL_STORAGE') !== 'true')
      throw new Error('Lotus adds a path of its own');
    this.processes.set(name, {
      manager,
      environ,
      tasks: tasksAtStart(environ),
      open: new Map(),
      answers: true,
    });
    for (const path of this.#listed(name)) this.#open(name, path);
  }

  #listen(host: string, address: string | undefined): void {
    for (const [name, { environ }] of this.processes)
      if (this.worker(name).host === host && environ.get('LOTUS_WORKER_LISTEN') === address)
        throw new Error(`${address ?? 'the address'} is in use by ${name}`);
  }

  stop(name: string): void {
    for (const path of this.processes.get(name)?.open.keys() ?? []) this.#close(name, path);
    this.processes.delete(name);
  }

  redeclare(name: string, id: string): void {
    for (const [path, open] of this.#answering(name).open) {
      const store = this.#store(this.worker(name).host, path);
      // Lotus only logs it when the ID on disk is another one.
      if (open.id === id && store?.id === id) this.#declare(name, store);
    }
  }

  /** In the index alone. */
  #giveSettings(name: string, { path, id, settings }: Extract<Action, { kind: 'redeclare' }>): void {
    const isOpen = this.#answering(name).open.get(path)?.id === id;
    const known = this.index.get(id);
    if (isOpen && known !== undefined) this.index.set(id, { ...known, ...settings });
  }

  drawId(): string {
    this.#drawn += 1;
    return `00000000-0000-4000-8000-${String(this.#drawn).padStart(12, '0')}`;
  }

  #open(name: string, path: string): void {
    const store = this.#store(this.worker(name).host, path);
    if (store === undefined) throw new Error(`${path} cannot be opened`);
    const open = [...this.processes.values()].flatMap((process) => [...process.open.values()]);
    if (open.some(({ id }) => id === store.id)) throw new Error(`${store.id} is attached twice`);
    this.#answering(name).open.set(path, { id: store.id, max: store.settings.MaxStorage });
    this.#declare(name, store);
  }

  #close(name: string, path: string): void {
    const open = this.processes.get(name)?.open;
    const id = open?.get(path)?.id;
    if (id === undefined) throw new Error(`${path} is not attached`);
    this.index.delete(id);
    open?.delete(path);
  }

  #declare(name: string, { id, settings }: SectorStore): void {
    this.index.set(id, { ID: id, URLs: [`http://${name}/remote`], ...settings });
  }

  #editList(name: string, change: (paths: readonly string[]) => readonly string[]): void {
    const { host, files } = this.worker(name);
    const before = this.files.get(`${host}:${files.storageJson}`);
    const text = writeStorageJson(before?.text, change(this.#listed(name)));
    this.files.set(`${host}:${files.storageJson}`, { text, mode: before?.mode ?? '644' });
  }

  #listed(name: string): readonly string[] {
    const { host, files } = this.worker(name);
    const list = parseStorageJson(this.files.get(`${host}:${files.storageJson}`)?.text ?? '{}');
    if ('problem' in list) throw new Error(list.problem);
    return list;
  }

  #store(host: string, path: string): SectorStore | undefined {
    const store = parseSectorStore(this.files.get(`${host}:${sectorStoreFile(path)}`)?.text ?? '');
    return 'problem' in store || !this.folders.has(`${host}:${path}`) ? undefined : store;
  }

  #entries(host: string, path: string): readonly string[] {
    return this.folders.get(`${host}:${path}`)?.entries ?? [];
  }

  #answering(name: string): ModelProcess {
    const process = this.processes.get(name);
    if (process?.answers !== true) throw new Error(`${name} does not answer`);
    return process;
  }

  /** Of the file as it is, else as it was. */
  worker(name: string): DesiredWorker {
    const found = this.#find(name);
    if (found === undefined) throw new Error(`no worker ${name}`);
    return found;
  }

  listOf(name: string): { readonly storageJson?: string } {
    const files = this.#find(name)?.files;
    return files === undefined ? {} : { storageJson: files.storageJson };
  }

  #find(name: string): DesiredWorker | undefined {
    const hosts = [...this.desired.hosts, ...(this.#before?.hosts ?? [])];
    return hosts.flatMap(({ workers }) => workers).find((worker) => worker.name === name);
  }

  observe(): Observation {
    return observeModel(this);
  }
}

/** Lotus: cmd/lotus-worker/main.go. DataCid follows AddPiece, and only where the defaults are on. */
function tasksAtStart(environ: ReadonlyMap<string, string>): Set<TaskCode> {
  const noDefault = environ.get('LOTUS_WORKER_NO_DEFAULT') === 'true';
  const isOn = (variable: string | undefined, byDefault: boolean): boolean => {
    const value = variable === undefined ? undefined : environ.get(variable);
    return value === undefined ? byDefault && !noDefault : value === 'true';
  };
  const posts = TASKS.filter(({ kind, variable }) => kind !== 'sealing' && isOn(variable, false));
  if (posts.length > 0) return new Set(posts.map(({ code }) => code));
  const addPiece = isOn('LOTUS_WORKER_ADDPIECE', true);
  const on = TASKS.filter(({ kind, name, code, variable, onByDefault }) => {
    if (kind !== 'sealing') return false;
    if (name === undefined) return true;
    return code === 'DC' ? addPiece && !noDefault : isOn(variable, onByDefault);
  });
  return new Set(on.map(({ code }) => code));
}
