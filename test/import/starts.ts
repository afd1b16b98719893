import fc from 'fast-check';
import type { AskedHost } from '../../src/import/imported.js';
import { writeStorageJson } from '../../src/lotus/storage-json.js';
import { aFile, aFoundHost, asked, type StartedWorker } from '../support/found-host.js';
import { openPaths, pathOf, pathsOf, place, type DrawnStorage } from './drawn-storage.js';

/** Told by a flag, by its variable, by both with the flag winning, or not at all. */
type Way = 'flag' | 'variable' | 'both' | 'none';

export interface Choice extends DrawnStorage {
  readonly tasks: readonly (readonly [name: string, way: Way, value: boolean])[];
  readonly noDefault: Way;
  readonly post: boolean;
  readonly settings: readonly (readonly [
    flag: string,
    variable: string,
    value: string,
    other: string,
    way: Way,
  ])[];
  readonly resources: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: Readonly<Record<string, string>>;
  /** Variables that Lotus or its proofs take as something that the file says in other words. */
  readonly spelled: Readonly<Record<string, string>>;
  readonly cpus: string;
  readonly user: string;
  readonly exe: string;
  readonly nodes: string;
  /** bytes; undefined for no limit */
  readonly memory: number | undefined;
  readonly onRoot: boolean;
  readonly named: boolean;
  readonly ownRepo: boolean;
}

const way = fc.constantFrom<Way>('flag', 'variable', 'both', 'none');
const SEALING = [
  'addpiece',
  'precommit1',
  'precommit2',
  'commit',
  'unseal',
  'replica-update',
  'prove-replica-update2',
  'regen-sector-key',
  'sector-download',
];

const setting = (flag: string, variable: string, values: readonly [string, string]) =>
  fc.tuple(fc.constant(flag), fc.constant(variable), fc.constant(values[0]), fc.constant(values[1]), way);

