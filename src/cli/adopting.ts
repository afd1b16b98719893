import type { Adopting } from '../plan/adopt-rules.js';

/** What a person says of workers that somebody else started. */
export interface AdoptWords {
  readonly restartToAdopt?: boolean;
  readonly disableForeignUnits?: boolean;
}

export const RESTART_TO_ADOPT =
  'restart workers that somebody else started, each when it is quiet, and keep them from then on';
export const DISABLE_FOREIGN_UNITS =
  'disable the units that started them, so that the next boot starts them as the file says';

export function adoptingOf({ restartToAdopt, disableForeignUnits }: AdoptWords): Adopting {
  return { restart: restartToAdopt === true, disableUnits: disableForeignUnits === true };
}
