import type { Farm, Hardware } from '../farm/farm.js';
import { admissibleCount } from '../lotus/admission.js';
import { needOf } from '../scheduler/task-request.js';
import { type Model, modelOf } from './model.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { Run, type RunSettings } from './run.js';

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
  const model = modelOf(farm, hardware);
  return outcomeOf(model, new Run(model, settings, stockFor(model)).run());
}

/** Twice what all PC1 workers take at once, so that none of them ever waits for a sector. */
function stockFor({ workers, size }: Model): number {
  const slots = workers
    .filter(({ tasks }) => tasks.has('PC1'))
    .map(
      ({ resources }) =>
        admissibleCount({ code: 'PC1', need: needOf('PC1', resources, size) }, resources).count,
    );
  return Math.max(1, 2 * slots.reduce((sum, count) => sum + count, 0));
}