const ON_GPU = { FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1', FIL_PROOFS_USE_GPU_TREE_BUILDER: '1' };

/** One of these texts, or no such variable. */
const variants = (name: string, texts: readonly string[]): fc.Arbitrary<Readonly<Record<string, string>>> =>
  fc
    .option(fc.constantFrom(...texts), { nil: undefined })
    .map((text) => (text === undefined ? {} : { [name]: text }));

const choice: fc.Arbitrary<Choice> = fc.record({
  tasks: fc
    .array(fc.tuple(fc.constantFrom(...SEALING), way, fc.boolean()), { maxLength: 6 })
    .map((all) => [...new Map(all.map((one) => [one[0], one] as const)).values()]),
  noDefault: way,
  post: fc.boolean(),
  settings: fc.tuple(
    setting('no-swap', 'LOTUS_WORKER_NO_SWAP', ['true', 'false']),
    setting('parallel-fetch-limit', 'LOTUS_WORKER_PARALLEL_FETCH_LIMIT', ['7', '3']),
    setting('post-parallel-reads', 'LOTUS_WORKER_POST_PARALLEL_READS', ['64', '8']),
    setting('post-read-timeout', 'LOTUS_WORKER_POST_READ_TIMEOUT', ['10s', '1m']),
    setting('timeout', 'LOTUS_WORKER_TIMEOUT', ['1h', '5m']),
    setting('no-local-storage', 'LOTUS_WORKER_NO_LOCAL_STORAGE', ['true', 'false']),
  ),
  resources: fc
    .array(
      fc.tuple(
        fc.constantFrom('PC1', 'PC2', 'C2', 'GET', 'DC', 'AP'),
        fc.constantFrom('_32G', '_64G', ''),
        fc.constantFrom(
          ...['MAX_CONCURRENT', 'MAX_PARALLELISM', 'MAX_PARALLELISM_GPU'].map(
            (field) => [field, ['0', '1', '14', 'many']] as const,
          ),
          ...['MIN_MEMORY', 'MAX_MEMORY', 'BASE_MIN_MEMORY'].map(
            (field) => [field, ['0', '64424509440', '1073741825', '1 GiB']] as const,
          ),
          ['GPU_UTILIZATION', ['0', '0.5', '2', 'all']] as const,
        ),
        fc.nat(3),
      ),
      { maxLength: 5 },
    )
    .map((all) =>
      Object.fromEntries(
        all.map(([code, size, [field, values], at]) => [
          `${code}${code === 'DC' ? '' : size}_${field}`,
          values[at] ?? '',
        ]),
      ),
    ),
  env: fc
    .dictionary(
      fc.constantFrom(
        'RUST_LOG',
        'GOLOG_LOG_LEVEL',
        'FIL_PROOFS_MAXIMIZE_CACHING',
        'BELLMAN_CUSTOM_GPU',
        'RUST_NOTE',
        'FIL_PROOFS_PARENT_CACHE',
        'TMPDIR',
        'LOTUS_MINER_PATH',
      ),
      fc.constantFrom('/a/b', '/fast tmp'),
      { maxKeys: 5 },
    )
    .chain((paths) =>
      fc
        .dictionary(
          fc.constantFrom('RUST_BACKTRACE', 'GOLOG_X1', 'LOTUS_TEXT'),
          fc.constantFrom('1', 'true', '007', '1e3', '', 'two\nlines', 'a: b # c', ' x '),
          { maxKeys: 3 },
        )
        .map((texts) => ({ ...texts, ...paths })),
    ),
  gpus: fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    { FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1', FIL_PROOFS_USE_GPU_TREE_BUILDER: '1' },
    { FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1' },
    {
      CUDA_VISIBLE_DEVICES: '0,GPU-8f',
      FIL_PROOFS_USE_GPU_COLUMN_BUILDER: '1',
      FIL_PROOFS_USE_GPU_TREE_BUILDER: '1',
    },
    { BELLMAN_NO_GPU: '1' },
    { LOTUS_WORKER_ENABLE_GPU_PROVING: 'false' },
    { CUDA_VISIBLE_DEVICES: '-1', BELLMAN_NO_GPU: '1', LOTUS_WORKER_ENABLE_GPU_PROVING: 'false' },
    { FIL_PROOFS_USE_MULTICORE_SDR: '1' },
    { FIL_PROOFS_USE_MULTICORE_SDR: '1', FIL_PROOFS_MULTICORE_SDR_PRODUCERS: '5' },
  ),
  spelled: fc
    .tuple(
      variants('FIL_PROOFS_PARAMETER_CACHE', ['/fast/params/', '//fast//params', './params', '../p', '']),
      variants('FIL_PROOFS_PARENT_CACHE', ['/fast/parents/', 'parents', '']),
      variants('TMPDIR', ['/scratch/', 'tmp', '']),
      variants('FIL_PROOFS_USE_MULTICORE_SDR', ['0', '', 'false', 'true', 'yes', '1']),
      variants('FIL_PROOFS_MULTICORE_SDR_PRODUCERS', ['03', '3', '7', 'many', '0']),
      variants('PC1_32G_MAX_CONCURRENT', ['-1', '0', '2000000', 'two']),
      variants('PC2_MAX_PARALLELISM', ['100000', '-1', '-7']),
      variants('C2_32G_GPU_UTILIZATION', ['1e9', '1.50']),
      variants('LOTUS_WORKER_PARALLEL_FETCH_LIMIT', ['0', '-3', '2000000', '05']),
      fc.option(fc.constantFrom('0, 1', '0,', '', ' 1 ,-1,2', 'a b', 'GPU-8f,GPU-8f'), { nil: undefined }),
    )
    .map(([...all]) => {
      const cuda = all.pop() as string | undefined;
      const others = Object.assign({}, ...(all as Record<string, string>[])) as Record<string, string>;
      return cuda === undefined ? others : { ...others, ...ON_GPU, CUDA_VISIBLE_DEVICES: cuda };
    }),
  cpus: fc.constantFrom('0-63', '0-31', '0,2'),
  user: fc.constantFrom('root', 'lotus'),
  storage: fc.array(place, { maxLength: 2 }),
  answers: fc.boolean(),
  exe: fc.constantFrom('/usr/local/bin/lotus-worker', '/opt/lotus 1/lotus-worker-1.36'),
  nodes: fc.constantFrom('0-1', '1'),
  memory: fc.constantFrom(undefined, 512 * 2 ** 30, 12_345_678_901),
  onRoot: fc.boolean(),
  named: fc.boolean(),
  ownRepo: fc.boolean(),
});

function told(
  flag: string,
  variable: string,
  value: string,
  other: string,
  by: Way,
): { args: string[]; env: Record<string, string> } {
  const args = by === 'flag' || by === 'both' ? [`--${flag}=${value}`] : [];
  const text = by === 'both' ? other : value;
  return { args, env: by === 'variable' || by === 'both' ? { [variable]: text } : {} };
}

function variableOf(name: string): string {
  return `LOTUS_WORKER_${name.replaceAll('-', '_').toUpperCase()}`;
}

export function started(chosen: Choice, host: number, index: number): StartedWorker {
  const tasks = chosen.post
    ? [told('windowpost', 'LOTUS_WORKER_WINDOWPOST', 'true', 'false', 'both')]
    : chosen.tasks.map(([name, by, on]) => told(name, variableOf(name), String(on), String(!on), by));
  const all = [
    ...tasks,
    told('no-default', 'LOTUS_WORKER_NO_DEFAULT', 'true', 'false', chosen.noDefault),
    ...chosen.settings.map((one) => told(...one)),
  ];
  const name = chosen.named || index > 0 ? ['--name', `w-${host}-${index}`] : [];
  const repo = chosen.ownRepo || index > 0 ? `/var/lib/lotus/${host}-${index}` : '/root/.lotusworker';
  return {
    args: [`--worker-repo=${repo}`, 'run', ...name, ...all.flatMap(({ args }) => args)],
    env: Object.assign({}, chosen.env, chosen.gpus, chosen.resources, ...all.map(({ env }) => env)) as Record<
      string,
      string
    >,
    repo,
    api: `/ip4/10.0.1.${host}/tcp/${3456 + index}/http`,
    user: chosen.user,
    cpus: chosen.cpus,
    storageJson: aFile(writeStorageJson(undefined, pathsOf(chosen, index, 'listed'))),
    storage: Object.fromEntries(
      chosen.storage.map(({ known: _, indexed: __, ...inFile }, at) => [
        pathOf(index, at),
        { ...inFile, onRootFileSystem: chosen.onRoot },
      ]),
    ),
    more: {
      exe: chosen.exe,
      nodes: chosen.nodes,
      ...(chosen.memory === undefined ? {} : { memory: chosen.memory }),
      ...(chosen.answers ? { paths: openPaths(chosen, host, index) } : {}),
    },
  };
}

/** Workers of a few hosts, whoever started them. */
export const hosts = fc.array(fc.array(choice, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 3,
});

/** `seal-1`, `seal-2` and so on. */
export function askedHosts(workers: readonly (readonly StartedWorker[])[]): readonly AskedHost[] {
  return workers.map((one, at) =>
    asked(
      `seal-${at + 1}`,
      aFoundHost(one, { hostname: `seal-${at + 1}`, bootId: String(at), nodes: '0-1' }),
    ),
  );
}
