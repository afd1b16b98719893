import type { Farm, Hardware } from '../farm/farm.js';
import { admissibleCount } from '../lotus/admission.js';
import { needOf } from '../scheduler/task-request.js';
import { FILE_TYPES } from '../lotus/file-type.js';
import { spaceNeeded } from '../lotus/space.js';
import { type Model, type ModelWorker, modelOf } from './model.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { RunSettings } from './run-settings.js';
import { Run } from './run.js';

/**
 * Lets a farm seal through simulated time by Lotus's own rules and says what came of it. No clock, no sleep: the same
 * farm, settings and seed always give the same outcome.
 * @param hardware of every host that has workers
 */
export function simulate(
  farm: Farm,
  hardware: ReadonlyMap<string, Hardware>,
  settings: RunSettings,
): Outcome {
  const steps = simulateInSteps(farm, hardware, settings);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same, which says several times a second to which millisecond of simulated time it has come. */
export function* simulateInSteps(
  farm: Farm,
  hardware: ReadonlyMap<string, Hardware>,
  settings: RunSettings,
): Generator<number, Outcome, undefined> {
  const model = modelOf(farm, hardware);
  return outcomeOf(model, yield* new Run(model, settings, stockFor(model)).steps());
}

/** Without end it would be as many as memory holds, where sectors are so small that a worker takes any number. */
const MOST_STOCK = 50_000;

/** Twice what all PC1 workers take at once, so that none of them ever waits for a sector. */
function stockFor(model: Model): number {
  const slots = model.workers
    .filter(({ tasks }) => tasks.has('PC1'))
    .map((worker) => Math.min(admitted(model, worker), roomFor(model, worker)));
  return Math.min(MOST_STOCK, Math.max(1, 2 * slots.reduce((sum, count) => sum + count, 0)));
}

function admitted({ size }: Model, { resources }: ModelWorker): number {
  return admissibleCount({ code: 'PC1', need: needOf('PC1', resources, size) }, resources).count;
}

const { unsealed, sealed, cache } = FILE_TYPES;

/** With its unsealed file, which came before it. */
function roomFor({ size, paths }: Model, { session }: ModelWorker): number {
  const each = spaceNeeded(unsealed | sealed | cache, size, 'sealing');
  const own = paths.filter((path) => path.session === session && path.info.CanSeal);
  return own.reduce((sum, path) => sum + Math.floor(path.size / each), 0);
}
