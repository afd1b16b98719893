import type { ObservedHost, ObservedWorker } from '../observed/observed.js';
import { starterWords } from '../observed/starter.js';

/** Of a worker that runs as somebody else started it. */
export interface ForeignStatus {
  /** In words: `tmux session 0`. */
  readonly starter: string;
  /** ISO 8601 */
  readonly since: string;
  /** Whether it is sealfarm's by its files already; else apply takes it over. */
  readonly adopted: boolean;
}

/** Undefined for one that sealfarm started, and for one that does not run. */
export function foreignStatus(
  name: string,
  observed: ObservedWorker | undefined,
  host: ObservedHost | undefined,
): ForeignStatus | undefined {
  const told = observed?.process?.told;
  if (told === undefined) return undefined;
  return {
    starter: starterWords(told.starter),
    since: new Date(told.since * 1000).toISOString(),
    adopted: host?.manifest?.workers.includes(name) === true,
  };
}
