import { describe, expect, it } from 'vitest';
import { parseSince } from '../../src/cli/since.js';

const NOW = Date.UTC(2026, 0, 31, 12);

describe('parseSince', () => {
  it.each([
    ['2h', NOW - 7_200_000],
    ['1h30m', NOW - 5_400_000],
    ['999999999h', 0],
    ['2026-01-31T12:30Z', Date.UTC(2026, 0, 31, 12, 30)],
    ['2026-01-31T12:30:15.5+01:00', Date.UTC(2026, 0, 31, 11, 30, 15, 500)],
    ['2026-01-31 12:30:00Z', Date.UTC(2026, 0, 31, 12, 30)],
    ['2026-01-31', new Date(2026, 0, 31).getTime()],
    ['2026-01-31 12:30', new Date(2026, 0, 31, 12, 30).getTime()],
  ])('%s', (written, time) => {
    expect(parseSince(written, NOW)).toBe(time);
  });

  it.each(['', 'yesterday', '2', '2026', '2026-13-01', '31.1.2026', '2026-01-31T25:00', '12:30', '-2h'])(
    'is not: %j',
    (written) => {
      expect(parseSince(written, NOW)).toBeUndefined();
    },
  );
});
