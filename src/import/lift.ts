import type { WrittenFarm } from '../config/written.gen.js';
import { liftDefaults, liftHostDefaults } from './lift-defaults.js';
import { liftProfiles } from './lift-profiles.js';
import { liftRanges } from './lift-ranges.js';
import { mapWorkers, without } from './settings.js';

/**
 * The same farm as a person would write it: what all have in common under `defaults`, what some have in common under
 * `profiles`, hosts whose names and addresses run on as one. It means the same, to the last setting.
 * @param farm in which each host and worker says all it has: without defaults, profiles and ranges
 */
export function lift(farm: WrittenFarm): WrittenFarm {
  // With nothing below it, a worker keeps all it says, in the order in which it is written.
  const ordered = mapWorkers(farm, (worker) => without(worker, {}));
  return liftRanges(liftProfiles(liftDefaults(liftHostDefaults(ordered))));
}
