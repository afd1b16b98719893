import { listenText } from '../desired/worker-env.js';
import { isCount } from '../lotus/sensible.js';
import type { TaskCode } from '../lotus/task.js';
import { readWorkerRun, type WorkerRun } from '../lotus/worker-run.js';
import { sameCpus } from '../observed/cpus.js';
import { lotusName } from '../observed/declared-names.js';
import { areOnePort } from '../observed/listening.js';
import { liveOf } from '../observed/live.js';
import type { ForeignStart, ObservedProcess } from '../observed/observed.js';
import { registeredAs } from '../observed/registered.js';
import { environmentOf } from '../observed/unmanaged.js';
import { reveal, Secret } from '../secret/secret.js';
import { resourceDifferences, variableDifferences, type Difference } from './foreign-environment.js';
import type { FieldChange } from './plan.js';
import { replacedProgram } from './program-rules.js';
import { hidesAllGpus, type Environment } from './variable-meaning.js';
import type { WorkerContext } from './worker-context.js';

/** What is looked at. */
type Looked = Pick<WorkerContext, 'desired' | 'miner' | 'sealProof'>;

/** What a restart of a worker that somebody else started would change. */
export interface Differences {
  /** Lotus would do something else: a reason to restart it. */
  readonly now: readonly FieldChange[];
  /** Lotus would do the same: that comes with the next restart. */
  readonly later: readonly FieldChange[];
}

/** By what Lotus makes of all that it was told, and not by how it was told. */
export function foreignDifferences(
  context: Looked,
  process: ObservedProcess,
  told: ForeignStart,
): Differences {
  const { desired, sealProof } = context;
  const entries = desired.env.map(({ name, value }) => [name, reveal(value)] as const);
  const wanted: Environment = Object.fromEntries(entries);
  const current = environmentOf(told.environ);
  const open = new Set(desired.env.flatMap(({ name, value }) => (typeof value === 'string' ? [name] : [])));
  const found = [
    ...runDifferences(context, told, wanted, open),
    ...resourceDifferences(wanted, current, sealProof),
    ...variableDifferences(wanted, current, open, told.cwd).map((one) => withoutTrees(one, told, wanted)),
    ...machineDifferences(context, told, wanted),
    ...wayDifferences(context, process, wanted, current),
    ...replacedProgram(process).map((change) => ({ ...change, waits: true })),
  ];
  const those = (waits: boolean): readonly FieldChange[] =>
    found.filter((one) => one.waits === waits).map(({ waits: _, ...change }) => change);
  return { now: those(false), later: those(true) };
}

const NOW = ['noSwap', 'gpuProving', 'parallelFetchLimit', 'postParallelReads'] as const;
const DURATIONS = ['postReadTimeout', 'timeout', 'httpServerTimeout'] as const;

function runDifferences(
  { desired }: Looked,
  told: ForeignStart,
  env: Environment,
  open: ReadonlySet<string>,
): readonly Difference[] {
  const wanted = runOf(env);
  if (wanted === undefined) return unreadable(env, environmentOf(told.environ), open);
  const { run, listens } = told;
  const listen = listenText(desired);
  // Before it has reached the miner it says not yet under which of all addresses.
  const mayBeThere = listens === undefined && areOnePort(run.listen, listen);
  const isThere = run.listen === listen || listens === listen || mayBeThere;
  return [
    ...differing('name', lotusName(told), desired.name, true),
    ...(isThere ? [] : differing('listen', listens ?? run.listen, listen)),
    ...NOW.flatMap((field) => {
      const waits = isBeyondWords(field, told, env);
      return differing(field, String(run[field]), String(wanted[field]), waits);
    }),
    ...DURATIONS.filter((field) => seconds(run[field]) !== seconds(wanted[field])).flatMap((field) =>
      // There is no variable for it, so that no file can say it.
      differing(field, run[field], wanted[field], field === 'httpServerTimeout'),
    ),
  ];
}

/** No word of the file would take the difference away, or nothing is done otherwise by it. */
function isBeyondWords(
  field: (typeof NOW)[number],
  { run, environ }: ForeignStart,
  wanted: Environment,
): boolean {
  if (field === 'parallelFetchLimit')
    return !isCount(run.parallelFetchLimit) && wanted['LOTUS_WORKER_PARALLEL_FETCH_LIMIT'] === undefined;
  return field === 'gpuProving' && hidesAllGpus(wanted) && hidesAllGpus(environmentOf(environ));
}

