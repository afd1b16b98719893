import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOf } from '../../src/log/line-time.js';

/** As zap's ISO8601TimeEncoder writes a time in a zone, given in minutes east of UTC. */
export function stamp(time: number, zone: number): string {
  if (zone === 0) return new Date(time).toISOString();
  const clock = new Date(time + zone * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  return `${clock}${zone < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${String(minutes).padStart(2, '0')}`;
}

describe('timeOf', () => {
  it('reads a time of Lotus in every zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: -12 * 4, max: 14 * 4 }),
        (time, quarters) => {
          expect(timeOf(`${stamp(time, quarters * 15)}\tINFO\tmain\tx`)).toBe(time);
        },
      ),
    );
  });

  it.each([
    ['2026-01-02T03:04:05.678Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ['2026-01-02T03:04:05.678+0100\tINFO', Date.UTC(2026, 0, 2, 2, 4, 5, 678)],
    ['2026-01-02T03:04:05-05:30 x', Date.UTC(2026, 0, 2, 8, 34, 5)],
    ['goroutine 1 [running]:', undefined],
    ['\tat 2026-01-02T03:04:05.678Z', undefined],
    ['2026-01-02T03:04:05.678', undefined],
    ['2026-13-02T03:04:05.678Z', undefined],
    ['', undefined],
  ])('%j', (line, time) => {
    expect(timeOf(line)).toBe(time);
  });
});
