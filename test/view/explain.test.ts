import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_CODES, CODES } from '../../src/diagnostic/codes.js';
import { explainJson, factsOf, formatCodeList, formatExplanations } from '../../src/view/explain.js';
import { createStyle, PLAIN } from '../../src/view/style.js';

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

describe('formatExplanations', () => {
  it('says what a code means and what to do, wrapped', () => {
    expect(formatExplanations(['SF218'], PLAIN, 40)).toBe(
      `note SF218: task written twice

The worker has the task twice in its
list, perhaps once by its name and once
by its short code. It counts once.

What to do: Take one of the two out.`,
    );
  });

  it('ends with links where there are any', () => {
    expect(formatExplanations(['SF606'], PLAIN, 80).split('\n').slice(-3)).toEqual([
      '',
      'See also:',
      '  https://github.com/filecoin-project/lotus/pull/9032',
    ]);
    expect(formatExplanations(['SF218'], PLAIN, 80)).not.toContain('See also');
  });

  it('explains several codes in the order asked for', () => {
    const text = formatExplanations(['SF604', 'SF218'], PLAIN, 80);
    expect(text.split('\n').filter((line) => /^(?:error|note) SF/.test(line))).toEqual([
      'error SF604: worker did not get quiet in time',
      'note SF218: task written twice',
    ]);
  });

  it('stays within the width and loses no word, for all codes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL_CODES), fc.integer({ min: 10, max: 200 }), (code, width) => {
        const text = formatExplanations([code], PLAIN, width);
        const tooWide = text.split('\n').filter((line) => line.length > Math.min(width, 100));
        expect(tooWide.filter((line) => line.trim().includes(' '))).toEqual([]);
        const { severity, title, why, remedy, upstream = [] } = factsOf(code);
        const links = upstream.length === 0 ? '' : `See also: ${upstream.join(' ')}`;
        expect(words(text)).toEqual(
          words(`${severity} ${code}: ${title} ${why} What to do: ${remedy} ${links}`),
        );
      }),
    );
  });

  it.each([
    ['SF602', '\u001B[31merror SF602\u001B[39m'],
    ['SF508', '\u001B[33mwarning SF508\u001B[39m'],
    ['SF218', '\u001B[36mnote SF218\u001B[39m'],
  ] as const)('paints the weight of %s, and says the same without colour', (code, head) => {
    const painted = formatExplanations([code], createStyle(true), 60);
    expect(painted.startsWith(`${head}: `)).toBe(true);
    expect(stripVTControlCharacters(painted)).toBe(formatExplanations([code], PLAIN, 60));
  });
});

describe('formatCodeList', () => {
  it('names every code once, with its title, below its family', () => {
    const lines = formatCodeList(PLAIN, 100).split('\n');
    expect(lines.filter((line) => /^ {2}SF/.test(line))).toEqual(
      ALL_CODES.map((code) => `  ${code}  ${CODES[code].title}`),
    );
    expect(lines.filter((line) => /^SF/.test(line))).toEqual([
      'SF1xx YAML and schema',
      'SF2xx meaning of the farm',
      'SF3xx secrets',
      'SF4xx reaching a host and Lotus',
      'SF5xx observation and plan',
      'SF6xx apply, drain and the command line',
      'SF7xx sandbox',
    ]);
    expect(lines.indexOf('SF3xx secrets')).toBe(
      lines.indexOf('  SF301  secret: environment variable missing') - 1,
    );
  });

  it('wraps titles under titles', () => {
    expect(formatCodeList(PLAIN, 30)).toContain(
      '  SF202  profiles extend each\n         other in a circle\n',
    );
  });
});

describe('explainJson', () => {
  it('gives the texts unwrapped', () => {
    expect(explainJson(['SF218'])).toEqual({
      formatVersion: 1,
      codes: [
        {
          code: 'SF218',
          title: 'task written twice',
          severity: 'note',
          why: 'The worker has the task twice in its list, perhaps once by its name and once by its short code. It counts once.',
          remedy: 'Take one of the two out.',
        },
      ],
    });
  });

  it('gives all codes where none is named', () => {
    expect(explainJson().codes.map(({ code }) => code)).toEqual(ALL_CODES);
  });
});
