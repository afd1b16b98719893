import type { WrittenFarm } from '../config/written.gen.js';
import { liftDefaults, liftHostDefaults } from './lift-defaults.js';
import { liftProfiles } from './lift-profiles.js';
import { liftRanges } from './lift-ranges.js';

/**
 * The same farm as a person would write it: what all have in common under `defaults`, what some have in common under
 * `profiles`, hosts whose names and addresses run on as one. It means the same, to the last setting.
 * @param farm in which each host and worker says all it has: without defaults, profiles and ranges
 */
export function lift(farm: WrittenFarm): WrittenFarm {
  return liftRanges(liftProfiles(liftDefaults(liftHostDefaults(farm))));
}
