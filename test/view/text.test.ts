import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignRows } from '../../src/view/columns.js';
import { cut, displayWidth, printable, wrap } from '../../src/view/text.js';
import { age, count, foldNames, sinceWhen, someOf } from '../../src/view/words.js';

const NOW = new Date('2026-03-01T12:00:06Z');

describe('age', () => {
  it.each([
    ['2026-03-01T12:00:00Z', '6s'],
    ['2026-03-01T11:48:00.123Z', '12m'],
    ['2026-03-01T10:19:00+01:00', '2h41m'],
    ['2026-03-01T10:00:00Z', '2h'],
    ['2026-02-26T08:00:00Z', '3d4h'],
    ['2026-03-01T12:00:09Z', '0s'],
    ['nonsense', '0s'],
  ])('of %s is %s', (since, expected) => {
    expect(age(since, NOW)).toBe(expected);
  });

  it('comes with the time, and with the date when it was not today', () => {
    expect(sinceWhen('2026-03-01T12:00:00Z', NOW)).toBe('since 12:00 UTC (6s)');
    expect(sinceWhen('2026-02-28T12:00:00Z', NOW)).toBe('since 2026-02-28 12:00 UTC (1d)');
    expect(sinceWhen('nonsense', NOW)).toBe('since nonsense');
  });
});

describe('lists', () => {
  it('are counted', () => {
    expect([count(0, 'file'), count(1, 'file'), count(2, 'box', 'boxes')]).toEqual([
      '0 files',
      '1 file',
      '2 boxes',
    ]);
  });

  it('show the first few', () => {
    expect(someOf(['a', 'b', 'c'], 2)).toBe('a, b, c');
    expect(someOf(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });

  it.each([
    [
      ['host-1', 'host-2'],
      ['host-1', 'host-2'],
    ],
    [
      ['host-1', 'host-2', 'host-3', 'x'],
      ['host-[1-3]', 'x'],
    ],
    [['pc1-08', 'pc1-09', 'pc1-10'], ['pc1-[08-10]']],
    [['pc1-8', 'pc1-9', 'pc1-10'], ['pc1-[8-10]']],
    [
      ['a', 'b-1', 'b-2', 'b-4', 'b-5', 'b-6'],
      ['a', 'b-1', 'b-2', 'b-[4-6]'],
    ],
  ])('of names %j fold to %j', (names, folded) => {
    expect(foldNames(names)).toEqual(folded);
  });
});

describe('wrap', () => {
  it('breaks at blanks and never within a word', () => {
    expect(wrap('  aa bb ccccccccccc dd', 8, '    ')).toEqual(['  aa bb', '    ccccccccccc', '    dd']);
  });

  it('loses no word and keeps to the width', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 80 }), (list, width) => {
        const lines = wrap(list.join(' '), width, '  ');
        expect(lines.join(' ').split(/ +/)).toEqual(list);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('text', () => {
  it('has a width without its colour', () => {
    expect(displayWidth('\u001B[31mab\u001B[39m日')).toBe(4);
  });

  it('is cut to a width', () => {
    expect([cut('abcdef', 6), cut('abcdef', 5), cut('日本語', 4), cut('ab', 0)]).toEqual([
      'abcdef',
      'abcd…',
      '日…',
      '',
    ]);
  });

  it('is made printable unit for unit', () => {
    expect(printable('a\tb\nc\u0000\u007F\u009B\u202E')).toBe('a\tb\nc␀␡\uFFFD\uFFFD');
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ max: 0x20ff, min: 0 }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          expect(printable(text)).toHaveLength(text.length);
          expect(printable(text)).not.toMatch(/(?![\n\t])\p{Cc}/u);
        },
      ),
    );
  });
});

describe('alignRows', () => {
  it('puts cells one below the other and leaves empty columns out', () => {
    expect(
      alignRows(
        [
          ['a', '', 'x'],
          ['bbb', '', 'y'],
        ],
        80,
      ),
    ).toEqual([['a    x'], ['bbb  y']]);
  });

  it('puts the last cell of a wide row below', () => {
    expect(
      alignRows(
        [
          ['  a', 'b', 'c'],
          ['  a', 'b', 'cccccc'],
        ],
        10,
      ),
    ).toEqual([['  a  b  c'], ['  a  b', '      cccccc']]);
  });
});
