import type { DesiredFarm } from '../desired/desired.js';
import type { Observation } from '../observed/observed.js';
import { planSteps } from './make-plan.js';
import type { Plan, Turn, Wave } from './plan.js';
import { membersOf, seenAt } from './rollout.js';
import { planWaves } from './waves.js';

export type WavesNow = Pick<Plan, 'waves' | 'heldBack'>;

/**
 * A wave of a plan that has been under way for a while, as the farm is now: where others have gone meanwhile, it takes several
 * waves, or some of it has to be left.
 */
export function waveNow(wave: Wave, desired: DesiredFarm, observation: Observation): WavesNow {
  const turns = new Map(wave.turns.map((turn) => [placeOf(turn), turn]));
  const members = membersOf(planSteps(desired, observation), desired, observation);
  const taking = members.map((member) => ({ ...member, steps: turns.get(placeOf(member))?.steps ?? [] }));
  const rules = { ...desired.rollout, canary: false };
  const { waves, heldBack } = planWaves(taking, rules, seenAt(observation));
  const placed = new Set([...waves.flatMap((one) => one.turns), ...heldBack].map(placeOf));
  // Of one that cannot be seen any more its own steps tell why they fail.
  const unseen = wave.turns.filter((turn) => !placed.has(placeOf(turn)));
  return { waves: [...waves.map((one) => again(wave, one.turns)), ...alone(wave, unseen)], heldBack };
}

/** Several hosts may remember a worker of one name. */
function placeOf({ host, worker }: Pick<Turn, 'host' | 'worker'>): string {
  return `${host}/${worker}`;
}

function again({ canary }: Wave, turns: readonly Turn[]): Wave {
  return { canary, turns };
}

function alone(wave: Wave, turns: readonly Turn[]): readonly Wave[] {
  return turns.length === 0 ? [] : [again(wave, turns)];
}
