import { desire } from '../../src/desired/desire.js';
import type { DesiredFarm } from '../../src/desired/desired.js';
import type { Farm, Host, StorageDeclaration, Worker } from '../../src/farm/farm.js';
import { DEFAULT_ROLLOUT } from '../../src/farm/rollout.js';
import type { DrainIntent } from '../../src/host/manifest.js';
import type { StorageInfo, WorkerJob, WorkerStats } from '../../src/lotus/api.js';
import { task, type TaskCode } from '../../src/lotus/task.js';
import type {
  HostObservation,
  Observation,
  ObservedMiner,
  ObservedProcess,
  ObservedWorker,
} from '../../src/observed/observed.js';
import { Secret } from '../../src/secret/secret.js';
import { CANARY, unreached } from './samples.js';

const GROUP_1 = 'example-seal-group-1';

function storage(path: string, groups: readonly string[], allowTo: readonly string[]): StorageDeclaration {
  return {
    path,
    seal: true,
    store: false,
    weight: 10,
    maxStorage: 0,
    groups,
    allowTo,
    allowTypes: [],
    denyTypes: [],
    allowMiners: [],
    denyMiners: [],
    mount: 'required',
    yaml: [],
  };
}

function worker(name: string, tasks: readonly TaskCode[], paths: readonly StorageDeclaration[]): Worker {
  return {
    name,
    binary: '/usr/local/bin/lotus-worker',
    repo: `/var/lib/lotus-worker/${name}`,
    listen: { host: '10.0.0.11', port: 3456 },
    tasks,
    limits: new Map([['PC1', 4]]),
    resources: new Map(),
    noSwap: false,
    tmpDir: `/var/lib/sealfarm/tmp/${name}`,
    env: new Map([['RUST_LOG', 'info']]),
    storage: paths,
    state: 'running',
    yaml: [],
  };
}

function host(name: string, workers: readonly Worker[]): Host {
  return {
    name,
    address: name,
    ssh: { transport: 'ssh2', user: 'root', port: 22, connectTimeoutMs: 1000 },
    tags: [],
    paths: { config: '/etc/sealfarm', state: '/var/lib/sealfarm' },
    serviceManager: 'process',
    workers,
    yaml: [],
  };
}

/** Five workers, one in each state that matters. */
export const FARM: Farm = {
  name: 'example',
  sectorSize: '32GiB',
  miner: {
    api: '/ip4/10.0.0.10/tcp/2345/http',
    address: { host: '10.0.0.10', port: 2345 },
    token: { env: 'SEALFARM_MINER_TOKEN' },
    disallowRemoteFinalize: false,
  },
  storageGroups: [GROUP_1, 'example-seal-group-2'],
  rollout: DEFAULT_ROLLOUT,
  hosts: [
    host('host-1', [
      worker('worker-1', ['AP', 'PC1', 'PC2', 'C2'], [storage('/mnt/nvme0/seal', [GROUP_1], [GROUP_1])]),
    ]),
    host('host-2', [
      worker(
        'worker-2',
        ['AP', 'PC1'],
        [storage('/mnt/nvme0/seal', [], [GROUP_1]), storage('/mnt/nvme1/seal', [], [])],
      ),
      worker('worker-2b', ['C2'], []),
    ]),
    host('host-3', [worker('worker-3', ['AP', 'PC1'], [storage('/mnt/nvme0/seal', [], [GROUP_1])])]),
    host('host-4', [worker('worker-4', ['AP', 'PC1'], [storage('/mnt/nvme0/seal', [], [GROUP_1])])]),
  ],
};

export const DESIRED: DesiredFarm = desire(FARM, new Secret(CANARY), new Map());

const ABSENT = { state: 'absent' } as const;

function observedWorker(process?: ObservedProcess, entries: readonly string[] = []): ObservedWorker {
  const seen = { exists: true, onRootFileSystem: false, sectorStore: ABSENT, entries };
  return {
    envFile: ABSENT,
    storageJson: ABSENT,
    storage: new Map([['/mnt/nvme0/seal', seen]]),
    ...(process === undefined ? {} : { process }),
  };
}

function running(
  session: string,
  tasks: readonly TaskCode[],
  paths: Readonly<Record<string, string>>,
): ObservedProcess {
  return {
    pid: 1,
    manager: 'process',
    environ: new Map([['MINER_API_INFO', new Secret(CANARY)]]),
    live: {
      reached: true,
      session,
      tasks: new Set([...tasks, 'C1', 'FIN', 'GET']),
      paths: Object.entries(paths).map(([LocalPath, ID]) => ({
        ID,
        LocalPath,
        Weight: 10,
        CanSeal: true,
        CanStore: false,
      })),
    },
  };
}

