import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/farm/duration.js';

describe('durations', () => {
  it.each([
    ['6h', 21_600_000],
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['1m250ms', 60_250],
    ['1h1m1s1ms', 3_661_001],
    ['0s', 0],
  ])('%s is %d ms', (written, milliseconds) => {
    expect(parseDuration(written)).toBe(milliseconds);
  });

  it.each(['', '5', 's', '1.5h', '-1s', '1s1m', '1m1h', '1h 30m', '1H', '1d', '1s1s', '9999999999s'])(
    '%j is none',
    (written) => {
      expect(parseDuration(written)).toBeUndefined();
    },
  );

  it('adds its parts', () => {
    const part = fc.nat(10_000);
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        const expected = ((h * 60 + m) * 60 + s) * 1000 + ms;
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(expected);
      }),
    );
  });
});
