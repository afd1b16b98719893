import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import { intentsOf } from '../observed/intents.js';
import { liveOf } from '../observed/live.js';
import type { Observation, ObservedMiner } from '../observed/observed.js';
import { observedWorkers } from './snapshot.js';
import { placesOf, type Place } from './takers.js';

/** What the farm would have nobody for. */
export type Refusal =
  /** No other worker, nor the miner itself as one, takes the task; posts among them. */
  | { readonly kind: 'last-of-task'; readonly task: TaskCode; readonly workers: readonly string[] }
  /** Fewer workers of the farm would take the task than the file asks for. */
  | {
      readonly kind: 'too-few';
      readonly task: TaskCode;
      readonly least: number;
      readonly workers: readonly string[];
    }
  /** Paths of workers that stay lead to these alone for PC2: what is sealed there would go no further. */
  | {
      readonly kind: 'only-pc2';
      /** The groups through which sectors came, sorted. */
      readonly groups: readonly string[];
      readonly workers: readonly string[];
      readonly feeders: readonly Feeder[];
    };

/** A path from which sectors go to others for PC2. */
export interface Feeder {
  readonly worker: string;
  readonly path: string;
}

/**
 * Why these workers should not be drained, one or several together. Those that are drained already are nobody's
 * reserve, and not asked about again.
 * @param minAvailable how many workers of the farm shall go on doing a task, as the file says
 */
export function refusals(
  asked: readonly string[],
  observation: Observation,
  miner: ObservedMiner,
  minAvailable: ReadonlyMap<TaskCode, number> = new Map(),
): readonly Refusal[] {
  const drained = intentsOf(observation);
  const known = observedWorkers(observation);
  const places = placesOf(known, miner).filter(({ worker }) => !drained.has(worker));
  const leaving = places.filter(({ worker }) => asked.includes(worker));
  const staying = places.filter(({ worker }) => !asked.includes(worker));
  const last = lastOf(leaving, staying);
  const ours = staying.filter(({ worker }) => known.has(worker));
  const few = tooFew(leaving, ours, minAvailable, new Set(last.map(({ task }) => task)));
  const isPc2Gone = last.some(({ task }) => task === 'PC2');
  return [...last, ...few, ...(isPc2Gone ? [] : onlyPc2(leaving, staying, observation, miner))];
}

type LastOfTask = Extract<Refusal, { readonly kind: 'last-of-task' }>;

function lastOf(leaving: readonly Place[], staying: readonly Place[]): readonly LastOfTask[] {
  return DECLARABLE_TASKS.flatMap(({ code }): readonly LastOfTask[] => {
    const workers = namesOf(leaving.filter(({ tasks }) => tasks.has(code)));
    const isKept = staying.some(({ tasks }) => tasks.has(code));
    return workers.length === 0 || isKept ? [] : [{ kind: 'last-of-task', task: code, workers }];
  });
}

/** As in the waves of apply: who is away, or has the task off, does not go on doing it. */
function tooFew(
  leaving: readonly Place[],
  staying: readonly Place[],
  minAvailable: ReadonlyMap<TaskCode, number>,
  said: ReadonlySet<TaskCode>,
): readonly Refusal[] {
  return [...minAvailable].flatMap(([task, least]): readonly Refusal[] => {
    const workers = namesOf(leaving.filter(({ tasks }) => tasks.has(task)));
    const left = staying.filter(({ tasks }) => tasks.has(task)).length;
    return said.has(task) || workers.length === 0 || left >= least
      ? []
      : [{ kind: 'too-few', task, least, workers }];
  });
}

/** Paths of one list of groups have the same way out. */
function onlyPc2(
  leaving: readonly Place[],
  staying: readonly Place[],
  observation: Observation,
  miner: ObservedMiner,
): readonly Refusal[] {
  const seals = ({ tasks }: Place): boolean => tasks.has('PC2');
  const [lost, kept] = [leaving.filter(seals), staying.filter(seals)];
  const found = new Map<string, { readonly groups: readonly string[]; readonly feeders: Feeder[] }>();
  for (const { allowTo, feeder } of feedersOf(staying, kept, observation, miner)) {
    const reaches = ({ groups }: Place): boolean => groups.some((group) => allowTo.includes(group));
    if (kept.some(reaches)) continue;
    const groups = [...new Set(lost.filter(reaches).flatMap((place) => place.groups))]
      .filter((group) => allowTo.includes(group))
      .toSorted();
    if (groups.length === 0) continue;
    const known = found.get(groups.join('\n')) ?? { groups, feeders: [] };
    known.feeders.push(feeder);
    found.set(groups.join('\n'), known);
  }
  return [...found.values()].map(({ groups, feeders }) => ({
    kind: 'only-pc2',
    groups,
    workers: namesOf(lost.filter((place) => place.groups.some((group) => groups.includes(group)))),
    feeders,
  }));
}

/** Sealing paths that workers which stay have attached, and that lead to some groups only; not of those with PC2 themselves. */
function feedersOf(
  staying: readonly Place[],
  kept: readonly Place[],
  observation: Observation,
  { storage }: ObservedMiner,
): readonly { readonly allowTo: readonly string[]; readonly feeder: Feeder }[] {
  const workers = observedWorkers(observation);
  const own = new Set(kept.flatMap(({ paths }) => paths));
  return staying.flatMap(({ worker }) =>
    (liveOf(workers.get(worker)?.process)?.paths ?? []).flatMap(({ ID, LocalPath }) => {
      const info = storage.get(ID)?.info;
      const allowTo = info?.AllowTo ?? [];
      if (info?.CanSeal !== true || allowTo.length === 0 || own.has(ID)) return [];
      return [{ allowTo, feeder: { worker, path: LocalPath } }];
    }),
  );
}

function namesOf(places: readonly Place[]): readonly string[] {
  return [...new Set(places.map(({ worker }) => worker))].toSorted();
}
