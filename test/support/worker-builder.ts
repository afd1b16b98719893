import type { DesiredWorker } from '../../src/desired/desired.js';
import { workerEnv } from '../../src/desired/worker-env.js';
import type { Farm } from '../../src/farm/farm.js';
import { formatEnvFile, type EnvEntry } from '../../src/host/env-file.js';
import { sectorStoreFile, type ManagerName } from '../../src/host/layout.js';
import { editSectorStore, newSectorStore, parseSectorStore } from '../../src/lotus/sectorstore.js';
import { Secret } from '../../src/secret/secret.js';
import { aWorker, CANARY } from './farm.js';
import type { PathChoice, WorkerChoice } from './farm-arbitrary.js';
import type { HostModel } from './host-model.js';
import { idOf } from './observation.js';
import { ID } from './sectorstore.js';

const OLD_TOKEN = new Secret(`${CANARY}-before`);
const EXTRA = '/mnt/extra';

/** Puts one worker where it was drawn to be: first as it was started, then what happened since. */
export class WorkerBuilder {
  readonly #model: HostModel;
  readonly #farm: Farm;
  readonly #worker: DesiredWorker;
  readonly #choice: WorkerChoice;

  constructor(model: HostModel, farm: Farm, worker: DesiredWorker, choice: WorkerChoice) {
    this.#model = model;
    this.#farm = farm;
    this.#worker = worker;
    this.#choice = choice;
  }

  build(): void {
    const { paths, started } = this.#choice;
    paths.forEach((path, index) => {
      this.#putPath(path, this.#path(index));
    });
    this.#putExtra();
    this.#putList();
    if (started !== 'never') this.#run();
    this.#changeList();
    this.#putEnvFile();
    this.#putDropIn();
    this.#putUnit();
  }

  #putUnit(): void {
    const { unit } = this.#choice;
    const { name } = this.#worker;
    if (unit === 'none') return;
    this.#model.enabled.add(name);
    if (unit === 'trying' && !this.#model.processes.has(name)) this.#model.trying.add(name);
  }

  /** Who keeps the worker now. */
  get #manager(): ManagerName {
    const { serviceManager } = this.#worker.files;
    if (this.#choice.keptBy === 'declared') return serviceManager;
    return serviceManager === 'systemd' ? 'process' : 'systemd';
  }

  #putDropIn(): void {
    const { files, dropIn } = this.#worker;
    if (this.#choice.dropIn === 'absent') return;
    const text = dropIn ?? '[Service]\nUser=root\n';
    this.#write(files.unit.dropIn, this.#choice.dropIn === 'wanted' ? text : text.replace('root', 'lotus'));
  }

