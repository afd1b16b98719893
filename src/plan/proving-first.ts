import type { DesiredFarm } from '../desired/desired.js';
import { BUILTIN_POSTS } from '../lotus/miner-keys.js';
import type { Plan } from './plan.js';

/**
 * The plan with all workers for proofs in a wave before all others. For workers that are cut off from the miner: none of them proves
 * meanwhile, so that none can stand in for another one, and a canary that fails would leave all of them so.
 */
export function provingFirst(plan: Plan, { hosts }: Pick<DesiredFarm, 'hosts'>): Plan {
  const proving = new Set(
    hosts
      .flatMap(({ workers }) => workers)
      .filter(({ tasks }) => BUILTIN_POSTS.some(({ code }) => tasks.includes(code)))
      .map(({ name }) => name),
  );
  const turns = plan.waves.flatMap((wave) => wave.turns).filter(({ worker }) => proving.has(worker));
  if (turns.length === 0) return plan;
  const others = plan.waves
    .map((wave) => ({ ...wave, turns: wave.turns.filter(({ worker }) => !proving.has(worker)) }))
    .filter((wave) => wave.turns.length > 0);
  const first = { canary: false, turns: turns.map((turn) => ({ ...turn, putOff: [] })) };
  return { ...plan, waves: [first, ...others] };
}
