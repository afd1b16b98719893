import type { Farm, Host, StorageDeclaration, Worker } from '../../src/farm/farm.js';
import { DEFAULT_ROLLOUT } from '../../src/farm/rollout.js';
import { Secret } from '../../src/secret/secret.js';

/** A text that must be found nowhere but where the token belongs. */
export const CANARY = 'canary-7c1f5e';
export const TOKEN = new Secret(CANARY);

/** A small sealing path; every test says only what it is about. */
export function aStorage(overrides: Partial<StorageDeclaration> = {}): StorageDeclaration {
  return {
    path: '/mnt/nvme0/seal',
    seal: true,
    store: false,
    weight: 10,
    maxStorage: 0,
    groups: [],
    allowTo: [],
    allowTypes: [],
    denyTypes: [],
    allowMiners: [],
    denyMiners: [],
    mount: 'required',
    yaml: [],
    ...overrides,
  };
}

export function aWorker(overrides: Partial<Worker> = {}): Worker {
  const name = overrides.name ?? 'worker-1';
  return {
    name,
    binary: '/usr/local/bin/lotus-worker',
    repo: `/var/lib/lotus/${name}`,
    listen: { host: '10.0.0.11', port: 3456 },
    tasks: ['AP', 'PC1', 'PC2', 'C2'],
    limits: new Map(),
    resources: new Map(),
    noSwap: false,
    tmpDir: `/var/lib/sealfarm/tmp/${name}`,
    env: new Map(),
    storage: [aStorage()],
    state: 'running',
    yaml: [],
    ...overrides,
  };
}

export function aHost(overrides: Partial<Host> = {}): Host {
  return {
    name: 'host-1',
    address: '10.0.0.11',
    ssh: { transport: 'ssh2', user: 'root', port: 22, connectTimeoutMs: 20_000 },
    tags: [],
    paths: { config: '/etc/sealfarm', state: '/var/lib/sealfarm' },
    serviceManager: 'process',
    workers: [aWorker()],
    yaml: [],
    ...overrides,
  };
}

export function aFarm(overrides: Partial<Farm> = {}): Farm {
  return {
    name: 'example',
    sectorSize: '32GiB',
    miner: {
      api: '/ip4/10.0.0.10/tcp/2345/http',
      address: { host: '10.0.0.10', port: 2345 },
      token: { env: 'SEALFARM_MINER_TOKEN' },
      disallowRemoteFinalize: false,
    },
    storageGroups: [],
    rollout: DEFAULT_ROLLOUT,
    hosts: [aHost()],
    ...overrides,
  };
}

/** A farm of one host with this one worker. */
export function farmOf(worker: Partial<Worker>): Farm {
  return aFarm({ hosts: [aHost({ workers: [aWorker(worker)] })] });
}

export const GROUP = 'example-seal-group-1';

/** The public guide's case: worker-1 and worker-2 do PC1 and PC2, worker-3 only PC1 and hands over to worker-1. */
export function guideFarm(): Farm {
  const hosts = [1, 2, 3].map((n) => {
    const group = `example-seal-group-${n}`;
    const full = n < 3;
    return aHost({
      name: `host-${n}`,
      address: `10.0.0.1${n}`,
      workers: [
        aWorker({
          name: `worker-${n}`,
          listen: { host: `10.0.0.1${n}`, port: 3456 },
          tasks: full ? ['AP', 'PC1', 'PC2', 'C2'] : ['AP', 'PC1'],
          storage: [aStorage(full ? { groups: [group], allowTo: [group] } : { allowTo: [GROUP] })],
        }),
      ],
    });
  });
  return aFarm({ storageGroups: [GROUP, 'example-seal-group-2'], hosts });
}

/** The same farm, in which every sector may go everywhere. */
export function withoutGroups(farm: Farm): Farm {
  const hosts = farm.hosts.map((host) => ({
    ...host,
    workers: host.workers.map((worker) => ({
      ...worker,
      storage: worker.storage.map((path) => ({ ...path, groups: [], allowTo: [] })),
    })),
  }));
  return { ...farm, hosts };
}
