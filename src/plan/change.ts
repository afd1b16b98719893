import type { DesiredFarm } from '../desired/desired.js';
import { asDeclared } from './as-declared.js';
import { makePlan } from './make-plan.js';
import { steps, type Plan } from './plan.js';

/** What going from one file to another leads to, on a farm that is just as the first one says. */
export interface Change {
  readonly plan: Plan;
  /** Hosts that the second file does not name, with their workers. */
  readonly gone: readonly { readonly host: string; readonly workers: readonly string[] }[];
  readonly differs: boolean;
}

export function planChange(before: DesiredFarm, after: DesiredFarm): Change {
  const plan = makePlan(after, asDeclared(before, after));
  const names = new Set(after.hosts.map(({ name }) => name));
  const gone = before.hosts
    .filter(({ name }) => !names.has(name))
    .map(({ name, workers }) => ({ host: name, workers: workers.map((worker) => worker.name) }));
  const differs = steps(plan).length + gone.length + plan.diagnostics.length > 0;
  return { plan: withoutCosts(plan), gone, differs };
}

/** What runs is not known without hosts. */
function withoutCosts(plan: Plan): Plan {
  return {
    ...plan,
    hosts: plan.hosts.map((host) => ({
      ...host,
      steps: host.steps.map(({ cost: _, ...step }) => step),
    })),
  };
}
