import type { Farm, StorageDeclaration } from '../farm/farm.js';
import { type PlacedWorker, workersOf } from '../farm/rules/rule.js';
import { FILE_TYPES } from '../lotus/file-type.js';
import type { TaskCode } from '../lotus/task.js';
import {
  deniedBy,
  isSealing,
  mayFetchFrom,
  missingTypes,
  PC1_OUTPUT,
  sealingPaths,
  storePaths,
} from './paths.js';

/** The workers of a farm that may take each stage of a sector's way, as far as tasks, paths and types decide. */
export interface Doers {
  readonly AP: readonly PlacedWorker[];
  readonly PC1: readonly PlacedWorker[];
  /** Which of them takes which sector the groups decide. */
  readonly PC2: readonly PlacedWorker[];
  readonly C2: readonly PlacedWorker[];
  /** With a long-term path; GET is always on. */
  readonly store: readonly PlacedWorker[];
}

export function doersOf({ hosts }: Farm): Doers {
  const sealing = workersOf(hosts).filter(({ worker }) => isSealing(worker));
  const doing = (code: TaskCode): readonly PlacedWorker[] =>
    sealing.filter(({ worker }) => worker.tasks.includes(code));
  const withPath = (code: TaskCode, types: number): readonly PlacedWorker[] =>
    doing(code).filter(({ worker }) => missingTypes(sealingPaths(worker), types) === 0);
  return {
    AP: withPath('AP', FILE_TYPES.unsealed),
    PC1: withPath('PC1', PC1_OUTPUT),
    PC2: withPath('PC2', PC1_OUTPUT),
    C2: doing('C2'),
    store: sealing.filter(({ worker }) => missingTypes(storePaths(worker), PC1_OUTPUT) === 0),
  };
}

/** Whether the miner does a task itself, as far as the file says what its config.toml shall be. */
export function minerDoes({ miner }: Pick<Farm, 'miner'>, code: TaskCode): 'yes' | 'no' | 'unknown' {
  const tasks = miner.config?.tasks;
  if (tasks === undefined) return 'unknown';
  return tasks.includes(code) ? 'yes' : 'no';
}

/** Where the output of a PC1 can lie, and who may do PC2 on it. */
export interface Route {
  readonly from: PlacedWorker;
  /** One path, or, where no path takes both files, those that take one each. */
  readonly paths: readonly StorageDeclaration[];
  /** Of what the worker does: paths get sectors by their weight, of equal room; of weight 0 only once the others are full. */
  readonly share: number;
  /** Empty: the sector is stuck after PC1. */
  readonly takers: readonly PlacedWorker[];
}

/** All places of PC1 output in a farm, worker by worker. */
export function routesOf(farm: Farm, doers: Doers = doersOf(farm)): readonly Route[] {
  // Hundreds of workers usually have a few lists of groups between them.
  const fetchers = new Map<string, readonly PlacedWorker[]>();
  const mayFetch = (paths: readonly StorageDeclaration[]): readonly PlacedWorker[] => {
    const key = JSON.stringify(paths.map(({ allowTo }) => allowTo));
    const known = fetchers.get(key) ?? doers.PC2.filter(({ worker }) => mayFetchFrom(paths, worker));
    fetchers.set(key, known);
    return known;
  };
  return doers.PC1.flatMap((from) =>
    outputPlaces(from).map((place) => ({ from, ...place, takers: withHolder(from, mayFetch(place.paths)) })),
  );
}

type Place = Pick<Route, 'paths' | 'share'>;

/** Where on its own paths such files, made there or fetched, can lie. */
export function outputPlaces({ worker }: PlacedWorker, types: number = PC1_OUTPUT): readonly Place[] {
  const paths = sealingPaths(worker);
  const whole = paths.filter((path) => deniedBy(path, types) === 0);
  if (whole.length === 0) {
    return [{ paths: paths.filter((path) => deniedBy(path, types) !== types), share: 1 }];
  }
  const weight = whole.reduce((sum, path) => sum + path.weight, 0);
  return whole.map((path) => ({
    paths: [path],
    share: weight === 0 ? 1 / whole.length : path.weight / weight,
  }));
}

/** Who holds the files need not fetch them. */
function withHolder(holder: PlacedWorker, fetchers: readonly PlacedWorker[]): readonly PlacedWorker[] {
  if (!holder.worker.tasks.includes('PC2') || fetchers.includes(holder)) return fetchers;
  return [holder, ...fetchers];
}

/** The groups to which sectors may go from there; none where they may go anywhere. */
export function allowedGroups({ paths }: Route): readonly string[] {
  if (paths.some(({ allowTo }) => allowTo.length === 0)) return [];
  return [...new Set(paths.flatMap(({ allowTo }) => allowTo))];
}

/** Where sectors wait for ever after PC1. In a farm without any PC2 they wait for the miner. */
export function stuckRoutes(routes: readonly Route[], { PC2 }: Doers): readonly Route[] {
  return PC2.length === 0 ? [] : routes.filter(({ takers }) => takers.length === 0);
}

/** Whether all its sectors wait whenever one other worker is away. */
export function isThin({ from, takers }: Route): boolean {
  const [only, ...others] = takers;
  return only !== undefined && others.length === 0 && only.worker !== from.worker;
}

/** Who alone does C2, if sectors of another worker wait for it. */
export function soleCommitter({ C2, PC2 }: Doers): PlacedWorker | undefined {
  return soleAfterPc2(C2, PC2);
}

/** Who alone has long-term paths, if sectors of another worker come to them. */
export function soleStore({ store, PC2 }: Doers): PlacedWorker | undefined {
  return soleAfterPc2(store, PC2);
}

function soleAfterPc2(
  doers: readonly PlacedWorker[],
  PC2: readonly PlacedWorker[],
): PlacedWorker | undefined {
  const [only, ...others] = doers;
  const waited =
    only !== undefined && others.length === 0 && PC2.some(({ worker }) => worker !== only.worker);
  return waited ? only : undefined;
}
