import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Worker } from '../../src/farm/farm.js';
import type { ForeignStart } from '../../src/observed/observed.js';
import { foreignDifferences, type Differences } from '../../src/plan/foreign-differences.js';
import { CANARY, farmOf, TOKEN } from '../support/farm.js';
import { startedBy, withoutOurs, type ToldWorker } from '../support/foreign.js';
import { changeWorker, inPlace } from '../support/observation.js';

/** What a restart would change of a worker that was told this, where the file says that. */
function differences(
  worker: Partial<Worker>,
  tell: (env: Readonly<Record<string, string>>) => ToldWorker,
): Differences {
  const farm = farmOf(worker);
  const [desired] = desire(farm, TOKEN, new Map()).hosts.flatMap(({ workers }) => workers);
  if (desired === undefined) throw new Error('no worker');
  const seen = changeWorker(inPlace(farm), desired.name, startedBy(tell(withoutOurs(desired.env))));
  const host = seen.hosts.get('host-1');
  const process = host?.reached === true ? host.workers.get(desired.name)?.process : undefined;
  if (process?.told === undefined) throw new Error('it was told nothing');
  return foreignDifferences({ desired, miner: seen.miner, sealProof: 8 }, process, process.told);
}

const fields = ({ now, later }: Differences): unknown => ({
  now: now.map(({ field }) => field),
  later: later.map(({ field }) => field),
});

/** bytes that the worker sees, by the miner's word */
const RAM = 1e12;

const BUILDERS = ['FIL_PROOFS_USE_GPU_COLUMN_BUILDER', 'FIL_PROOFS_USE_GPU_TREE_BUILDER'];

const NONE = { now: [], later: [] };

describe('a worker that was told what the file says', () => {
  it.each<
    [how: string, worker: Partial<Worker>, tell: (env: Readonly<Record<string, string>>) => ToldWorker]
  >([
    ['by the same variables', {}, (env) => ({ env })],
    ['without a variable for the way to the miner', {}, ({ MINER_API_INFO: _, ...env }) => ({ env })],
    ['by the name of its machine', { name: 'seal-1' }, ({ LOTUS_WORKER_NAME: _, ...env }) => ({ env })],
    ['to listen where it reaches the miner from', {}, ({ LOTUS_WORKER_LISTEN: _, ...env }) => ({ env })],
    [
      'to listen on all addresses, and waits for its miner',
      {},
      ({ LOTUS_WORKER_LISTEN: _, ...env }) => ({ env, waits: true }),
    ],
    [
      'with a storage path of its own at its first start',
      {},
      ({ LOTUS_WORKER_NO_LOCAL_STORAGE: _, ...env }) => ({ env }),
    ],
    [
      'beside what its shell hands down',
      {},
      (env) => ({ env: { ...env, SSH_TTY: '/dev/pts/0', LANG: 'C' } }),
    ],
    [
      'by a limit for all sizes',
      { limits: new Map([['PC1', 4]]) },
      ({ PC1_32G_MAX_CONCURRENT: most = '', ...env }) => ({ env: { ...env, PC1_MAX_CONCURRENT: most } }),
    ],
    [
      'in other words for the same time',
      { env: new Map([['LOTUS_WORKER_TIMEOUT', '90s']]) },
      (env) => ({ env: { ...env, LOTUS_WORKER_TIMEOUT: '1m30s' } }),
    ],
    [
      'by the folders that are the usual ones',
      { parameterCache: '/var/tmp/filecoin-proof-parameters', tmpDir: '/tmp' },
      ({ FIL_PROOFS_PARAMETER_CACHE: _, TMPDIR: __, ...env }) => ({ env }),
    ],
    [
      'with the GPUs of a container, which a bare process does not heed',
      { gpus: [0] },
      ({ NVIDIA_VISIBLE_DEVICES: _, ...env }) => ({ env }),
    ],
    ['with less RAM than its limit', { memory: 2 ** 50 }, (env) => ({ env, told: { ram: RAM } })],
    ['on the declared CPUs', { cpus: '0-3,4' }, (env) => ({ env, told: { cpus: '0-4' } })],
  ])('%s', (_, worker, tell) => {
    expect(fields(differences(worker, tell))).toEqual(NONE);
  });
});