/** Tasks that build trees, on the GPU where these variables say so. Lotus: rust-fil-proofs */
const BUILDING: readonly TaskCode[] = ['PC2', 'RU', 'GSK'];
const BUILDERS: readonly string[] = ['FIL_PROOFS_USE_GPU_COLUMN_BUILDER', 'FIL_PROOFS_USE_GPU_TREE_BUILDER'];

/** A worker that builds no trees, now and as the file has it, does not look at what they are built by. */
function withoutTrees(one: Difference, { run }: ForeignStart, wanted: Environment): Difference {
  if (!BUILDERS.includes(one.field)) return one;
  const tasks = [...run.tasks, ...(runOf(wanted)?.tasks ?? BUILDING)];
  return BUILDING.some((code) => tasks.includes(code)) ? one : { ...one, waits: true };
}

/** Undefined where Lotus would not start so. */
function runOf(env: Environment): WorkerRun | undefined {
  try {
    return readWorkerRun(['run'], env);
  } catch {
    return undefined;
  }
}

/** What it would do cannot be told, so that no restart is asked for: the variables of Lotus are shown as they would be. */
function unreadable(
  wanted: Environment,
  current: Environment,
  open: ReadonlySet<string>,
): readonly Difference[] {
  const names = Object.keys(wanted).filter((name) => name.startsWith('LOTUS_WORKER_'));
  const odd = names.filter((name) => runOf({ [name]: wanted[name] ?? '' }) === undefined);
  return (odd.length > 0 ? odd : names).flatMap((name) => {
    const [before, after] = [current[name], wanted[name]].map((text) =>
      text === undefined || open.has(name) ? text : new Secret(text),
    );
    if (current[name] === wanted[name]) return [];
    return [
      {
        field: name,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        waits: true,
      },
    ];
  });
}

/** What whoever starts it sees to. */
function machineDifferences(
  { desired, miner }: Looked,
  { cpus, allCpus, ram = Infinity, user }: ForeignStart,
  wanted: Environment,
): readonly Difference[] {
  const wantedCpus = wanted['SEALFARM_CPUS'] ?? allCpus;
  const sees = registeredAs(miner, desired.name)?.Info.Resources.MemPhysical;
  const memory = wanted['SEALFARM_MEMORY'];
  // A limit above its RAM is none.
  const leaves = memory === undefined ? undefined : String(Math.min(Number(memory), ram));
  const owner = desired.user ?? (desired.files.serviceManager === 'systemd' ? 'root' : user);
  const hasCpus = cpus === undefined || wantedCpus === undefined || sameCpus(cpus, wantedCpus);
  return [
    ...(hasCpus ? [] : differing('cpus', cpus, wantedCpus)),
    // Lotus counts what its cgroup leaves it.
    ...(leaves === undefined || leaves === sees?.toString()
      ? []
      : differing('memory', sees?.toString(), memory, sees === undefined)),
    // Nothing shows it from outside.
    ...differing('numaNodes', undefined, wanted['SEALFARM_NUMA_NODES'], true),
    ...differing('user', user, owner, true),
  ];
}

/** Whoever is registered with the miner has found its way, by variables or by the miner's repo. */
function wayDifferences(
  { miner }: Looked,
  process: ObservedProcess,
  wanted: Environment,
  current: Environment,
): readonly Difference[] {
  const session = liveOf(process)?.session;
  if (!miner.reached || (session !== undefined && miner.workers.has(session))) return [];
  const [before, after] = [current['MINER_API_INFO'], wanted['MINER_API_INFO']];
  if (before === after || after === undefined) return [];
  return [
    {
      field: 'MINER_API_INFO',
      ...(before === undefined ? {} : { before: new Secret(before) }),
      after: new Secret(after),
      waits: true,
    },
  ];
}

function differing(
  field: string,
  before: string | undefined,
  after: string | undefined,
  waits = false,
): readonly Difference[] {
  if (before === after) return [];
  return [
    {
      field,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      waits,
    },
  ];
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

/** Of a duration as Go writes it: 30m is 30m0s. */
function seconds(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]+)(h|ms|m|us|µs|ns|s)/g)];
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}
