import type { RestartCost } from '../plan/plan.js';
import { shownSteps, type ShownPlan } from './shown-plan.js';

/** What restarts would throw away if they did not wait: PC1 begins anew. */
export interface Pc1AtRisk {
  readonly jobs: number;
  /** Work done so far, of all of them together. */
  readonly seconds: number;
}

/** Of the workers that take turns; one that is held back is not restarted. */
export function pc1AtRisk(plan: Pick<ShownPlan, 'hosts' | 'waves'>, now: Date): Pc1AtRisk {
  const turns = new Set(plan.waves.flatMap((wave) => wave.turns.flatMap(({ steps }) => steps)));
  const costs = shownSteps(plan).flatMap(({ id, cost }) =>
    cost !== undefined && turns.has(id) ? [cost] : [],
  );
  return pc1Of(costs, now);
}

export function pc1Of(costs: readonly RestartCost[], now: Date): Pc1AtRisk {
  const jobs = costs.flatMap((cost) => (cost.jobs ?? []).filter(({ task }) => task === 'PC1'));
  return { jobs: jobs.length, seconds: jobs.reduce((sum, { since }) => sum + secondsSince(since, now), 0) };
}

/** A host's clock may be ahead, and an answer may hold no time at all: no work is known of then. */
function secondsSince(since: string, now: Date): number {
  const seconds = Math.floor((now.getTime() - Date.parse(since)) / 1000);
  return seconds > 0 ? seconds : 0;
}

/** `3 PC1 are waited for, which have 31h of work behind them.` */
export function atRiskWords({ jobs, seconds }: Pc1AtRisk): string {
  const work = `${workWords(seconds)} of work behind`;
  return jobs === 1
    ? `1 PC1 is waited for, which has ${work} it.`
    : `${jobs} PC1 are waited for, which have ${work} them.`;
}

/** Hours, as they are what PC1 is counted in: `12m`, `2h41m`, `31h`. */
function workWords(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes}m`;
  return hours < 10 ? `${hours}h${String(minutes % 60).padStart(2, '0')}m` : `${Math.round(seconds / 3600)}h`;
}
