import { describe, expect, it } from 'vitest';
import { MAX_BYTES, readConfig } from '../../src/config/config-file.js';
import { finding } from '../../src/config/finding.js';
import { yamlTokens } from '../../src/config/yaml-tokens.js';
import { codeAndPlace } from '../farm/sample.js';

function said(text: string): string[] {
  return readConfig(text, 'f').diagnostics.map(codeAndPlace);
}

function valueOf(text: string): unknown {
  const { config, diagnostics } = readConfig(text, 'f');
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return config.value;
}

describe('texts that are not read', () => {
  it.each([
    ['', 'SF106 1:1'],
    ['\n\n# only a comment\n', 'SF106 1:1'],
    ['---\n', 'SF106 1:1'],
    ['null\n', 'SF106 1:1'],
    ['- a\n- b\n', 'SF107 1:1'],
    ['# no mapping\njust text\n', 'SF107 2:1'],
    ['5', 'SF107 1:1'],
    ['a: 1\n---\nb: 2\n', 'SF105 2:1'],
    ['a: 1\n...\nb: 2\n', 'SF105 3:1'],
    ['%YAML 1.1\n---\na: yes\n', 'SF102 1:1'],
    ['a: [1\nb: 2\n', 'SF102 2:1'],
    ['a: "x\n', 'SF102 2:1'],
    ['a:\n\tb: 1\n', 'SF102 2:1'],
    ['a:\n  b:\n    c: 1\n\n   d:\n    c: 1\n', 'SF102 5:4'],
    ['a: b: c\n', 'SF102 1:4'],
    ['a: !secret x\n', 'SF102 1:4'],
    ['a: !!binary aGk=\n', 'SF102 1:4'],
    ['a: 1\nb: 2\na: 3\n', 'SF103 3:1'],
    ['{ a: { b: 1, "b": 2 } }', 'SF103 1:14'],
    ['1: a\n"1": b\n', 'SF103 2:1'],
    ['a: *x\n', 'SF104 1:4'],
    ['a: &x [*x]\n', 'SF104 1:8'],
    ['? [a]\n: 1\n', 'SF108 1:3'],
    ['a: 1\n: 2\n', 'SF108 2:1'],
    ['a: &k b\n*k : 1\n', 'SF108 2:1'],
    ['a: 1\nb: "\u001b[31m"\n', 'SF109 2:5'],
    ['a: 1\rb: 2\n', 'SF109 1:5'],
    ['a: \u0000', 'SF109 1:4'],
    ['a: \u0085', 'SF109 1:4'],
  ])('%j', (text, expected) => {
    expect(said(text)).toEqual([expected]);
  });

  it('says several at once', () => {
    expect(said('a: 1\na: 2\nb: *x\n? []\n: 1\n')).toEqual(['SF103 2:1', 'SF104 3:4', 'SF108 4:3']);
  });

  it('says ten syntax errors and no more', () => {
    expect(said(']\n'.repeat(50))).toHaveLength(10);
  });

  it.each(['[', '{a: ', '- ', '? ', '!a [', '&a ['])('nests %j no deeper than a hundred times', (opening) => {
    const [only, ...more] = readConfig(opening.repeat(100_000), 'f').diagnostics;
    expect(only?.code).toBe('SF110');
    expect(more).toEqual([]);
  });

  it('cuts no text into more tokens than it may', () => {
    expect(yamlTokens('a: [1, 2]\n', 10)).toMatchObject({ kind: 'refused', why: 'size' });
    expect(yamlTokens('a: [1, 2]\n', 20)).toMatchObject({ kind: 'tokens' });
  });
});

describe('size', () => {
  it('says the size and the limit, and does not look inside', () => {
    const { diagnostics } = readConfig('\u0000'.repeat(50_000_000), 'f');
    expect(diagnostics).toMatchObject([{ code: 'SF101', place: { kind: 'file', file: 'f' } }]);
    expect(diagnostics[0]?.message).toContain('50,000,000');
    expect(diagnostics[0]?.message).toContain('8,388,608');
    expect(diagnostics[0]?.place).not.toHaveProperty('range');
  });

  it('counts bytes, not characters', () => {
    const text = `a: ${'ü'.repeat(MAX_BYTES / 2)}`;
    expect(said(text)).toEqual(['SF101']);
  });

  it('reads a text of exactly 8 MiB', () => {
    expect(said('a: '.padEnd(MAX_BYTES, 'x'))).toEqual([]);
  });
});

