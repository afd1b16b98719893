import type { FieldChange } from './plan.js';

/** What lotus-miner does otherwise than its config.toml will say. */
export interface MinerStanding {
  readonly host: string;
  /** What a restart of it changes that is not in the plan. */
  readonly pending: readonly FieldChange[];
  /** What the file of the farm asks for in vain, as a variable of the process outranks config.toml. */
  readonly hidden: readonly string[];
}
