import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { DesiredWorker } from '../../src/desired/desired.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { importFarm } from '../../src/import/import-farm.js';
import type { AskedHost } from '../../src/import/imported.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';
import { FILE_TYPE_NAMES } from '../../src/lotus/file-type.js';
import { resourcesFromEnvironment } from '../../src/lotus/resource-env.js';
import { sealProofKey } from '../../src/lotus/resources.js';
import { LIMITABLE_TASKS } from '../../src/lotus/sector-size.js';
import { settingChanges, settingsFrom, type SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import { task } from '../../src/lotus/task.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import { reveal } from '../../src/secret/secret.js';
import { TOKEN } from '../support/farm.js';
import { ABOUT, aFoundHost, asked, type StartedWorker } from '../support/found-host.js';

/** Told by a flag, by its variable, by both with the flag winning, or not at all. */
type Way = 'flag' | 'variable' | 'both' | 'none';

interface Choice {
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
  readonly cpus: string;
  readonly user: string;
  readonly storage: readonly SectorStoreSettings[];
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

const groups = fc.uniqueArray(fc.constantFrom('g-1', 'g-2', 'g 3'), { maxLength: 2 });
const types = fc.uniqueArray(fc.constantFrom(...FILE_TYPE_NAMES), { maxLength: 2 });
const miners = fc.uniqueArray(fc.constantFrom('t01000', 'f02'), { maxLength: 2 });

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
        'NOTE',
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
          fc.constantFrom('RUST_BACKTRACE', 'X1', 'TEXT'),
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
  cpus: fc.constantFrom('0-63', '0-31', '0,2'),
  user: fc.constantFrom('root', 'lotus'),
  storage: fc.array(
    fc.record({
      Weight: fc.nat(20),
      CanSeal: fc.boolean(),
      CanStore: fc.boolean(),
      MaxStorage: fc.constantFrom(0, 900e9, 1.5 * 2 ** 40, 12_345_678_901),
      Groups: groups,
      AllowTo: groups,
      AllowTypes: types,
      DenyTypes: types,
      AllowMiners: miners,
      DenyMiners: miners,
    }),
    { maxLength: 2 },
  ),
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

function started(chosen: Choice, host: number, index: number): StartedWorker {
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
    storage: Object.fromEntries(
      chosen.storage.map((settings, at) => [
        `/mnt/${index}/${at}`,
        { ...settings, onRootFileSystem: chosen.onRoot },
      ]),
    ),
  };
}

const hosts = fc.array(fc.array(choice, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });

/** Variables that say something in other words, or nothing, in the rendered environment. */
const SAID_OTHERWISE =
  /^(?:LOTUS_WORKER_|SEALFARM_|MINER_API_INFO|HOME$|LOTUS_MINER_PATH$)|_(?:MAX_CONCURRENT|MEMORY|GPU_UTILIZATION|MAX_PARALLELISM(?:_GPU)?)$/;
/** Of GPUs and of SDR `gpus` and `multicoreSdr` say all at once. */
const IMPLIED = ['NVIDIA_VISIBLE_DEVICES', 'FIL_PROOFS_MULTICORE_SDR_PRODUCERS', 'TMPDIR'];

function rowsOf(env: Readonly<Record<string, string>>): unknown {
  const table = resourcesFromEnvironment(env);
  return LIMITABLE_TASKS.map((code) => table[task(code).rpc]?.[sealProofKey('32GiB')]);
}

function othersOf(env: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !SAID_OTHERWISE.test(name) && !IMPLIED.includes(name)),
  );
}

function compare(worker: StartedWorker, host: number, index: number, rendered: DesiredWorker): void {
  const env = Object.fromEntries(rendered.env.map(({ name, value }) => [name, reveal(value)]));
  const process = { ...worker.env };
  const run = readWorkerRun(worker.args ?? [], process);
  expect(readWorkerRun(['run'], env)).toEqual({
    ...run,
    name: run.name ?? `seal-${host}`,
    listen: `10.0.1.${host}:${3456 + index}`,
    // It plays no part once the repo is there.
    noLocalStorage: true,
  });
  expect(rowsOf(env)).toEqual(rowsOf(process));
  expect(othersOf(env)).toEqual(othersOf(process));
  expect(env['TMPDIR']).toBe(process['TMPDIR'] ?? '/tmp');
  expect(env['MINER_API_INFO']).toBe(`${TOKEN.reveal()}:${ABOUT.miner.api ?? ''}`);
  expect(env['SEALFARM_CPUS']).toBe(worker.cpus === '0-63' ? undefined : worker.cpus);
  expect(rendered.user ?? 'root').toBe(worker.user);
  const found = Object.entries(worker.storage ?? {});
  expect(rendered.storage.map(({ path }) => path)).toEqual(found.map(([path]) => path));
  for (const [at, [, place]] of found.entries()) {
    const wanted = rendered.storage[at];
    expect(settingChanges(settingsFrom(place), wanted?.settings ?? settingsFrom({}))).toEqual([]);
    expect(wanted?.mount).toBe(place.onRootFileSystem === true ? 'any' : 'required');
  }
}

describe('what is imported', () => {
  it('is rendered as it was found', () => {
    fc.assert(
      fc.property(hosts, (chosen) => {
        const workers = chosen.map((one, host) =>
          one.map((worker, index) => started(worker, host + 1, index)),
        );
        const farm: AskedHost[] = workers.map((one, at) =>
          asked(`seal-${at + 1}`, aFoundHost(one, { hostname: `seal-${at + 1}`, bootId: String(at) })),
        );
        const imported = importFarm(farm, ABOUT);
        const text = farmText(lift(imported.farm), imported.comments);
        const read = readFarm(text, 'sealfarm.yaml');
        expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        if (read.farm === undefined) throw new Error(text);
        const rendered = desire(read.farm, TOKEN, new Map());
        for (const [at, one] of workers.entries()) {
          for (const [index, worker] of one.entries()) {
            const wanted = rendered.hosts[at]?.workers[index];
            if (wanted === undefined) throw new Error(text);
            compare(worker, at + 1, index, wanted);
          }
        }
      }),
      { numRuns: 500 },
    );
  }, 300_000);
});
