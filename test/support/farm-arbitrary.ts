import type { Host } from '../../src/farm/farm.js';
import fc from 'fast-check';
import type { StorageDeclaration, Worker } from '../../src/farm/farm.js';
import type { SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import { DECLARABLE_TASKS, type TaskCode } from '../../src/lotus/task.js';
import { laidOutDocument, settings, type LaidOut } from './sectorstore.js';

/** All that is drawn for one farm and the state it is found in; `buildWorld` makes it real. */
export interface WorldChoice {
  readonly hosts: readonly HostChoice[];
}

export interface HostChoice {
  readonly workers: readonly WorkerChoice[];
  readonly manifest: 'absent' | 'complete' | 'partial' | 'forgotten';
  readonly serviceManager: Host['serviceManager'];
  /** The template of its units, with systemd. */
  readonly unitTemplate: 'absent' | 'wanted' | 'edited';
}

export interface WorkerChoice {
  /** What the file says. */
  readonly wanted: WorkerSettings;
  /** What it said before. */
  readonly before: WorkerSettings;
  readonly envFile: 'absent' | 'wanted' | 'reordered' | 'before' | 'edited';
  readonly envMode: '600' | '644';
  /** Of its unit, with systemd. */
  readonly dropIn: 'absent' | 'wanted' | 'edited';
  /** With what environment it was started, if it runs. */
  readonly started: 'never' | 'wanted' | 'before' | 'by-hand' | 'other-repo';
  /** Who started it. */
  readonly keptBy: 'declared' | 'other';
  /** Of its unit while that does not run: left from before, or tried again and again. */
  readonly unit: 'none' | 'enabled' | 'trying';
  /** `not-yet`: it still waits for the miner and has opened nothing. */
  readonly answers: 'yes' | 'no' | 'not-yet';
  /** Tasks switched since. */
  readonly toggled: readonly TaskCode[];
  readonly list: 'as-is' | 'absent' | 'reversed' | 'short' | 'other-layout' | 'broken';
  /** A path that the file does not name: seen in the list only, or attached. */
  readonly extra: 'none' | 'gone' | 'listed' | 'attached' | 'full';
  readonly drained: boolean;
  /** Groups that a drain opens its paths to. */
  readonly resolved: readonly string[];
  readonly paths: readonly PathChoice[];
}

export type WorkerSettings = Pick<Worker, 'tasks' | 'limits' | 'env' | 'noSwap' | 'binary'> &
  Partial<Pick<Worker, 'gpus' | 'parentCache' | 'multicoreSdr' | 'cpus' | 'resources'>> &
  Partial<Pick<Worker, 'numaNodes' | 'memory' | 'user' | 'tmpDir'>>;

export interface PathChoice {
  readonly wanted: SectorStoreSettings;
  readonly mount: StorageDeclaration['mount'];
  readonly found: 'missing' | 'bare' | 'as-wanted' | 'otherwise' | 'broken';
  readonly document: LaidOut;
  readonly onRootFileSystem: boolean;
  readonly entries: readonly string[];
  readonly attached: boolean;
  /** What happened to its sectorstore.json since it was opened. */
  readonly since: 'nothing' | 'edited' | 'deleted' | 'folder-deleted';
  readonly index: 'same' | 'other' | 'forgotten';
  readonly other: SectorStoreSettings;
  readonly maxStorage: 'same' | 'other';
  /** Whether the file also says which ID it expects. */
  readonly idDeclared: boolean;
}

/** Mostly the first, the others each as often as said. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    ...others.map((other) => ({ weight: 2, arbitrary: fc.constant(other) })),
  );
}

function rarely<T>(usual: fc.Arbitrary<T>, rare: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: fc.constant(rare) });
}

const sealingTasks = DECLARABLE_TASKS.filter(({ kind }) => kind === 'sealing').map(({ code }) => code);
const switchable = DECLARABLE_TASKS.filter((task) => task.switchable).map(({ code }) => code);

const tasks: fc.Arbitrary<readonly TaskCode[]> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.subarray(sealingTasks).filter((codes) => !codes.includes('DC') || codes.includes('AP')),
  },
  { weight: 1, arbitrary: fc.constantFrom<readonly TaskCode[]>(['WDP'], ['WNP']) },
);

const variable = fc.tuple(
  fc.constantFrom('RUST_LOG', 'GOLOG_LOG_FMT', 'GOLOG_FILE', 'NOTE'),
  fc.constantFrom('info', '/fast tmp', 'a"b\'c $HOME `x`', 'two\nlines', ''),
);

const workerSettings: fc.Arbitrary<WorkerSettings> = fc.record(
  {
    tasks,
    limits: fc
      .subarray<TaskCode>(['PC1', 'PC2', 'DC'])
      .map((codes) => new Map(codes.map((code) => [code, 2]))),
    env: fc.array(variable, { maxLength: 2 }).map((entries) => new Map(entries)),
    noSwap: fc.boolean(),
    binary: mostly('/usr/local/bin/lotus-worker', '/opt/lotus-worker'),
    gpus: fc.constantFrom<NonNullable<Worker['gpus']>>('all', 'none', [0, 'GPU-4f0e']),
    parentCache: fc.constant('/fast/parents'),
    multicoreSdr: fc.constant({ producers: 3 }),
    cpus: fc.constantFrom('0-31', '0,64'),
    numaNodes: fc.constantFrom([0], [0, 1]),
    memory: fc.constantFrom(2 ** 38, 2 ** 39),
    user: fc.constantFrom('root', 'lotus'),
    tmpDir: fc.constantFrom('/tmp', '/fast tmp'),
    resources: fc
      .subarray<TaskCode>(['PC1', 'DC'])
      .map((codes) => new Map(codes.map((code) => [code, { MinMemory: 2 ** 30, GPUUtilization: 0.5 }]))),
  },
  { requiredKeys: ['tasks', 'limits', 'env', 'noSwap', 'binary'], noNullPrototype: true },
);

const pathChoice: fc.Arbitrary<PathChoice> = fc.record({
  wanted: settings,
  mount: fc.constantFrom('required', 'any'),
  found: rarely(mostly<PathChoice['found']>('as-wanted', 'otherwise', 'bare', 'missing'), 'broken'),
  document: laidOutDocument,
  onRootFileSystem: mostly(false, true),
  entries: fc.subarray(['sealed/s-t01000-1', 'cache/s-t01000-1', 'unsealed/s-t01000-2']),
  attached: fc.boolean(),
  since: mostly<PathChoice['since']>('nothing', 'edited', 'deleted', 'folder-deleted'),
  index: mostly<PathChoice['index']>('same', 'other', 'forgotten'),
  other: settings,
  maxStorage: mostly<PathChoice['maxStorage']>('same', 'other'),
  idDeclared: mostly(false, true),
});

const workerChoice: fc.Arbitrary<WorkerChoice> = fc.record({
  wanted: workerSettings,
  before: workerSettings,
  envFile: fc.constantFrom<WorkerChoice['envFile']>('absent', 'wanted', 'reordered', 'before', 'edited'),
  envMode: mostly<WorkerChoice['envMode']>('600', '644'),
  started: rarely(mostly<WorkerChoice['started']>('wanted', 'never', 'before', 'by-hand'), 'other-repo'),
  keptBy: mostly<WorkerChoice['keptBy']>('declared', 'other'),
  unit: mostly<WorkerChoice['unit']>('none', 'enabled', 'trying'),
  answers: mostly<WorkerChoice['answers']>('yes', 'no', 'not-yet'),
  toggled: fc.oneof(fc.constant([]), fc.subarray(switchable)),
  list: rarely(
    mostly<WorkerChoice['list']>('as-is', 'absent', 'reversed', 'short', 'other-layout'),
    'broken',
  ),
  extra: rarely(mostly<WorkerChoice['extra']>('none', 'gone', 'listed', 'attached'), 'full'),
  dropIn: fc.constantFrom<WorkerChoice['dropIn']>('absent', 'wanted', 'edited'),
  drained: mostly(false, true),
  resolved: fc.oneof(fc.constant([]), fc.subarray(['g-1', 'other-group'], { minLength: 1 })),
  paths: fc.array(pathChoice, { maxLength: 3 }),
});

export const worldChoice: fc.Arbitrary<WorldChoice> = fc.record({
  hosts: fc.array(
    fc.record({
      workers: fc.array(workerChoice, { minLength: 1, maxLength: 2 }),
      manifest: fc.constantFrom<HostChoice['manifest']>('absent', 'complete', 'partial', 'forgotten'),
      serviceManager: fc.constantFrom<Host['serviceManager']>('systemd', 'process'),
      unitTemplate: fc.constantFrom<HostChoice['unitTemplate']>('absent', 'wanted', 'edited'),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
