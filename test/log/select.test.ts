import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntry, LogRange } from '../../src/log/log.js';
import { RangeOf } from '../../src/log/select.js';

const entry = fc
  .tuple(fc.option(fc.nat(50), { nil: undefined }), fc.nat())
  .map(([time, n]): LogEntry => ({ text: String(n), ...(time === undefined ? {} : { time }) }));

function chosen(entries: readonly LogEntry[], range: LogRange, torn = false): readonly LogEntry[] {
  const selection = new RangeOf(range, torn);
  return [...entries.flatMap((one) => selection.push(one)), ...selection.end()];
}

/** The time of the line, or of the nearest before it that has one. */
function timeFor(entries: readonly LogEntry[], index: number): number {
  return entries.slice(0, index + 1).findLast(({ time }) => time !== undefined)?.time ?? -Infinity;
}

describe('RangeOf', () => {
  it('gives just the lines from a time on, those without a time with the one before', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.nat(50), (entries, since) => {
        expect(chosen(entries, { since })).toEqual(
          entries.filter((_, index) => timeFor(entries, index) >= since),
        );
      }),
    );
  });

  it('gives the last of those, so many as are asked for', () => {
    fc.assert(
      fc.property(
        fc.array(entry),
        fc.option(fc.nat(50), { nil: undefined }),
        fc.nat(20),
        (entries, since, lines) => {
          const range = since === undefined ? {} : { since };
          const all = chosen(entries, range);
          expect(chosen(entries, { ...range, lines })).toEqual(
            all.slice(all.length - Math.min(lines, all.length)),
          );
        },
      ),
    );
  });

  it('gives the last ones of very many', () => {
    const entries = Array.from({ length: 12_345 }, (_, index) => ({ text: String(index) }));
    expect(chosen(entries, { lines: 3 }).map(({ text }) => text)).toEqual(['12342', '12343', '12344']);
  });

  it('does not count the end of a torn line', () => {
    const entries = [{ text: 'n line' }, { text: 'a' }, { text: 'b' }];
    expect(chosen(entries, { lines: 5 }, true)).toEqual(entries.slice(1));
    expect(chosen(entries, { lines: 5 }, false)).toEqual(entries);
  });
});