describe('a worker that does something else', () => {
  it.each<[field: string, worker: Partial<Worker>, told: ToldWorker | Readonly<Record<string, string>>]>([
    ['listen', {}, { told: { listens: '10.0.0.11:3457' }, args: ['run', '--listen', '0.0.0.0:3457'] }],
    ['listen', {}, { waits: true, args: ['run', '--listen', '0.0.0.0:3457'] }],
    ['noSwap', {}, { args: ['run', '--no-swap'] }],
    ['gpuProving', {}, { args: ['--enable-gpu-proving=false', 'run'] }],
    ['parallelFetchLimit', {}, { LOTUS_WORKER_PARALLEL_FETCH_LIMIT: '9' }],
    ['postParallelReads', {}, { args: ['run', '--post-parallel-reads', '1'] }],
    ['postReadTimeout', {}, { LOTUS_WORKER_POST_READ_TIMEOUT: '5m' }],
    ['timeout', {}, { args: ['run', '--timeout', '1h'] }],
    ['PC1_32G_MAX_CONCURRENT', {}, { PC1_32G_MAX_CONCURRENT: '4' }],
    ['PC1_32G_MAX_CONCURRENT', { limits: new Map([['PC1', 4]]) }, { PC1_32G_MAX_CONCURRENT: 'four' }],
    ['PC2_32G_MIN_MEMORY', {}, { PC2_MIN_MEMORY: '1' }],
    ['FIL_PROOFS_USE_GPU_TREE_BUILDER', {}, { FIL_PROOFS_USE_GPU_TREE_BUILDER: '1' }],
    ['BELLMAN_NO_GPU', {}, { BELLMAN_NO_GPU: '1' }],
    ['CUDA_VISIBLE_DEVICES', { gpus: [0] }, { CUDA_VISIBLE_DEVICES: '1' }],
    [
      'FIL_PROOFS_PARENT_CACHE',
      { parentCache: '/mnt/parents' },
      { FIL_PROOFS_PARENT_CACHE: '/var/tmp/filecoin-parents' },
    ],
    ['GOMAXPROCS', { env: new Map([['GOMAXPROCS', '8']]) }, { GOMAXPROCS: '4' }],
    ['HTTP_PROXY', { env: new Map([['HTTP_PROXY', 'http://proxy']]) }, { HTTP_PROXY: '' }],
    ['cpus', { cpus: '0-15' }, { told: { cpus: '0-31' } }],
    ['cpus', {}, { told: { cpus: '0-31' } }],
    ['memory', { memory: 2 ** 38 }, {}],
    ['memory', { memory: 2 ** 38 }, { told: { ram: RAM } }],
    ['memory', { memory: 2 ** 50 }, { told: { ram: 2 * RAM } }],
  ])('is restarted for %s', (field, worker, told) => {
    expect(fields(differences(worker, (env) => telling(env, told)))).toEqual({ now: [field], later: [] });
  });

  it.each([
    [['C2'] as const, { now: [], later: BUILDERS }],
    [['PC2'] as const, { now: BUILDERS, later: [] }],
    [['C2', 'RU'] as const, { now: BUILDERS, later: [] }],
  ])('waits with how trees are built where its tasks %j build none', (tasks, expected) => {
    const worker = { gpus: [0], tasks };
    const tell = (env: Readonly<Record<string, string>>): ToldWorker => ({
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !BUILDERS.includes(name))),
    });
    expect(fields(differences(worker, tell))).toEqual(expected);
  });

  it.each<[field: string, worker: Partial<Worker>, told: ToldWorker | Readonly<Record<string, string>>]>([
    ['name', {}, { LOTUS_WORKER_NAME: 'another' }],
    ['httpServerTimeout', {}, { args: ['run', '--http-server-timeout', '1m'] }],
    ['TMPDIR', {}, { TMPDIR: '/scratch' }],
    ['RUST_LOG', {}, { RUST_LOG: 'debug' }],
    ['CUDA_DEVICE_ORDER', {}, { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }],
    ['LD_LIBRARY_PATH', {}, { LD_LIBRARY_PATH: '/opt/cuda/lib64' }],
    ['LD_PRELOAD', {}, { LD_PRELOAD: '/usr/lib/libjemalloc.so' }],
    ['GOMAXPROCS', {}, { GOMAXPROCS: '8' }],
    ['RAYON_NUM_THREADS', {}, { RAYON_NUM_THREADS: '8' }],
    ['EC_GPU_NUM_THREADS', {}, { EC_GPU_NUM_THREADS: '8' }],
    ['NEPTUNE_DEFAULT_GPU', {}, { NEPTUNE_DEFAULT_GPU: '1' }],
    ['TRUST_PARAMS', {}, { TRUST_PARAMS: '1' }],
    ['IPFS_GATEWAY', {}, { IPFS_GATEWAY: 'https://proofs.example/ipfs/' }],
    ['numaNodes', { numaNodes: [0] }, {}],
    ['user', { user: 'lotus' }, {}],
  ])('but for %s, which comes with the next restart', (field, worker, told) => {
    expect(fields(differences(worker, (env) => telling(env, told)))).toEqual({ now: [], later: [field] });
  });
});

