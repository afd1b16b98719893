import type { Outcome } from '../simulate/outcome.js';
import type { Simulation } from './simulate.js';

/** Everything, for programs: times in milliseconds, amounts in bytes, parts from 0 to 1. */
export function simulationJson({ farm, settings, outcome, tried }: Simulation): unknown {
  return {
    formatVersion: 1,
    farm: farm.name,
    settings,
    ...outcomeJson(outcome),
    ...(tried === undefined ? {} : { whatIf: tried }),
  };
}

export function outcomeJson({ stages, workers, ...outcome }: Outcome): Record<string, unknown> {
  return {
    ...outcome,
    stages: stages.map(({ short, ...stage }) => ({ ...stage, short: Object.fromEntries(short) })),
    workers: workers.map(({ running, ...worker }) => ({ ...worker, running: Object.fromEntries(running) })),
  };
}
