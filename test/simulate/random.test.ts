import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../src/simulate/random.js';

function numbers(seed: number, count: number): readonly number[] {
  const next = randomFrom(seed);
  return Array.from({ length: count }, next);
}

describe('random numbers', () => {
  it('are the same for one seed and others for another', () => {
    expect(numbers(1, 20)).toEqual(numbers(1, 20));
    expect(numbers(1, 20)).not.toEqual(numbers(2, 20));
    expect(new Set(numbers(1, 20)).size).toBe(20);
  });

  it.each([0, 1, 2, 12_345, -1, 2 ** 32 - 1])('lie evenly between 0 and 1 from seed %d', (seed) => {
    const drawn = numbers(seed, 10_000);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    // Ten thousand of them: a standard deviation of 0.0029 for the mean, of 30 for each tenth.
    const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = drawn.filter((one) => Math.floor(one * 10) === tenth).length;
      expect(Math.abs(inside - 1000)).toBeLessThan(150);
    }
  });
});
