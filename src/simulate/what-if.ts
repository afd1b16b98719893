import { announcedResources } from '../capacity/announced.js';
import { spaceOf } from '../capacity/space.js';
import type { Farm, Hardware, StorageDeclaration, Worker } from '../farm/farm.js';
import type { PipelineTask } from '../lotus/selector.js';
import type { Outcome } from './outcome.js';

/** One limit that is one higher or lower, on all workers that are alike. */
export interface Variation {
  readonly task: PipelineTask;
  /** Names, in the order of the file. */
  readonly workers: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** What came of a variation. */
export interface Tried extends Variation {
  readonly sectorsPerDay: number;
}

/** The tasks whose limits decide how much a farm seals. */
const VARIED: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C2'];

/** Each declared limit one up and one down; workers that are alike change together, as a profile would. */
export function variationsOf(farm: Farm, hardware: ReadonlyMap<string, Hardware>): readonly Variation[] {
  return alikeWorkers(farm, hardware).flatMap((workers) =>
    VARIED.flatMap((task) => {
      const from = workers[0].limits.get(task);
      if (from === undefined || !workers[0].tasks.includes(task)) return [];
      const names = workers.map(({ name }) => name);
      return [from + 1, ...(from > 1 ? [from - 1] : [])].map((to) => ({ task, workers: names, from, to }));
    }),
  );
}

/** The farm with that limit. */
export function varied(farm: Farm, { task, workers, to }: Variation): Farm {
  const names = new Set(workers);
  const change = (worker: Worker): Worker =>
    names.has(worker.name) ? { ...worker, limits: new Map([...worker.limits, [task, to]]) } : worker;
  return { ...farm, hosts: farm.hosts.map((host) => ({ ...host, workers: host.workers.map(change) })) };
}

const DAY = 86_400_000;

/** Runs of the same farm with other seeds finish so many sectors more or fewer, by chance, at each end of the count. */
const CHANCE_SECTORS = 2;

/** And no rate is more certain than this part of itself. */
const CHANCE_PART = 0.01;

/** Whether another rate, over the same time, is more than a chance away from this outcome. */
export function isBeyondChance(
  sectorsPerDay: number,
  outcome: Pick<Outcome, 'sectorsPerDay' | 'simulated' | 'since'>,
): boolean {
  const days = (outcome.simulated - outcome.since) / DAY;
  // A farm that is under way is cut off at both ends, a number of sectors at the last one.
  const sectors = CHANCE_SECTORS * (outcome.since > 0 ? 2 : 1);
  const difference = Math.abs(sectorsPerDay - outcome.sectorsPerDay);
  // Rates come from whole sectors: 4 of them must not be 4.000000001.
  const isMore = difference * days > sectors + 1e-6;
  return isMore && difference > CHANCE_PART * outcome.sectorsPerDay;
}

/**
 * Groups of workers that Lotus takes for equal, none of them empty. Names, paths and storage groups are all the same:
 * they decide where a worker's sectors come from, not how much it does.
 */
export function alikeWorkers(
  farm: Farm,
  hardware: ReadonlyMap<string, Hardware>,
): readonly (readonly [Worker, ...(readonly Worker[])])[] {
  const groups = new Map<string, [Worker, ...Worker[]]>();
  for (const host of farm.hosts) {
    for (const worker of host.workers) {
      const key = likeness(farm, worker, hardware.get(host.name));
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [worker]);
      else known.push(worker);
    }
  }
  return [...groups.values()];
}

function likeness(farm: Farm, worker: Worker, hardware: Hardware | undefined): string {
  const limits = [...worker.limits].sort(([a], [b]) => (a < b ? -1 : 1));
  const announced = hardware === undefined ? undefined : announcedResources(farm, worker, hardware);
  const storage = worker.storage.map((path) => useOf(path, hardware));
  return JSON.stringify([worker.tasks.toSorted(), limits, announced, storage]);
}

function useOf(path: StorageDeclaration, hardware: Hardware | undefined): unknown {
  const { seal, store, weight, allowTypes, denyTypes } = path;
  const room = hardware === undefined ? undefined : spaceOf(path, hardware)?.usable;
  return [seal, store, weight, allowTypes.toSorted(), denyTypes.toSorted(), room];
}
