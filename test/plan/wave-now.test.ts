import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { Farm, Rollout } from '../../src/farm/farm.js';
import { DEFAULT_ROLLOUT } from '../../src/farm/rollout.js';
import type { Observation } from '../../src/observed/observed.js';
import type { Turn } from '../../src/plan/plan.js';
import { waveNow } from '../../src/plan/wave-now.js';
import { aFarm, aHost, aWorker, TOKEN } from '../support/farm.js';
import { changeWorker, inPlace, stopped } from '../support/observation.js';
import { DRAIN } from '../support/plan.js';

/** Hosts host-1 … with one worker each. */
function farmOf(rollout: Partial<Rollout>, workers: number): Farm {
  const hosts = Array.from({ length: workers }, (_, index) =>
    aHost({ name: `host-${index + 1}`, workers: [aWorker({ name: `worker-${index + 1}` })] }),
  );
  return aFarm({ hosts, rollout: { ...DEFAULT_ROLLOUT, ...rollout } });
}

const turnOf = (n: number): Turn => ({
  host: `host-${n}`,
  worker: `worker-${n}`,
  steps: [`worker-${n}/restart`],
  putOff: [],
  alone: [],
});

/** What becomes of a wave of these workers: `worker-1 | worker-2 without worker-3`. */
function of(
  farm: Farm,
  numbers: readonly number[],
  observation: Observation,
  drained: readonly string[] = [],
): string {
  const intents = new Map(drained.map((worker) => [worker, DRAIN] as const));
  const { waves, heldBack } = waveNow(
    { canary: false, turns: numbers.map(turnOf) },
    desire(farm, TOKEN, intents),
    observation,
  );
  const names = (turns: readonly Turn[]): string => turns.map(({ worker }) => worker).join(' ');
  const going = waves.map(({ turns }) => names(turns)).join(' | ');
  return heldBack.length === 0 ? going : `${going} without ${names(heldBack)}`.trim();
}

describe('a wave, after a while', () => {
  const farm = farmOf({ maxUnavailable: 2, minAvailable: new Map([['PC2', 2]]) }, 4);
  const seen = inPlace(farm);
  const without = (...workers: readonly string[]): Observation =>
    workers.reduce((left, worker) => changeWorker(left, worker, stopped), seen);

  it('is the same where all others are as they were', () => {
    expect(of(farm, [1, 2], seen)).toBe('worker-1 worker-2');
  });

  it('goes one after the other where somebody else is away by now', () => {
    expect(of(farm, [1, 2], without('worker-4'))).toBe('worker-1 | worker-2');
    expect(of(farm, [1, 2], seen, ['worker-4'])).toBe('worker-1 | worker-2');
  });

  it('leaves out whom minAvailable does not let go any more', () => {
    expect(of(farm, [1, 2], without('worker-3', 'worker-4'))).toBe('without worker-1 worker-2');
  });

  it('keeps what is to be done', () => {
    const wave = { canary: true, turns: [turnOf(1)] };
    const { waves } = waveNow(wave, desire(farm, TOKEN, new Map()), without('worker-4'));
    expect(waves.map(({ canary, turns }) => [canary, turns.flatMap(({ steps }) => steps)])).toEqual([
      [true, ['worker-1/restart']],
    ]);
  });

  it('keeps a worker that nobody sees any more, so that its own step says why', () => {
    expect(of(farm, [1, 7], seen)).toBe('worker-1 | worker-7');
  });
});
