import { desire } from '../../src/desired/desire.js';
import type { DesiredFarm, DesiredHost } from '../../src/desired/desired.js';
import type { Farm, Host, StorageDeclaration, Worker } from '../../src/farm/farm.js';
import { withRenamed } from '../../src/observed/intents.js';
import { hostLayout } from '../../src/host/layout.js';
import { formatManifest, type DrainIntent } from '../../src/host/manifest.js';
import { TEMPLATE_FILE } from '../../src/host/systemd-unit.js';
import { aFarm, aHost, aStorage, aWorker, TOKEN } from './farm.js';
import type { HostChoice, PathChoice, WorkerChoice, WorkerSettings, WorldChoice } from './farm-arbitrary.js';
import { HostModel } from './host-model.js';
import { idOf } from './observation.js';
import { WorkerBuilder } from './worker-builder.js';

const DRAIN: DrainIntent = { who: 'alice', when: '2026-01-02T03:04:05Z' };

export interface World {
  readonly farm: Farm;
  readonly intents: ReadonlyMap<string, DrainIntent>;
  readonly desired: DesiredFarm;
  readonly model: HostModel;
}

/** A fresh world as it was drawn: farm, files, processes, index. */
export function buildWorld(choice: WorldChoice): World {
  const farm = aFarm({ hosts: choice.hosts.map((host, index) => declaredHost(host, index + 1)) });
  const workers = choice.hosts.flatMap((host, index) =>
    host.workers.map((worker, at) => ({ worker, name: workerName(index + 1, at + 1) })),
  );
  const intents = new Map(
    workers.flatMap(({ worker, name }) =>
      worker.drained ? [[name, { ...DRAIN, ...opening(worker) }] as const] : [],
    ),
  );
  const desired = desire(farm, TOKEN, intents);
  const model = new HostModel(desired);
  desired.hosts.forEach((host, index) => {
    const drawn = choice.hosts[index];
    if (drawn === undefined) throw new Error('no host was drawn');
    putManifest(model, host, drawn);
    putTemplate(model, host, drawn);
    host.workers.forEach((worker, at) => {
      const choice = drawn.workers[at];
      if (choice === undefined) throw new Error('no worker was drawn');
      new WorkerBuilder(model, farm, worker, choice).build();
    });
  });
  return { farm, intents, desired, model };
}

function opening({ resolved }: WorkerChoice): Partial<DrainIntent> {
  return resolved.length === 0 ? {} : { allowTo: resolved };
}

export type Edit = 'stays' | 'leaves' | 'renamed';

/** The same farm with another file: of its workers some are in it no more, and some have another name. */
export function edited({ farm, intents, model }: World, edits: readonly Edit[]): World {
  let at = 0;
  const hosts = farm.hosts.map((host) => ({
    ...host,
    workers: host.workers.flatMap((worker): Worker[] => {
      const edit = edits[at % edits.length];
      at += 1;
      if (edit === 'leaves') return [];
      return edit === 'renamed'
        ? [{ ...worker, name: `new-${worker.name}`, renamedFrom: worker.name }]
        : [worker];
    }),
  }));
  const after = { ...farm, hosts };
  const desired = desire(after, TOKEN, withRenamed(intents, after));
  model.edit(desired);
  return { farm: after, intents, desired, model };
}

/** The same farm when all drains are taken back. */
export function resumed({ farm, model }: World): World {
  const desired = desire(farm, TOKEN, new Map());
  model.edit(desired);
  return { farm, intents: new Map(), desired, model };
}

/** The same farm with another `state` of its workers, in turn. */
export function restated({ farm, intents, model }: World, states: readonly Worker['state'][]): World {
  let at = 0;
  const next = (): Worker['state'] => states[at++ % states.length] ?? 'running';
  const hosts = farm.hosts.map((host) => ({
    ...host,
    workers: host.workers.map((worker) => ({ ...worker, state: next() })),
  }));
  const after = { ...farm, hosts };
  const desired = desire(after, TOKEN, intents);
  model.edit(desired);
  return { farm: after, intents, desired, model };
}

function workerName(host: number, at: number): string {
  return `worker-${host}-${at}`;
}

function declaredHost({ workers, serviceManager }: HostChoice, index: number): Host {
  return aHost({
    name: `host-${index}`,
    serviceManager,
    workers: workers.map((worker, at) => declaredWorker(worker.wanted, worker, index, at + 1)),
  });
}

function declaredWorker(said: WorkerSettings, { paths }: WorkerChoice, host: number, at: number): Worker {
  const storage = paths.map((path, index) => declaredPath(path, `host-${host}`, `/mnt/disk-${at}-${index}`));
  const listen = { host: `10.0.0.${10 + host}`, port: 3455 + at };
  return aWorker({ name: workerName(host, at), listen, ...said, storage });
}

function declaredPath(
  { wanted, mount, idDeclared }: PathChoice,
  host: string,
  path: string,
): StorageDeclaration {
  return aStorage({
    path,
    mount,
    seal: wanted.CanSeal,
    store: wanted.CanStore,
    weight: wanted.Weight,
    maxStorage: wanted.MaxStorage,
    groups: wanted.Groups,
    allowTo: wanted.AllowTo,
    allowTypes: wanted.AllowTypes,
    denyTypes: wanted.DenyTypes,
    allowMiners: wanted.AllowMiners,
    denyMiners: wanted.DenyMiners,
    ...(idDeclared ? { id: idOf(host, path) } : {}),
  });
}

function putManifest(
  model: HostModel,
  { name, paths, workers }: DesiredHost,
  { manifest }: HostChoice,
): void {
  if (manifest === 'absent') return;
  const own = workers.map((worker) => worker.name).slice(manifest === 'partial' ? 1 : 0);
  const text = formatManifest({
    version: 1,
    farm: 'example',
    workers: manifest === 'forgotten' ? [...own, 'worker-gone'] : own,
    intents: Object.fromEntries(
      workers.flatMap(({ name, drain }) => (drain === undefined ? [] : [[name, drain]])),
    ),
  });
  model.files.set(`${name}:${hostLayout(paths).manifest}`, { text, mode: '644' });
}

function putTemplate(model: HostModel, { name, unitTemplate }: DesiredHost, drawn: HostChoice): void {
  if (unitTemplate === undefined || drawn.unitTemplate === 'absent') return;
  const text = drawn.unitTemplate === 'wanted' ? unitTemplate : `${unitTemplate}# by hand\n`;
  model.files.set(`${name}:${TEMPLATE_FILE}`, { text, mode: '644' });
}
