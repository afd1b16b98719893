import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic, SourceRange } from '../../src/diagnostic/diagnostic.js';
import {
  diagnosticsJson,
  formatDiagnostic,
  formatDiagnostics,
  summaryLine,
} from '../../src/view/diagnostics.js';
import { excerpt } from '../../src/view/source-excerpt.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';

function rangeOf(lineText: string, word: string): SourceRange {
  const column = lineText.indexOf(word) + 1;
  return { line: 12, column, endColumn: column + word.length, lineText };
}

function inFile(range: SourceRange): Diagnostic {
  return {
    code: 'SF111',
    severity: 'error',
    message: 'unknown key "taks"; did you mean "tasks"?',
    place: { kind: 'file', file: 'sealfarm.yaml', range },
    help: 'Write `tasks`.',
  };
}

const ON_HOST: Diagnostic = {
  code: 'SF603',
  severity: 'warning',
  message: 'worker-1 did not come up as declared: PC1 is off',
  place: { kind: 'host', host: 'host-1', worker: 'worker-1', path: '/mnt/x' },
  help: 'Mend the cause and apply again. The end of its log:\nERROR  main  a  b\nERROR  main  c',
};

describe('formatDiagnostic', () => {
  it('shows the place in the file', () => {
    expect(formatDiagnostic(inFile(rangeOf('      taks: [addpiece]', 'taks')), PLAIN)).toBe(
      [
        'error SF111: unknown key "taks"; did you mean "tasks"?',
        '  sealfarm.yaml:12:7',
        '   12 |       taks: [addpiece]',
        '      |       ~~~~',
        '  help: Write `tasks`.',
      ].join('\n'),
    );
  });

  it('shows the place on a host, and the lines of a log as they are', () => {
    expect(formatDiagnostic(ON_HOST, PLAIN, 60)).toBe(
      [
        'warning SF603: worker-1 did not come up as declared: PC1 is',
        '  off',
        '  host-1 worker-1 /mnt/x',
        '  help: Mend the cause and apply again. The end of its log:',
        '        ERROR  main  a  b',
        '        ERROR  main  c',
      ].join('\n'),
    );
  });

  it('needs no place and no help', () => {
    expect(formatDiagnostic({ code: 'SF511', severity: 'note', message: 'm' }, PLAIN)).toBe('note SF511: m');
    const place = { kind: 'file', file: 'sealfarm.yaml' } as const;
    expect(formatDiagnostic({ code: 'SF106', severity: 'error', message: 'empty', place }, PLAIN)).toBe(
      'error SF106: empty\n  sealfarm.yaml',
    );
  });

  it('paints by severity', () => {
    expect(formatDiagnostic({ code: 'SF511', severity: 'error', message: 'm' }, createStyle(true))).toBe(
      '\u001B[31merror SF511\u001B[39m: \u001B[1mm\u001B[22m',
    );
  });

  it('lets nothing out that a terminal would obey', () => {
    const text = formatDiagnostic({ ...ON_HOST, message: 'a\u001B]0;x\u0007', help: '\u009B2J\r' }, PLAIN);
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});

describe('excerpt', () => {
  it.each([
    ['\t\ttaks:\t[x]', '[x]', '        taks:   [x]', '                ~~~'],
    ['  日本: taks', 'taks', '  日本: taks', '        ~~~~'],
    ['  日本: taks', '日本', '  日本: taks', '  ~~~~'],
    ['e\u0301e\u0301 taks', 'taks', 'e\u0301e\u0301 taks', '   ~~~~'],
    ['🚜 taks', 'taks', '🚜 taks', '   ~~~~'],
    ['\u001B[31m taks', 'taks', '␛[31m taks', '      ~~~~'],
  ])('puts the squiggle under what is meant in %j', (line, word, text, squiggle) => {
    expect(excerpt(rangeOf(line, word), 80)).toEqual({ text, squiggle });
  });

  it('marks one column of an empty range', () => {
    expect(excerpt({ line: 1, column: 5, endColumn: 5, lineText: 'abcd' }, 80).squiggle).toBe('    ~');
    expect(excerpt({ line: 1, column: 1, endColumn: 1, lineText: '' }, 80)).toEqual({
      text: '',
      squiggle: '~',
    });
  });

  it('cuts a long line around what is meant', () => {
    const line = `${'x'.repeat(99)} taks ${'y'.repeat(99)}`;
    expect(excerpt(rangeOf(line, 'taks'), 30)).toEqual({
      text: '…xxxxxxxx taks yyyyyyyyyyyyyy…',
      squiggle: '          ~~~~',
    });
    expect(excerpt(rangeOf(`${'x'.repeat(99)} taks`, 'taks'), 30)).toEqual({
      text: `…${'x'.repeat(23)} taks`,
      squiggle: `${' '.repeat(25)}~~~~`,
    });
  });

  it('shows no half of a wide character', () => {
    const range = { line: 1, column: 4, endColumn: 6, lineText: 'aa🚜\t🚜日a' };
    expect(excerpt(range, 12)).toEqual({ text: '…a🚜    🚜 …', squiggle: '    ~~~~' });
    // Nor at its beginning: three columns before the range are seen.
    const late = { line: 1, column: 8, endColumn: 10, lineText: '🚜🚜日xyyyyyyyyyy' };
    expect(excerpt(late, 12).text).toMatch(/^… [x日]/);
  });

  it('stays within its width and always marks something of the range', () => {
    const char = fc.constantFrom('a', ' ', '\t', '日', 'e\u0301', '🚜');
    const line = fc.array(char, { maxLength: 120 }).map((chars) => chars.join(''));
    fc.assert(
      fc.property(
        line,
        fc.nat(200),
        fc.nat(200),
        fc.integer({ min: 10, max: 100 }),
        (lineText, start, length, width) => {
          const column = Math.min(start, lineText.length) + 1;
          const endColumn = Math.min(column + length, lineText.length + 1);
          const { text, squiggle } = excerpt({ line: 1, column, endColumn, lineText }, width);
          expect(displayWidth(text)).toBeLessThanOrEqual(width);
          expect(squiggle.length).toBeLessThanOrEqual(width);
          expect(squiggle).toMatch(/^ *~+$/);
        },
      ),
    );
  });
});

describe('lists of diagnostics', () => {
  const list = [ON_HOST, inFile(rangeOf('taks', 'taks')), inFile(rangeOf('taks', 'taks'))];

  it('are counted', () => {
    expect(summaryLine(list)).toBe('2 errors, 1 warning');
    expect(summaryLine([])).toBe('no problems');
  });

  it('have an empty line between', () => {
    expect(formatDiagnostics(list, PLAIN).split('\n\n')).toHaveLength(3);
    expect(formatDiagnostics([], PLAIN)).toBe('');
  });

  it('are the same for machines', () => {
    expect(diagnosticsJson(list.slice(0, 2))).toEqual([
      ON_HOST,
      {
        ...inFile(rangeOf('taks', 'taks')),
        place: { kind: 'file', file: 'sealfarm.yaml', line: 12, column: 1, endColumn: 5 },
      },
    ]);
  });
});

describe('formatDiagnostics', () => {
  const away = (host: string, address: string): Diagnostic => ({
    code: 'SF404',
    severity: 'error',
    message: `Cannot connect to ${host} (${address}:22): connection refused`,
    place: { kind: 'host', host },
    help: `Is ${host} up, and does SSH listen on ${address}:22?`,
  });
  const hosts = (numbers: readonly number[]): readonly Diagnostic[] =>
    numbers.map((number) => away(`host-${number}`, `10.0.0.${number}`));

  it('shows once what many hosts have', () => {
    expect(formatDiagnostics(hosts([1, 2, 3, 4, 5, 9]), PLAIN)).toBe(
      [
        'error SF404: Cannot connect to host-1 (10.0.0.1:22): connection refused',
        '  host-1',
        '  likewise host-[2-5], host-9',
        '  help: Is host-1 up, and does SSH listen on 10.0.0.1:22?',
      ].join('\n'),
    );
  });

  it('counts names that are too many', () => {
    const odd = Array.from({ length: 100 }, (_, at) => at * 2 + 1);
    expect(formatDiagnostics(hosts(odd), PLAIN)).toMatch(
      /^ {2}likewise host-3, (.*, )?host-25 and 87 more$/m,
    );
  });

  it.each<[what: string, list: readonly Diagnostic[]]>([
    [
      'other words',
      hosts([1, 2, 3]).map((one, at) => ({ ...one, message: `${one.message} ${'.'.repeat(at)}` })),
    ],
    ['other help', hosts([1, 2, 3]).map((one, at) => ({ ...one, help: `SHA256:${at}` }))],
    ['another severity', hosts([1, 2]).map((one, at) => ({ ...one, severity: at === 0 ? 'note' : 'error' }))],
    [
      'a path each',
      [1, 2, 3].map((number) => ({
        ...ON_HOST,
        place: { kind: 'host', host: `host-${number}`, path: `/mnt/${number}` },
      })),
    ],
    [
      'a place in the file',
      Array.from({ length: 3 }, () => inFile(rangeOf('      taks: [addpiece]', 'taks'))),
    ],
  ])('shows each of those that are not alike: %s', (_, list) => {
    const heads = formatDiagnostics(list, PLAIN).match(/^(error|warning|note) SF/gm);
    expect(heads).toHaveLength(list.length);
  });

  it('stands in the place of the first', () => {
    const [one, ...others] = hosts([1, 2, 3]);
    const text = formatDiagnostics([one ?? ON_HOST, ON_HOST, ...others], PLAIN);
    expect(text.match(/SF\d+/g)).toEqual(['SF404', 'SF603']);
  });
});
