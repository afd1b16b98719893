import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workersOf } from '../../src/farm/rules/rule.js';
import { split, weightsFor } from '../../src/flow/shares.js';
import { aFarm, aHost, aWorker } from '../support/farm.js';

function farmWith(limits: readonly number[]): ReturnType<typeof aFarm> {
  const workers = limits.map((limit, index) =>
    aWorker({ name: `w${index}`, limits: new Map([['PC2', limit]]) }),
  );
  return aFarm({ hosts: [aHost({ workers })] });
}

describe('shares', () => {
  it('are 1 together, whoever is among them', () => {
    const chosen = fc
      .array(fc.nat(9), { minLength: 1, maxLength: 6 })
      .chain((limits) => fc.tuple(fc.constant(limits), fc.subarray([...limits.keys()], { minLength: 1 })));
    fc.assert(
      fc.property(chosen, ([limits, indexes]) => {
        const farm = farmWith(limits);
        const workers = workersOf(farm.hosts);
        const weights = weightsFor('PC2', workers, farm, new Map());
        const among = indexes.flatMap((index) => workers[index] ?? []);
        const sum = split(among, weights).reduce((total, { share }) => total + share, 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
  });

  it('leave out who takes none, unless none of them takes any', () => {
    const farm = farmWith([0, 0, 4]);
    const workers = workersOf(farm.hosts);
    const weights = weightsFor('PC2', workers, farm, new Map());
    expect(split(workers, weights).map(({ share }) => share)).toEqual([1]);
    expect(split(workers.slice(0, 2), weights).map(({ share }) => share)).toEqual([0.5, 0.5]);
  });

  it('are none of nobody', () => {
    expect(split([], new Map())).toEqual([]);
  });
});
