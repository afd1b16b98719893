import { describe, expect, it } from 'vitest';
import { NAMES_VARIABLE, TASK_VARIABLES, workerEnv } from '../../src/desired/worker-env.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import type { TaskResources } from '../../src/lotus/api.js';
import { DECLARABLE_TASKS, type TaskCode } from '../../src/lotus/task.js';
import { reveal, Secret } from '../../src/secret/secret.js';
import { aFarm, aWorker, CANARY, TOKEN } from '../support/farm.js';

function env(worker: Partial<Worker> = {}, farm: Partial<Farm> = {}): Readonly<Record<string, string>> {
  const declared = aWorker(worker);
  const entries = workerEnv(aFarm(farm), declared, TOKEN, declared.tasks);
  return Object.fromEntries(entries.map(({ name, value }) => [name, reveal(value)]));
}

/** What a setting adds to the environment; undefined: a variable it takes away. */
function added(
  worker: Partial<Worker>,
  farm: Partial<Farm> = {},
): Readonly<Record<string, string | undefined>> {
  const [before, after] = [env(), env(worker, farm)];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) => name !== NAMES_VARIABLE && before[name] !== after[name]);
  return Object.fromEntries(differing.map((name) => [name, after[name]]));
}

describe("a worker's environment", () => {
  it('is, with nothing special said', () => {
    expect(env()).toEqual({
      LOTUS_WORKER_ADDPIECE: 'true',
      LOTUS_WORKER_COMMIT: 'true',
      LOTUS_WORKER_LISTEN: '10.0.0.11:3456',
      LOTUS_WORKER_NAME: 'worker-1',
      LOTUS_WORKER_NO_DEFAULT: 'true',
      LOTUS_WORKER_NO_LOCAL_STORAGE: 'true',
      LOTUS_WORKER_PATH: '/var/lib/lotus/worker-1',
      LOTUS_WORKER_PRECOMMIT1: 'true',
      LOTUS_WORKER_PRECOMMIT2: 'true',
      MINER_API_INFO: `${CANARY}:/ip4/10.0.0.10/tcp/2345/http`,
      SEALFARM_BINARY: '/usr/local/bin/lotus-worker',
      SEALFARM_VARIABLES:
        'LOTUS_WORKER_LISTEN,LOTUS_WORKER_NAME,LOTUS_WORKER_NO_LOCAL_STORAGE,LOTUS_WORKER_PATH,MINER_API_INFO,SEALFARM_BINARY,TMPDIR',
      TMPDIR: '/var/lib/sealfarm/tmp/worker-1',
    });
  });

  it('has the markets node as well, where there is one', () => {
    const miner = { ...aFarm().miner, marketsApi: '/ip4/10.0.0.9/tcp/2346/http' };
    expect(added({}, { miner })).toEqual({ MARKETS_API_INFO: `${CANARY}:/ip4/10.0.0.9/tcp/2346/http` });
  });

  it.each<[what: string, worker: Partial<Worker>, variables: Readonly<Record<string, string | undefined>>]>([
    ['binary', { binary: '/opt/lw' }, { SEALFARM_BINARY: '/opt/lw' }],
    ['repo', { repo: '/srv/w' }, { LOTUS_WORKER_PATH: '/srv/w' }],
    ['listen', { listen: { host: 'fd00::1', port: 4000 } }, { LOTUS_WORKER_LISTEN: '[fd00::1]:4000' }],
    [
      'limits',
      {
        limits: new Map([
          ['PC1', 4],
          ['DC', 2],
        ]),
      },
      { PC1_32G_MAX_CONCURRENT: '4', DC_MAX_CONCURRENT: '2' },
    ],
    ['a limit on PR2', { limits: new Map([['PR2', 1]]) }, { PR2_32G_MAX_CONCURRENT: '1' }],
    ['cpus', { cpus: '0-15,64' }, { SEALFARM_CPUS: '0-15,64' }],
    ['numaNodes', { numaNodes: [0, 2] }, { SEALFARM_NUMA_NODES: '0,2' }],
    ['memory', { memory: 512 * 2 ** 30 }, { SEALFARM_MEMORY: '549755813888' }],
    ['user', { user: 'lotus' }, { SEALFARM_USER: 'lotus' }],
    ['tmpDir', { tmpDir: '/fast/tmp' }, { TMPDIR: '/fast/tmp' }],
    [
      'resources',
      {
        resources: new Map<TaskCode, Partial<TaskResources>>([
          ['PC1', { MinMemory: 60 * 2 ** 30, MaxMemory: 0, BaseMinMemory: 1 }],
          ['PR2', { GPUUtilization: 0.5, MaxParallelism: -1, MaxParallelismGPU: 8 }],
          ['DC', { MaxParallelism: 2 }],
          ['GET', {}],
        ]),
      },
      {
        PC1_32G_MIN_MEMORY: '64424509440',
        PC1_32G_MAX_MEMORY: '0',
        PC1_32G_BASE_MIN_MEMORY: '1',
        PR2_32G_GPU_UTILIZATION: '0.5',
        PR2_32G_MAX_PARALLELISM: '-1',
        PR2_32G_MAX_PARALLELISM_GPU: '8',
        DC_MAX_PARALLELISM: '2',
      },
    ],
    ['parameterCache', { parameterCache: '/fast/params' }, { FIL_PROOFS_PARAMETER_CACHE: '/fast/params' }],
    ['parentCache', { parentCache: '/fast/parents' }, { FIL_PROOFS_PARENT_CACHE: '/fast/parents' }],
    [
      'multicoreSdr',
      { multicoreSdr: { producers: 3 } },
      { FIL_PROOFS_USE_MULTICORE_SDR: '1', FIL_PROOFS_MULTICORE_SDR_PRODUCERS: '3' },
    ],
    [
      'all GPUs',
      { gpus: 'all' },
      { FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1', FIL_PROOFS_USE_GPU_TREE_BUILDER: '1' },
    ],
    [
      'no GPU',
      { gpus: 'none' },
      {
        BELLMAN_NO_GPU: '1',
        LOTUS_WORKER_ENABLE_GPU_PROVING: 'false',
        CUDA_VISIBLE_DEVICES: '-1',
        NVIDIA_VISIBLE_DEVICES: 'none',
      },
    ],
    [
      'some GPUs',
      { gpus: [0, 'GPU-4f0e'] },
      {
        FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1',
        FIL_PROOFS_USE_GPU_TREE_BUILDER: '1',
        CUDA_VISIBLE_DEVICES: '0,GPU-4f0e',
        NVIDIA_VISIBLE_DEVICES: '0,GPU-4f0e',
      },
    ],
    ['noSwap', { noSwap: true }, { LOTUS_WORKER_NO_SWAP: 'true' }],
    ['parallelFetchLimit', { parallelFetchLimit: 9 }, { LOTUS_WORKER_PARALLEL_FETCH_LIMIT: '9' }],
    ['env', { env: new Map([['RUST_LOG', 'info']]) }, { RUST_LOG: 'info' }],
    // What sealfarm must have its own way is not left to `env`.
    ['env against a key', { env: new Map([['LOTUS_WORKER_NO_LOCAL_STORAGE', 'false']]) }, {}],
  ])('of %s', (_, worker, variables) => {
    expect(added(worker)).toEqual(variables);
  });

  it.each([
    ['64GiB', 'PC1_64G_MAX_CONCURRENT'],
    ['2KiB', 'PC1_2K_MAX_CONCURRENT'],
  ] as const)('limits tasks for sectors of %s', (sectorSize, name) => {
    expect(added({ limits: new Map([['PC1', 4]]) }, { sectorSize })).toEqual({ [name]: '4' });
  });

  it.each([
    ['64GiB', 'PC1_64G_MIN_MEMORY'],
    ['512MiB', 'PC1_512M_MIN_MEMORY'],
  ] as const)('says what tasks count for with sectors of %s', (sectorSize, name) => {
    const resources = new Map([['PC1' as const, { MinMemory: 7 }]]);
    expect(added({ resources }, { sectorSize })).toEqual({ [name]: '7' });
  });

  it('is sorted by name', () => {
    const names = workerEnv(aFarm(), aWorker({ env: new Map([['A', '1']]) }), TOKEN, []).map(
      ({ name }) => name,
    );
    expect(names).toEqual([...names].sort());
  });
});

describe('the tasks in the environment', () => {
  const only = (names: readonly string[]): object =>
    Object.fromEntries(['LOTUS_WORKER_NO_DEFAULT', ...names].map((name) => [name, 'true']));
  const sealing = DECLARABLE_TASKS.flatMap(({ kind, variable }) =>
    kind === 'sealing' && variable !== undefined ? [variable] : [],
  );
  const except = (names: readonly string[]): object =>
    Object.fromEntries(sealing.map((name) => [name, String(names.includes(name))]));

  it.each<[tasks: readonly TaskCode[], variables: object]>([
    [[], only([])],
    [['AP', 'PC1'], only(['LOTUS_WORKER_ADDPIECE', 'LOTUS_WORKER_PRECOMMIT1'])],
    [['PR2', 'GSK'], only(['LOTUS_WORKER_PROVE_REPLICA_UPDATE2', 'LOTUS_WORKER_REGEN_SECTOR_KEY'])],
    [['DL'], only(['LOTUS_WORKER_SECTOR_DOWNLOAD'])],
    // A post worker must not even name a sealing task.
    [['WDP'], only(['LOTUS_WORKER_WINDOWPOST'])],
    [['WNP'], only(['LOTUS_WORKER_WINNINGPOST'])],
    // DataCid only comes with the defaults, so there every task is named.
    [['AP', 'DC'], except(['LOTUS_WORKER_ADDPIECE'])],
    [['AP', 'DC', 'C2'], except(['LOTUS_WORKER_ADDPIECE', 'LOTUS_WORKER_COMMIT'])],
  ])('%j', (tasks, variables) => {
    const chosen = Object.entries(env({ tasks })).filter(([name]) => TASK_VARIABLES.has(name));
    expect(Object.fromEntries(chosen)).toEqual(variables);
  });
});

describe('SEALFARM_VARIABLES', () => {
  it('names every variable of the file but itself and those that choose tasks', () => {
    const set = env({
      env: new Map([['RUST_LOG', 'x']]),
      limits: new Map([['PC1', 1]]),
      resources: new Map([['PC1', { MinMemory: 1 }]]),
      cpus: '0',
      tasks: ['AP', 'DC'],
    });
    const named = set[NAMES_VARIABLE]?.split(',') ?? [];
    expect(named).toEqual([...named].sort());
    expect([...named, ...TASK_VARIABLES, NAMES_VARIABLE].sort()).toEqual(
      [...new Set([...Object.keys(set), ...TASK_VARIABLES])].sort(),
    );
  });

  it('is the same whatever the tasks, which are switched without a restart', () => {
    const names = [[], ['AP'], ['AP', 'DC'], ['WDP']].map(
      (tasks) => env({ tasks: tasks as TaskCode[] })[NAMES_VARIABLE],
    );
    expect(new Set(names).size).toBe(1);
  });
});

describe('the token', () => {
  it('is in MINER_API_INFO only, and there as a secret', () => {
    const entries = workerEnv(aFarm(), aWorker(), TOKEN, ['AP']);
    expect(entries.filter(({ value }) => value instanceof Secret).map(({ name }) => name)).toEqual([
      'MINER_API_INFO',
    ]);
    expect(entries.filter(({ value }) => reveal(value).includes(CANARY)).map(({ name }) => name)).toEqual([
      'MINER_API_INFO',
    ]);
    expect(JSON.stringify(entries)).not.toContain(CANARY);
  });
});
