import { finding, type YamlPath } from '../config/finding.js';
import type { WrittenDefaults } from '../config/written.gen.js';
import type { TaskResources } from '../lotus/api.js';
import type { TaskCode } from '../lotus/task.js';
import { readCpuSet } from './cpu-set.js';
import { readEnv } from './env.js';
import type { DeclaredState, StorageDeclaration, Worker } from './farm.js';
import { present } from './present.js';
import type { Report } from './report.js';
import { readResources } from './resources.js';
import { parseSize, readSize } from './size.js';
import { readStorage } from './storage.js';
import { readLimits, readTasks } from './tasks.js';
import { hostPath } from './texts.js';

/** What defaults, profiles and workers alike may say of a worker, as it is written. */
export type WrittenSettings = NonNullable<WrittenDefaults['worker']>;

/** The same, read. What is not said is not there. */
export interface WorkerSettings {
  readonly binary?: string;
  readonly repo?: string;
  readonly tasks?: readonly TaskCode[];
  readonly limits: ReadonlyMap<TaskCode, number>;
  readonly resources: ReadonlyMap<TaskCode, Partial<TaskResources>>;
  readonly gpus?: NonNullable<Worker['gpus']>;
  readonly cpus?: string;
  readonly numaNodes?: readonly number[];
  /** bytes */
  readonly memory?: number;
  readonly user?: string;
  readonly tmpDir?: string;
  readonly parameterCache?: string;
  readonly parentCache?: string;
  readonly multicoreSdr?: false | { readonly producers: number };
  readonly noSwap?: boolean;
  readonly parallelFetchLimit?: number;
  readonly env: ReadonlyMap<string, string>;
  readonly storage?: readonly StorageDeclaration[];
  readonly state?: DeclaredState;
}

export const NO_SETTINGS: WorkerSettings = { limits: new Map(), resources: new Map(), env: new Map() };

const DEFAULT_PRODUCERS = 3;

/** Reads one layer of settings; everything that can be wrong within it is said here, once. */
export function readSettings(written: WrittenSettings, yaml: YamlPath, report: Report): WorkerSettings {
  const path = (key: 'binary' | 'repo' | 'tmpDir' | 'parameterCache' | 'parentCache'): string | undefined => {
    const text = written[key];
    return text === undefined ? undefined : hostPath(text, [...yaml, key], report);
  };
  return present({
    binary: path('binary'),
    repo: path('repo'),
    tasks: written.tasks && readTasks(written.tasks, [...yaml, 'tasks'], report),
    limits: readLimits(written.limits ?? {}, [...yaml, 'limits'], report),
    resources: readResources(written.resources ?? {}, [...yaml, 'resources'], report),
    gpus: readGpus(written.gpus),
    cpus: written.cpus === undefined ? undefined : readCpuSet(written.cpus, [...yaml, 'cpus'], report),
    numaNodes: written.numaNodes?.toSorted((a, b) => a - b),
    memory:
      written.memory === undefined ? undefined : readMemory(written.memory, [...yaml, 'memory'], report),
    user: written.user,
    tmpDir: path('tmpDir'),
    parameterCache: path('parameterCache'),
    parentCache: path('parentCache'),
    multicoreSdr: readMulticoreSdr(written.multicoreSdr),
    noSwap: written.noSwap,
    parallelFetchLimit: written.parallelFetchLimit,
    env: readEnv(written.env ?? {}, [...yaml, 'env'], report),
    storage: written.storage?.map((item, index) => readStorage(item, [...yaml, 'storage', index], report)),
    state: written.state,
  });
}

/** The settings above win; limits, resources and variables each for itself, lists as a whole. */
export function layered(below: WorkerSettings, above: WorkerSettings): WorkerSettings {
  return {
    ...below,
    ...above,
    limits: new Map([...below.limits, ...above.limits]),
    resources: new Map([...below.resources, ...above.resources]),
    env: new Map([...below.env, ...above.env]),
  };
}

/** The schema lets no text through but these two. */
function readGpus(written: WrittenSettings['gpus']): Worker['gpus'] {
  return typeof written === 'string' ? (written === 'none' ? 'none' : 'all') : written;
}

/** A limit of nothing would keep the worker from starting. */
function readMemory(written: string | number, at: YamlPath, report: Report): number | undefined {
  const bytes = readSize(written, at, report);
  if (bytes > 0 || parseSize(written) === undefined) return bytes;
  const help = 'Write the RAM that the worker may use, or leave it out.';
  report(finding('SF203', at, 'a worker cannot do without memory', { help }));
  return undefined;
}

function readMulticoreSdr(written: WrittenSettings['multicoreSdr']): WorkerSettings['multicoreSdr'] {
  return written === true ? { producers: DEFAULT_PRODUCERS } : written;
}