  #at(path: string): string {
    return `${this.#worker.host}:${path}`;
  }

  #path(index: number): string {
    return this.#worker.storage[index]?.path ?? '';
  }

  /** The one extra path of this worker, apart from those of its neighbours. */
  get #extra(): string {
    return `${EXTRA}-${this.#worker.name}`;
  }

  #write(path: string, text: string, mode = '644'): void {
    this.#model.files.set(this.#at(path), { text, mode });
  }

  #putPath({ found, document, wanted, mount, onRootFileSystem, entries }: PathChoice, path: string): void {
    if (found === 'missing') return;
    const root = mount === 'any' && onRootFileSystem;
    const known = found === 'bare' ? [] : entries;
    this.#model.folders.set(this.#at(path), { entries: [...known], onRootFileSystem: root });
    const id = idOf(this.#worker.host, path);
    if (found === 'as-wanted') this.#write(sectorStoreFile(path), newSectorStore(id, wanted));
    if (found === 'otherwise') this.#write(sectorStoreFile(path), document.text.replace(ID, id));
    if (found === 'broken') this.#write(sectorStoreFile(path), '{"ID": "');
  }

  #putExtra(): void {
    const { extra, wanted } = this.#choice;
    if (extra === 'none' || extra === 'gone') return;
    const entries = extra === 'full' ? ['sealed/s-t01000-3'] : [];
    this.#model.folders.set(this.#at(this.#extra), { entries, onRootFileSystem: false });
    const settings = { Weight: 10, CanSeal: true, CanStore: wanted.noSwap, MaxStorage: 0 };
    const lists = { Groups: [], AllowTo: [], AllowTypes: [], DenyTypes: [], AllowMiners: [], DenyMiners: [] };
    const id = idOf(this.#worker.host, this.#extra);
    this.#write(sectorStoreFile(this.#extra), newSectorStore(id, { ...settings, ...lists }));
  }

  /** What the worker was started with, or would be. */
  #putList(): void {
    const { paths, extra, started } = this.#choice;
    const usable = (path: PathChoice): boolean => path.found === 'as-wanted' || path.found === 'otherwise';
    const opened = this.#worker.storage.filter((_, index) => {
      const path = paths[index];
      return path?.attached === true && (started === 'never' || usable(path));
    });
    const listsExtra = started === 'never' ? extra !== 'none' : extra === 'attached' || extra === 'full';
    const all = [...opened.map(({ path }) => path), ...(listsExtra ? [this.#extra] : [])];
    this.#write(this.#worker.files.storageJson, list(all));
  }

  #run(): void {
    const { name, files, repo } = this.#worker;
    const { started, answers, toggled, paths } = this.#choice;
    this.#write(files.envFile, formatEnvFile(this.#environment(started)).reveal());
    this.#model.start(name, this.#manager);
    const process = this.#model.processes.get(name);
    if (process === undefined) throw new Error('it did not start');
    for (const code of toggled) if (!process.tasks.delete(code)) process.tasks.add(code);
    if (started === 'other-repo') process.environ.set('LOTUS_WORKER_PATH', `${repo}-other`);
    process.answers = answers === 'yes' && started !== 'other-repo';
    if (answers === 'not-yet') {
      for (const { id } of process.open.values()) this.#model.index.delete(id);
      process.open.clear();
    }
    paths.forEach((path, index) => {
      if (process.open.has(this.#path(index))) this.#changeSince(path, this.#path(index));
    });
  }

  #environment(kind: WorkerChoice['started']): readonly EnvEntry[] {
    const { before, wanted } = this.#choice;
    const { name, listen } = this.#worker;
    const declared = aWorker({ name, listen, ...(kind === 'before' ? before : wanted) });
    if (kind === 'before') return workerEnv(this.#farm, declared, OLD_TOKEN, declared.tasks);
    if (kind !== 'by-hand') return this.#worker.env;
    const own = new Set(['SEALFARM_BINARY', 'SEALFARM_VARIABLES']);
    return [...this.#worker.env.filter(({ name }) => !own.has(name)), { name: 'HAND_MADE', value: CANARY }];
  }

  #changeSince({ wanted, since, index, other, maxStorage }: PathChoice, path: string): void {
    const file = sectorStoreFile(path);
    const text = this.#model.files.get(this.#at(file))?.text ?? '';
    const store = parseSectorStore(text);
    if ('problem' in store) throw new Error(store.problem);
    if (since === 'edited') this.#write(file, editSectorStore(text, store.settings, other));
    if (since !== 'nothing' && since !== 'edited') this.#model.files.delete(this.#at(file));
    if (since === 'folder-deleted') this.#model.folders.delete(this.#at(path));
    const info = this.#model.index.get(store.id);
    if (index === 'forgotten') this.#model.index.delete(store.id);
    if (index === 'other' && info !== undefined) this.#model.index.set(store.id, { ...info, ...other });
    const open = this.#model.processes.get(this.#worker.name)?.open;
    if (maxStorage === 'other') open?.set(path, { id: store.id, max: other.MaxStorage });
    // Of a path that the index has forgotten nobody can tell by which MaxStorage its worker goes.
    if (index === 'forgotten') open?.set(path, { id: store.id, max: wanted.MaxStorage });
  }

  #changeList(): void {
    const { storageJson } = this.#worker.files;
    const key = this.#at(storageJson);
    const text = this.#model.files.get(key)?.text ?? '';
    const entries = (JSON.parse(text) as { StoragePaths: { Path: string }[] }).StoragePaths.map(
      ({ Path }) => Path,
    );
    const { extra, started } = this.#choice;
    if (extra === 'listed' && started !== 'never') entries.push(this.#extra);
    // Where the list is gone too, nobody can know any more what a silent worker has opened.
    const lost =
      this.#choice.answers !== 'yes' && this.#choice.paths.some(({ since }) => since.endsWith('deleted'));
    switch (lost ? 'as-is' : this.#choice.list) {
      case 'as-is':
        this.#write(storageJson, list(entries));
        break;
      case 'absent':
        this.#model.files.delete(key);
        break;
      case 'reversed':
        this.#write(storageJson, list(entries.toReversed()));
        break;
      case 'short':
        this.#write(storageJson, list(entries.slice(1)));
        break;
      case 'other-layout':
        this.#write(storageJson, `{"x":1,${list(entries.map((path) => `${path}/`)).slice(1)}`);
        break;
      case 'broken':
        this.#write(storageJson, '{"StoragePaths": [{');
    }
  }

  #putEnvFile(): void {
    const { envFile, envMode } = this.#choice;
    const path = this.#worker.files.envFile;
    const text = (entries: readonly EnvEntry[]): string => formatEnvFile(entries).reveal();
    const wanted = this.#worker.env;
    if (envFile === 'absent') this.#model.files.delete(this.#at(path));
    if (envFile === 'wanted') this.#write(path, text(wanted), envMode);
    if (envFile === 'reordered') this.#write(path, `# mine\n${text(wanted.toReversed())}`, envMode);
    if (envFile === 'before') this.#write(path, text(this.#environment('before')), envMode);
    if (envFile === 'edited') this.#write(path, `${text(wanted.slice(2))}MY_SECRET=${CANARY}\n`, envMode);
  }
}

function list(paths: readonly string[]): string {
  return JSON.stringify({ StoragePaths: paths.map((Path) => ({ Path })) });
}
