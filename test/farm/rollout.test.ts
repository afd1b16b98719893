import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/farm/farm.js';
import { readRollout } from '../../src/farm/rollout.js';
import type { WrittenRollout } from '../../src/config/written.gen.js';
import { aHost, aWorker } from '../support/farm.js';
import { edited, farmOf } from './sample.js';

function read(written: WrittenRollout, workers = 8): Rollout {
  const all = Array.from({ length: workers }, (_, index) => aWorker({ name: `worker-${index}` }));
  return readRollout(written, [aHost({ workers: all })], ({ message }) => {
    throw new Error(message);
  });
}

describe('the rollout', () => {
  it('is one worker after the other where the file says nothing', () => {
    const said = { maxUnavailable: 1, minAvailable: new Map(), canary: false };
    expect(farmOf(edited()).rollout).toEqual({ ...said, drainTimeout: 86_400_000, largePlan: 30 });
  });

  it('is what the file says', () => {
    const text = edited(['hosts:', 'rollout: { canary: true, drainTimeout: 1h30m, largePlan: 50% }\nhosts:']);
    expect(farmOf(text).rollout).toMatchObject({ canary: true, drainTimeout: 5_400_000, largePlan: 50 });
  });

  it.each([
    [3, 8, 3],
    [30, 8, 30],
    ['25%', 8, 2],
    ['25%', 7, 1],
    ['25%', 3, 1],
    ['1%', 1000, 10],
    ['100%', 8, 8],
    ['50%', 0, 1],
  ])('has a budget of %s of %i workers: %i', (maxUnavailable, workers, expected) => {
    expect(read({ maxUnavailable }, workers).maxUnavailable).toBe(expected);
  });

  it('never has a budget above the share, but for one worker', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 500 }), (share, workers) => {
        const { maxUnavailable } = read({ maxUnavailable: `${share}%` }, workers);
        expect(maxUnavailable).toBeGreaterThanOrEqual(1);
        if (maxUnavailable > 1) expect(maxUnavailable * 100).toBeLessThanOrEqual(share * workers);
        expect((maxUnavailable + 1) * 100).toBeGreaterThan(share * workers);
      }),
    );
  });

  it('takes tasks by name, by code, and PRU2 for PR2', () => {
    const { minAvailable } = read({ minAvailable: { precommit2: 2, PC1: 7 } });
    expect([...minAvailable]).toEqual([['PC2', 2], ['PC1', 7]]); // prettier-ignore
  });

  it('does not count on workers that the file keeps from work', () => {
    const workers = (['running', 'running', 'drained', 'stopped'] as const).map((state, index) =>
      aWorker({ name: `worker-${index}`, state }),
    );
    const found: string[] = [];
    readRollout({ minAvailable: { PC2: 2 } }, [aHost({ workers })], ({ code }) => found.push(code));
    expect(found).toEqual(['SF225']);
    expect(read({ minAvailable: { PC2: 2 } }, 4).minAvailable.get('PC2')).toBe(2);
  });
});
