import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { makePlan } from '../../src/plan/make-plan.js';
import { steps, type Plan } from '../../src/plan/plan.js';
import { provingFirst } from '../../src/plan/proving-first.js';
import { Secret } from '../../src/secret/secret.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import { changeProcess, changeWorker, inPlace, unreached } from '../support/observation.js';

/** Workers a, b, …, that have these tasks and are cut off by another token. */
function cutOff(...tasks: readonly (readonly TaskCode[])[]): { readonly plan: Plan; readonly first: Plan } {
  const hosts = tasks.map((own, at) => {
    const name = String.fromCharCode(97 + at);
    const worker = aWorker({ name, tasks: own, storage: [] });
    return aHost({ name: `host-${name}`, address: `10.0.0.${at + 1}`, workers: [worker] });
  });
  const farm = aFarm({ hosts, rollout: { ...aFarm().rollout, canary: true } });
  const desired = desire(farm, TOKEN, new Map());
  const seen = hosts
    .flatMap(({ workers }) => workers)
    .reduce(
      (before, { name }) =>
        changeWorker(
          before,
          name,
          changeProcess((process) => ({
            ...process,
            live: unreached(),
            environ: new Map([
              ...process.environ,
              ['MINER_API_INFO', new Secret('before:/ip4/1.1.1.1/tcp/1/http')],
            ]),
          })),
        ),
      inPlace(farm),
    );
  const plan = makePlan(desired, seen);
  return { plan, first: provingFirst(plan, desired) };
}

const waves = ({ waves }: Plan): readonly string[] =>
  waves.map(({ canary, turns }) => `${canary ? 'canary ' : ''}${turns.map(({ worker }) => worker).join('')}`);

describe('workers for proofs that are cut off', () => {
  it('are restarted side by side before all others, and behind no canary', () => {
    const { plan, first } = cutOff(['AP', 'PC1'], ['WDP'], ['PC2', 'C2'], ['WDP'], ['WNP']);
    expect(waves(plan)[0]).toMatch(/^canary .$/);
    expect(waves(first)[0]?.split('').toSorted().join('')).toBe('bde');
    expect(waves(first).slice(1).join('').replace('canary ', '').split('').sort()).toEqual(['a', 'c']);
    const ids = ({ waves }: Plan): readonly string[] =>
      waves.flatMap(({ turns }) => turns.flatMap((turn) => turn.steps)).toSorted();
    expect(ids(first)).toEqual(ids(plan));
    expect(steps(first)).toEqual(steps(plan));
  });

  it('change nothing where there are none', () => {
    const { plan, first } = cutOff(['AP', 'PC1'], ['PC2', 'C2']);
    expect(first).toBe(plan);
  });
});
