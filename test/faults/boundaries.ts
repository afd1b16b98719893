import type { Label } from './boundary.js';
import type { Rounds } from './rounds.js';
import { SCENARIOS, type Scenario } from './scenario.js';

export interface Boundary {
  readonly label: Label;
  /** Where it is passed most often. */
  readonly scenario: Scenario;
  readonly times: number;
}

/** The boundaries that applies pass today, found by watching them. */
export async function findBoundaries(rounds: Rounds): Promise<readonly Boundary[]> {
  const found = new Map<Label, Boundary>();
  for (const scenario of SCENARIOS) {
    for (const [label, times] of await rounds.record('host-1', scenario)) {
      if (times > (found.get(label)?.times ?? 0)) found.set(label, { label, scenario, times });
    }
  }
  return [...found.values()].sort((one, other) => one.label.localeCompare(other.label));
}