it.each([
  ['LOTUS_WORKER_PARALLEL_FETCH_LIMIT', 'many'],
  ['LOTUS_WORKER_NO_SWAP', 'perhaps'],
])('a value of %s that Lotus cannot read is shown, and ends no plan', (name, value) => {
  const worker = { env: new Map([[name, value]]) };
  expect(differences(worker, ({ [name]: _, ...env }) => ({ env }))).toEqual({
    now: [],
    later: [{ field: name, after: value }],
  });
});

it('tasks that do not mix are shown, and end no plan', () => {
  const env = new Map([
    ['LOTUS_WORKER_WINDOWPOST', 'true'],
    ['LOTUS_WORKER_WINNINGPOST', 'true'],
  ]);
  const { now, later } = differences({ env }, ({ LOTUS_WORKER_WINDOWPOST: _, ...rest }) => ({
    env: Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'LOTUS_WORKER_WINNINGPOST')),
  }));
  expect(now).toEqual([]);
  expect(later.map(({ field }) => field)).toEqual(expect.arrayContaining([...env.keys()]));
});

function telling(
  env: Readonly<Record<string, string>>,
  told: ToldWorker | Readonly<Record<string, string>>,
): ToldWorker {
  const isTold = 'args' in told || 'told' in told;
  return isTold
    ? { env, ...(told as ToldWorker) }
    : { env: { ...env, ...(told as Readonly<Record<string, string>>) } };
}

it('shows no value that may be secret', () => {
  const env = new Map([['MY_SETTING', CANARY]]);
  const found = differences({ env: new Map([['API_TOKEN', CANARY]]) }, ({ API_TOKEN: _, ...rest }) => ({
    env: { ...rest, ...Object.fromEntries(env), BELLMAN_TOKEN: CANARY, IPFS_GATEWAY: CANARY },
  }));
  expect(found.now.map(({ field }) => field)).toEqual(['API_TOKEN', 'BELLMAN_TOKEN']);
  expect(JSON.stringify(found)).not.toContain(CANARY);
});

/** Settings that both a flag and a variable say, with what each is called. */
const SAYS = [
  ['name', '--name', 'LOTUS_WORKER_NAME', fc.constantFrom('worker-1', 'b')],
  ['swap', '--no-swap', 'LOTUS_WORKER_NO_SWAP', fc.constantFrom('true', 'false')],
  [
    'fetch',
    '--parallel-fetch-limit',
    'LOTUS_WORKER_PARALLEL_FETCH_LIMIT',
    fc.integer({ min: 1, max: 9 }).map(String),
  ],
  [
    'reads',
    '--post-parallel-reads',
    'LOTUS_WORKER_POST_PARALLEL_READS',
    fc.integer({ min: 1, max: 64 }).map(String),
  ],
  ['timeout', '--timeout', 'LOTUS_WORKER_TIMEOUT', fc.constantFrom('30m', '1h')],
] as const;

type How = 'flag' | 'variable' | 'both';

it('is the same whether flags, variables or both told it', () => {
  const settings = fc.tuple(
    ...SAYS.map(([, , , value]) => fc.tuple(value, fc.constantFrom<How>('flag', 'variable', 'both'))),
  );
  fc.assert(
    fc.property(settings, (chosen) => {
      const byVariables = Object.fromEntries(
        SAYS.map(([, , variable], at) => [variable, chosen[at]?.[0] ?? '']),
      );
      const flags = SAYS.flatMap(([, flag], at) =>
        chosen[at]?.[1] === 'variable' ? [] : [`${flag}=${chosen[at]?.[0] ?? ''}`],
      );
      const variables = Object.fromEntries(
        SAYS.flatMap(([, , variable, value], at) => {
          const how = chosen[at]?.[1];
          if (how === 'flag') return [];
          // What the flag outranks may be anything that Lotus can read.
          return [
            [
              variable,
              how === 'both'
                ? (fc.sample(value, { numRuns: 1, seed: at })[0] ?? '')
                : (chosen[at]?.[0] ?? ''),
            ],
          ];
        }),
      );
      const without = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
        Object.fromEntries(Object.entries(env).filter(([name]) => !Object.hasOwn(byVariables, name)));
      const one = differences({}, (env) => ({ env: { ...env, ...byVariables } }));
      const other = differences({}, (env) => ({
        args: ['run', ...flags],
        env: { ...without(env), ...variables },
      }));
      expect(other).toEqual(one);
    }),
  );
});

it('says the memory that Lotus counts', () => {
  const told: Partial<ForeignStart> = { user: 'root' };
  expect(differences({ memory: 2 ** 38 }, (env) => ({ env, told })).now).toEqual([
    { field: 'memory', before: '1000000000000', after: String(2 ** 38) },
  ]);
  expect(differences({ memory: 1e12 }, (env) => ({ env, told })).now).toEqual([]);
});
