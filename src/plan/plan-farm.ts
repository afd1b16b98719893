import type { DesiredFarm } from '../desired/desired.js';
import { BUILTIN_POSTS } from '../lotus/miner-keys.js';
import type { Observation } from '../observed/observed.js';
import type { Adopting } from './adopt-rules.js';
import { makePlan } from './make-plan.js';
import { minerDangers } from './miner-machine.js';
import { isMiners } from './miner-rules.js';
import type { Part } from './part.js';
import { steps, type Plan } from './plan.js';

/**
 * `makePlan`, and what is dangerous on the machine of lotus-miner as it is, where the plan is about that machine. Proofs that nobody
 * makes are a warning alone in a plan that has steps for it: whoever carries it out has not failed.
 */
export function planFarm(
  desired: DesiredFarm,
  observation: Observation,
  part?: Part,
  adopt?: Adopting,
): Plan {
  const plan = makePlan(desired, observation, part, adopt);
  const { miner } = desired;
  if (miner === undefined || (part !== undefined && !part.whole.has(miner.host))) return plan;
  const mends = stepsForProofs(plan, desired);
  const found = minerDangers(desired, observation).map((one) =>
    mends && one.severity === 'error' ? { ...one, severity: 'warning' as const } : one,
  );
  return { ...plan, diagnostics: [...plan.diagnostics, ...found] };
}

/** A worker for proofs, or lotus-miner itself, is brought to what the file says. */
function stepsForProofs(plan: Plan, { hosts }: DesiredFarm): boolean {
  const posting = hosts
    .flatMap(({ workers }) => workers)
    .filter(({ tasks }) => BUILTIN_POSTS.some(({ code }) => tasks.includes(code)))
    .map(({ name }) => name);
  return steps(plan).some(
    (step) => isMiners(step) || (step.worker !== undefined && posting.includes(step.worker)),
  );
}