describe('aliases', () => {
  const bomb = (levels: number): string =>
    ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
      .concat(
        Array.from(
          { length: levels },
          (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]`,
        ),
      )
      .join('\n');

  it.each([6, 9, 60])('an alias bomb of %d levels does not go off', (levels) => {
    const [code] = said(bomb(levels));
    expect(code).toMatch(/^SF110 6:/);
  });

  it('small ones are followed', () => {
    expect(valueOf('a: &x { b: [1] }\nc: *x\nd: [*x, *x]\n')).toEqual({
      a: { b: [1] },
      c: { b: [1] },
      d: [{ b: [1] }, { b: [1] }],
    });
  });

  it('stand for the nearest anchor before them, on keys too', () => {
    expect(valueOf('a: &x 1\nb: *x\nc: &x 2\nd: *x\n&k e: *k\n')).toEqual({ a: 1, b: 1, c: 2, d: 2, e: 'e' });
  });

  it('are many in a large farm', () => {
    const text = `a: &x [1]\n${Array.from({ length: 5000 }, (_, n) => `k${n}: *x`).join('\n')}`;
    expect(said(text)).toEqual([]);
  });
});

describe('values', () => {
  it.each([
    ['\uFEFFa: 1\n', { a: 1 }],
    ['a: 1\r\nb: |\r\n  x\r\n  y\r\n', { a: 1, b: 'x\ny\n' }],
    ['01: a\n1.0: b\ntrue: c\nnull: d\n~: e\n', { '01': 'a', '1.0': 'b', true: 'c', null: 'd', '~': 'e' }],
    ['"": a', { '': 'a' }],
    [
      'a: yes\nb: true\nc: 0x10\nd: ~\ne:\nf: .5\ng: "1"',
      { a: 'yes', b: true, c: 16, d: null, e: null, f: 0.5, g: '1' },
    ],
    ['"a\\nb": 1', { 'a\nb': 1 }],
    ['<<: { a: 1 }', { '<<': { a: 1 } }],
    ['a: !!str 1', { a: '1' }],
  ])('%j', (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  it('a key __proto__ is a key and no prototype', () => {
    const value = valueOf('__proto__: { admin: true }\nconstructor: 1\n');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value).not.toHaveProperty('admin');
  });
});

describe('places', () => {
  const text = 'a:\n  b: [x, { c: 1 }]\n  "q r": &n\n    z: 2\nd: *n\ne:\n';
  it.each<[(string | number)[], 'key' | 'value', string, string]>([
    [['a', 'b', 0], 'value', '2:7', 'x'],
    [['a', 'b', 1, 'c'], 'key', '2:12', 'c'],
    [['a', 'b', 1, 'c'], 'value', '2:15', '1'],
    [['a', 'b'], 'value', '2:6', '[x, { c: 1 }]'],
    [['a', 'q r'], 'key', '3:3', '"q r"'],
    [['a'], 'value', '2:3', 'b: [x, { c: 1 }]'],
    [['d', 'z'], 'value', '4:8', '2'],
    [['d'], 'value', '5:4', '*n'],
    [['e'], 'value', '6:1', 'e'],
    [['e', 'f'], 'value', '6:1', 'e'],
    [['a', 'b', 7, 'c'], 'value', '2:3', 'b'],
    [['a', 'b', 'c'], 'value', '2:3', 'b'],
    [['a', 'nothing', 'here'], 'value', '1:1', 'a'],
    [[], 'value', '1:1', 'a:'],
    [[], 'key', '1:1', 'a:'],
  ])('%j, its %s, is at %s', (path, on, place, shown) => {
    const located = readConfig(text, 'f').config?.locate(finding('SF111', path, 'm', { on }));
    if (located?.place?.kind !== 'file' || located.place.range === undefined) throw new Error('no place');
    const { line, column, endColumn, lineText } = located.place.range;
    expect(`${line}:${column}`).toBe(place);
    expect(lineText.slice(column - 1, endColumn - 1)).toBe(shown);
  });

  it('lines end before CRLF, and a byte order mark is not counted', () => {
    const { config } = readConfig('\uFEFFa: 1\r\nb: 2\r\n', 'f');
    const at = (key: string): unknown => config?.locate(finding('SF111', [key], 'm')).place;
    expect(at('a')).toMatchObject({ range: { line: 1, column: 4, endColumn: 5, lineText: 'a: 1' } });
    expect(at('b')).toMatchObject({ range: { line: 2, column: 4, endColumn: 5, lineText: 'b: 2' } });
  });
});

it('shows control characters as pictures', () => {
  const [problem] = readConfig('a: "\u001b[31m\u007f\t"\n', 'f').diagnostics;
  expect(problem?.place).toMatchObject({ range: { lineText: 'a: "␛[31m␡ "' } });
});
