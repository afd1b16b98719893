import { DEFAULT_RESTART } from '../farm/miner-restart.js';
import { present } from '../farm/present.js';
import type { Farm, Host, Miner, StorageDeclaration, Worker } from '../farm/farm.js';
import { workerLayout } from '../host/layout.js';
import { THE_FILE, type DrainIntent } from '../host/manifest.js';
import { unitDropIn, unitTemplate } from '../host/systemd-unit.js';
import type { SectorStoreSettings } from '../lotus/sectorstore.js';
import { wantedKeys } from '../miner/wanted-keys.js';
import type { Secret } from '../secret/secret.js';
import {
  tasksNow,
  type DesiredFarm,
  type DesiredHost,
  type DesiredStorage,
  type DesiredWorker,
} from './desired.js';
import { workerEnv } from './worker-env.js';

/** Worker name → what a person asked for; a drain outranks the file until it is taken back. */
export type Intents = ReadonlyMap<string, DrainIntent>;

/** From what the file means to what the hosts shall hold. */
export function desire(farm: Farm, token: Secret, intents: Intents): DesiredFarm {
  return {
    name: farm.name,
    sectorSize: farm.sectorSize,
    rollout: farm.rollout,
    hosts: farm.hosts.map((host) => desireHost(farm, host, token, intents)),
    ...desireMiner(farm.miner),
  };
}

function desireMiner({
  host,
  repo,
  user,
  restart = DEFAULT_RESTART,
  config = {},
}: Miner): Pick<DesiredFarm, 'miner'> {
  if (host === undefined) return {};
  const more = present({ repo, user });
  return { miner: { host: host.name, paths: host.paths, ...more, restart, keys: wantedKeys(config) } };
}

function desireHost(farm: Farm, host: Host, token: Secret, intents: Intents): DesiredHost {
  return {
    name: host.name,
    paths: host.paths,
    ...(host.serviceManager === 'systemd' ? { unitTemplate: unitTemplate(host.paths) } : {}),
    workers: host.workers.map((worker) => desireWorker(farm, host, worker, token, intents.get(worker.name))),
  };
}

function desireWorker(
  farm: Farm,
  host: Host,
  worker: Worker,
  token: Secret,
  intent: DrainIntent | undefined,
): DesiredWorker {
  // What the file asked for holds by the file alone.
  const drain = intent !== undefined && intent.who !== THE_FILE ? intent : undefined;
  const { state, tasks } = worker;
  const dropIn = host.serviceManager === 'systemd' ? dropInOf(host, worker) : undefined;
  return {
    name: worker.name,
    host: host.name,
    ...(worker.renamedFrom === undefined ? {} : { renamedFrom: worker.renamedFrom }),
    files: workerLayout(host, worker),
    ...(dropIn === undefined ? {} : { dropIn }),
    repo: worker.repo,
    ...(worker.user === undefined ? {} : { user: worker.user }),
    listen: worker.listen,
    ...(typeof worker.gpus === 'object' ? { gpus: worker.gpus.length } : {}),
    // Tasks off in the file, so that a crash or a reboot in a drain does not take work again.
    env: workerEnv(
      farm,
      worker,
      token,
      tasksNow({ state, tasks, ...(drain === undefined ? {} : { drain }) }),
    ),
    tasks,
    limits: worker.limits,
    storage: worker.storage.map((storage) => desireStorage(storage, drain)),
    state,
    ...(drain === undefined ? {} : { drain }),
  };
}

/** Unless a user is declared everything on the host is root's, as are the devices of its GPUs. */
function dropInOf(
  { paths }: Host,
  { binary, cpus, numaNodes, memory, user = 'root', repo, tmpDir, storage }: Worker,
): string {
  const needed = storage.filter(({ mount }) => mount === 'required').map(({ path }) => path);
  return unitDropIn({
    template: unitTemplate(paths),
    mounts: [repo, tmpDir, ...needed],
    binary,
    user,
    ...(cpus === undefined ? {} : { cpus }),
    ...(numaNodes === undefined ? {} : { numaNodes: numaNodes.join(',') }),
    ...(memory === undefined ? {} : { memory }),
  });
}

function desireStorage(storage: StorageDeclaration, drain: DrainIntent | undefined): DesiredStorage {
  const settings = storageSettings(storage);
  const more = drain?.allowTo?.filter((group) => !storage.allowTo.includes(group)) ?? [];
  // Without a list it is open to all, and one group in it would close it to the others.
  const opens = storage.seal && storage.allowTo.length > 0 && more.length > 0;
  return {
    path: storage.path,
    ...(storage.id === undefined ? {} : { id: storage.id }),
    settings,
    ...(opens ? { whileDrained: { ...settings, AllowTo: [...settings.AllowTo, ...new Set(more)] } } : {}),
    mount: storage.mount,
  };
}

export function storageSettings(storage: StorageDeclaration): SectorStoreSettings {
  return {
    Weight: storage.weight,
    CanSeal: storage.seal,
    CanStore: storage.store,
    MaxStorage: storage.maxStorage,
    Groups: storage.groups,
    AllowTo: storage.allowTo,
    AllowTypes: storage.allowTypes,
    DenyTypes: storage.denyTypes,
    AllowMiners: storage.allowMiners,
    DenyMiners: storage.denyMiners,
  };
}
