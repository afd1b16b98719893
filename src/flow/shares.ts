import { announcedResources } from '../capacity/announced.js';
import type { Farm, Hardware } from '../farm/farm.js';
import type { PlacedWorker } from '../farm/rules/rule.js';
import { admissibleCount } from '../lotus/admission.js';
import { defaultResources, sealProofKey } from '../lotus/resources.js';
import { task, type TaskCode } from '../lotus/task.js';

/** How much a worker gets of a task, in proportion to the others. */
export type Weights = ReadonlyMap<PlacedWorker, number>;

/**
 * How many of the task each worker runs at once, told for all in the same way, the first that is known of every one:
 * by its hardware, by its limit, or 1 each.
 */
export function weightsFor(
  code: TaskCode,
  doers: readonly PlacedWorker[],
  farm: Farm,
  hardware: ReadonlyMap<string, Hardware>,
): Weights {
  const measures: readonly ((doer: PlacedWorker) => number | undefined)[] = [
    (doer) => countOn(hardware.get(doer.host.name), doer, code, farm),
    ({ worker }) => worker.limits.get(code),
  ];
  for (const measure of measures) {
    const counts = doers.flatMap((doer) => measure(doer) ?? []);
    if (counts.length === doers.length) return new Map(doers.map((doer, at) => [doer, counts[at] ?? 0]));
  }
  return new Map(doers.map((doer) => [doer, 1]));
}

function countOn(
  hardware: Hardware | undefined,
  { worker }: PlacedWorker,
  code: TaskCode,
  farm: Farm,
): number | undefined {
  if (hardware === undefined) return undefined;
  const machine = announcedResources(farm, worker, hardware);
  const need = machine.Resources[task(code).rpc]?.[sealProofKey(farm.sectorSize)];
  return admissibleCount({ code, need: need ?? defaultResources(code, farm.sectorSize) }, machine).count;
}

/** One of several workers, and how much of all sectors comes to it: 0–1. */
export interface Share {
  readonly to: PlacedWorker;
  readonly share: number;
}

/** The shares of some workers, which are 1 together: by weight, or alike where none of these has any. */
export function split(among: readonly PlacedWorker[], weights: Weights): readonly Share[] {
  const weightOf = (doer: PlacedWorker): number => weights.get(doer) ?? 0;
  const whole = among.reduce((sum, doer) => sum + weightOf(doer), 0);
  return among
    .map((to) => ({ to, share: whole === 0 ? 1 / among.length : weightOf(to) / whole }))
    .filter(({ share }) => share > 0);
}
