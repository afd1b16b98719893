import type { Label } from './boundary.js';
import type { Rounds } from './rounds.js';
import { SCENARIOS, type Scenario } from './scenario.js';

/** Those that wait for hours of work look so often that every boundary would be theirs. */
const OFTENEST: ReadonlySet<Scenario> = new Set(['settings', 'paths', 'restart']);

export interface Boundary {
  readonly label: Label;
  /** Where it is passed, and most often of the lighter ones. */
  readonly scenario: Scenario;
  readonly times: number;
}

/** The boundaries that applies pass today, found by watching them. */
export async function findBoundaries(rounds: Rounds): Promise<readonly Boundary[]> {
  const found = new Map<Label, Boundary>();
  for (const scenario of SCENARIOS) {
    for (const [label, times] of await rounds.record('host-1', scenario)) {
      const known = found.get(label);
      const isMore = times > (known?.times ?? 0) && OFTENEST.has(scenario);
      if (known === undefined || isMore) found.set(label, { label, scenario, times });
    }
  }
  return [...found.values()].sort((one, other) => one.label.localeCompare(other.label));
}
