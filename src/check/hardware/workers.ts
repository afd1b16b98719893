import { announcedResources } from '../../capacity/announced.js';
import type { YamlPath } from '../../config/finding.js';
import type { Hardware, Worker } from '../../farm/farm.js';
import { type PlacedWorker, workersOf } from '../../farm/rules/rule.js';
import { type ActiveTask, admissibleCount, type ScarceResource } from '../../lotus/admission.js';
import type { WorkerResources } from '../../lotus/api.js';
import { defaultResources, sealProofKey } from '../../lotus/resources.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import { task, type TaskCode } from '../../lotus/task.js';
import type { Layout } from '../layout.js';

/** A worker on a machine whose hardware is known. */
export interface KnownWorker extends PlacedWorker {
  readonly hardware: Hardware;
  /** What it tells the miner of the machine. */
  readonly announced: WorkerResources;
  readonly size: SectorSize;
}

/** The checks all ask for the same, and a farm may have thousands. */
const KNOWN = new WeakMap<Layout, readonly KnownWorker[]>();

/** The workers whose hardware is known, in the order of the file. */
export function knownWorkers(layout: Layout): readonly KnownWorker[] {
  const known = KNOWN.get(layout);
  if (known !== undefined) return known;
  const { farm, hardware } = layout;
  const workers = workersOf(farm.hosts).flatMap(({ host, worker }) => {
    const machine = hardware.get(host.name);
    if (machine === undefined) return [];
    const announced = announcedResources(farm, worker, machine);
    return [{ host, worker, hardware: machine, announced, size: farm.sectorSize }];
  });
  KNOWN.set(layout, workers);
  return workers;
}

/** The same, by the machines that have any. */
export function knownByHost(layout: Layout): readonly (readonly KnownWorker[])[] {
  const hosts = new Map<string, KnownWorker[]>();
  for (const known of knownWorkers(layout)) {
    hosts.set(known.host.name, [...(hosts.get(known.host.name) ?? []), known]);
  }
  return [...hosts.values()];
}

/** A task with what it counts for on this worker, its limit in it. */
export function taskOn({ announced, size }: KnownWorker, code: TaskCode): ActiveTask {
  const need = announced.Resources[task(code).rpc]?.[sealProofKey(size)];
  return { code, need: need ?? defaultResources(code, size) };
}

/** How many of a task Lotus lets run on a worker that does nothing else. */
export function mostAtOnce(known: KnownWorker, code: TaskCode): number {
  return admissibleCount(taskOn(known, code), known.announced).count;
}

/** The same if there were no limit. */
export function mostWithoutLimit(
  known: KnownWorker,
  code: TaskCode,
): { readonly count: number; readonly scarce?: ScarceResource } {
  const { need } = taskOn(known, code);
  return admissibleCount({ code, need: { ...need, MaxConcurrent: 0 } }, known.announced);
}

/** Where the worker says that it does the task; in its profile it has no place of its own. */
export function taskPlace({ yaml, tasks }: Worker, code: TaskCode): YamlPath {
  return [...yaml, 'tasks', tasks.indexOf(code)];
}

/** Pairs of a worker and the first earlier one that it gets into the way of. */
export function* clashes<T, Clash>(
  workers: readonly T[],
  clashOf: (first: T, again: T) => Clash | undefined,
): Generator<{ readonly first: T; readonly again: T; readonly clash: Clash }> {
  for (const [index, again] of workers.entries()) {
    for (const first of workers.slice(0, index)) {
      const clash = clashOf(first, again);
      if (clash === undefined) continue;
      yield { first, again, clash };
      break;
    }
  }
}

/** Test sectors are too small for memory, disks and GPUs to matter. */
export function isLarge(size: SectorSize): boolean {
  return size === '32GiB' || size === '64GiB';
}