function reached(
  name: string,
  workers: Readonly<Record<string, ObservedWorker>>,
  intents: Readonly<Record<string, DrainIntent>> = {},
): [string, HostObservation] {
  const manifest = { version: 1, farm: 'example', workers: Object.keys(workers), intents } as const;
  return [name, { reached: true, name, manifest, problems: [], workers: new Map(Object.entries(workers)) }];
}

function indexed(
  ID: string,
  Groups: readonly string[] | null,
  AllowTo: readonly string[] | null,
): StorageInfo {
  return {
    ID,
    URLs: ['http://10.0.0.11:3456/remote'],
    Weight: 10,
    MaxStorage: 0,
    CanSeal: true,
    CanStore: false,
    Groups,
    AllowTo,
    AllowTypes: null,
    DenyTypes: null,
    AllowMiners: null,
    DenyMiners: null,
  };
}

function stats(Hostname: string): WorkerStats {
  const Resources = {
    MemPhysical: 0,
    MemUsed: 0,
    MemSwap: 0,
    MemSwapUsed: 0,
    CPUs: 0,
    GPUs: null,
    Resources: {},
  };
  return {
    Info: { Hostname, IgnoreResources: false, Resources },
    Tasks: [],
    Enabled: true,
    MemUsedMin: 0,
    MemUsedMax: 0,
    GpuUsed: 0,
    CpuUse: 0,
    TaskCounts: null,
  };
}

function workerJob(code: TaskCode, Number: number, Start: string, RunWait = 0): WorkerJob {
  const Sector = { Miner: 1000, Number };
  return {
    ID: { Sector, ID: `${code}-${Number}` },
    Sector,
    Task: task(code).rpc,
    RunWait,
    Start,
    Hostname: '',
  };
}

const MINER: ObservedMiner = {
  reached: true,
  workers: new Map([
    ['session-1', stats('worker-1')],
    ['session-2', stats('worker-2')],
    ['session-9', stats('old-worker')],
  ]),
  jobs: new Map([
    [
      'session-1',
      [
        workerJob('PC1', 3, '2026-03-01T09:19:00Z'),
        workerJob('PC1', 4, '2026-03-01T11:59:56Z', 1),
        workerJob('PC2', 2, '2026-03-01T11:40:00Z'),
        workerJob('AP', 1, '2026-03-01T00:00:00Z', -2),
      ],
    ],
  ]),
  sectors: new Map([
    ['id-1', [2, 3, 4].map((Number) => ({ Miner: 1000, Number, SectorFileType: 7 }))],
    ['id-2', [{ Miner: 1000, Number: 9, SectorFileType: 1 }]],
    ['id-store', [{ Miner: 1000, Number: 1, SectorFileType: 6 }]],
  ]),
  storage: new Map([
    ['id-1', { info: indexed('id-1', [GROUP_1], [GROUP_1]) }],
    ['id-2', { info: indexed('id-2', null, [GROUP_1]) }],
    ['id-store', { info: { ...indexed('id-store', null, null), CanSeal: false, CanStore: true } }],
  ]),
  locks: [],
};

export const OBSERVATION: Observation = {
  hosts: new Map([
    reached('host-1', {
      'worker-1': observedWorker(
        running('session-1', ['AP', 'PC1', 'PC2', 'C2'], { '/mnt/nvme0/seal': 'id-1' }),
      ),
    }),
    reached('host-2', {
      'worker-2': observedWorker(running('session-2', ['AP', 'PC1'], { '/mnt/nvme0/seal/': 'id-2' })),
      'worker-2b': observedWorker({
        pid: 2,
        manager: 'process',
        environ: new Map(),
        live: {
          reached: false,
          diagnostic: {
            code: 'SF407',
            severity: 'error',
            message: 'worker-2b refused the connection',
            place: { kind: 'host', host: 'host-2', worker: 'worker-2b' },
          },
        },
      }),
    }),
    reached(
      'host-3',
      { 'worker-3': observedWorker(undefined, ['sealed/s-t01000-5', 'cache/s-t01000-5']) },
      { 'worker-3': { who: 'alice@laptop', when: '2026-02-28T09:00:00Z', why: 'disk replacement' } },
    ),
    ['host-4', { reached: false, diagnostic: unreached('host-4') }],
  ]),
  miner: MINER,
};
