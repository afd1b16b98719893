import { desire } from '../../src/desired/desire.js';
import type { Farm } from '../../src/farm/farm.js';
import type { DrainIntent } from '../../src/host/manifest.js';
import type { Observation } from '../../src/observed/observed.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan, type Step } from '../../src/plan/plan.js';
import { aFarm, TOKEN } from './farm.js';
import { idOf, inPlace } from './observation.js';

/** The one path of the usual farm's one worker, and another one. */
export const SEAL = '/mnt/nvme0/seal';
export const OTHER = '/mnt/nvme1/seal';
export const ID = idOf('host-1', SEAL);
export const ENV_FILE = '/etc/sealfarm/workers/worker-1/worker.env';
export const LIST = '/var/lib/lotus/worker-1/storage.json';
export const DRAIN: DrainIntent = { who: 'alice', when: '2026-01-02T03:04:05Z' };

/** The usual farm, and how it is seen when all is in place. */
export const FARM = aFarm();
export const PLACED = inPlace(FARM);

export function plan(farm: Farm, seen: Observation, drained: readonly string[] = []): Plan {
  return makePlan(desire(farm, TOKEN, new Map(drained.map((name) => [name, DRAIN]))), seen);
}

/** `kind subject: disruption, reason`, one for each step: what tables compare. */
export function summary(made: Plan): readonly string[] {
  return steps(made).map(({ action, disruption, reason }) => {
    const subject = 'path' in action ? ` ${action.path}` : 'task' in action ? ` ${action.task}` : '';
    return `${action.kind}${subject}: ${disruption}, ${reason}`;
  });
}

/** `SF123 error`, one for each finding. */
export function codes(made: Plan): readonly string[] {
  return made.diagnostics.map(({ code, severity }) => `${code} ${severity}`);
}

/** The one step of a kind. */
export function only(made: Plan, kind: Step['action']['kind']): Step {
  const found = steps(made).filter(({ action }) => action.kind === kind);
  const [step] = found;
  if (step === undefined || found.length > 1) throw new Error(`${found.length} steps ${kind}`);
  return step;
}
