import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatEnvFile, isEnvValue, parseEnvFile, type EnvEntry } from '../../src/host/env-file.js';
import { Secret } from '../../src/secret/secret.js';
import { CANARY } from '../support/farm.js';

const hostile = fc.constantFrom(
  ...[
    '"',
    "'",
    '`',
    '$',
    '$(id)',
    '${HOME}',
    '\\',
    '\\n',
    '\n',
    '\t',
    ' ',
    '#',
    ';',
    '=',
    '~',
    '*',
    '!',
    '&',
    '|',
    '%',
  ],
);
/** Any value that an environment file can hold, mostly of characters that mean something to a parser. */
const value = fc
  .array(
    fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('é', '漢', '🦈', 'abc')),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''))
  .filter(isEnvValue);
const name = fc.stringMatching(/^SF_[A-Za-z0-9_]{0,8}$/);
const entries = fc.uniqueArray(fc.record({ name, value }), {
  selector: (entry) => entry.name,
  maxLength: 20,
});

function asObject(entries: readonly EnvEntry[]): Record<string, unknown> {
  return Object.fromEntries(entries.map((entry) => [entry.name, entry.value]));
}

describe('an environment file', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(entries, (written) => {
        expect(Object.fromEntries(parseEnvFile(formatEnvFile(written).reveal()))).toEqual(asObject(written));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves plain values without quotes', () => {
    const text = formatEnvFile([
      { name: 'LISTEN', value: '10.0.0.11:3456' },
      { name: 'EMPTY', value: '' },
      { name: 'NOTE', value: 'a b' },
    ]);
    expect(text.reveal()).toBe('LISTEN=10.0.0.11:3456\nEMPTY=\nNOTE="a b"\n');
  });

  it('is a secret as a whole', () => {
    const text = formatEnvFile([{ name: 'MINER_API_INFO', value: new Secret(CANARY) }]);
    expect(JSON.stringify(text)).not.toContain(CANARY);
    expect(text.reveal()).toContain(CANARY);
  });
});

describe('a POSIX shell', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealfarm-env-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function sourced(text: string): Record<string, string> {
    const file = join(folder, 'worker.env');
    writeFileSync(file, text);
    const script = 'set -a; . "$1"; exec /usr/bin/env -0';
    const run = spawnSync('/bin/sh', ['-c', script, 'sh', file], { env: {}, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const pairs = run.stdout.split('\0').filter((pair) => pair.startsWith('SF_'));
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
  }

  it('reads the file as systemd does', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 40, maxLength: 60 }), (values) => {
        const written = values.map((value, index) => ({ name: `SF_${index}`, value }));
        expect(sourced(formatEnvFile(written).reveal())).toEqual(asObject(written));
      }),
      { numRuns: 40 },
    );
  });
});

describe("systemd's syntax", () => {
  it.each<[what: string, text: string, values: Record<string, string>]>([
    ['nothing', '', {}],
    ['plain', 'A=1\nB=two\n', { A: '1', B: 'two' }],
    ['no newline at the end', 'A=1', { A: '1' }],
    ['empty value', 'A=\nB=2', { A: '', B: '2' }],
    ['empty value at the end', 'A=', { A: '' }],
    ['comments', '# A=1\n; B=2\n  # C=3\nD=4', { D: '4' }],
    ['a comment that a backslash continues', '# A=1 \\\nB=2\nC=3', { C: '3' }],
    ['a backslash at the end of the last comment', '# A=1 \\', {}],
    ['a hash inside a value', 'A=1 # no comment', { A: '1 # no comment' }],
    ['blanks around', '  A  =  x y  \n\t\n', { A: 'x y' }],
    ['double quotes', 'A=" x "', { A: ' x ' }],
    ['single quotes', `A=' \\x "y" '`, { A: ' \\x "y" ' }],
    ['escapes in double quotes', 'A="\\"\\`\\$\\\\"', { A: '"`$\\' }],
    ['other backslashes in double quotes', 'A="\\n\\x"', { A: '\\n\\x' }],
    ['quoted parts after one another', `A="a" 'b'"c"`, { A: 'abc' }],
    ['a plain part after a quoted one', `A='b'c`, { A: 'bc' }],
    ['quotes inside a plain value', `A=a"b"'c'`, { A: `a"b"'c'` }],
    ['an escaped quote', 'A=\\"a"', { A: '"a"' }],
    ['continued plain value', 'A=a\\\nb\nB=2', { A: 'ab', B: '2' }],
    ['continued value that looks like an assignment', 'A=a\\\nB=2', { A: 'aB=2' }],
    ['continued quoted value', 'A="a\\\nb"', { A: 'ab' }],
    ['a quoted value of two lines', 'A="a\nB=2"\nC=3', { A: 'a\nB=2', C: '3' }],
    ['an escaped blank at the end', 'A=a\\ \nB=2', { A: 'a ', B: '2' }],
    ['a lone backslash at the very end', 'A=a \\', { A: 'a ' }],
    ['a lone backslash in open quotes', 'A="a\\', { A: 'a' }],
    ['double quotes left open', 'A="a\nB=2', { A: 'a\nB=2' }],
    ['single quotes left open', "A='a\nB=2", { A: 'a\nB=2' }],
    ['CRLF', 'A=1\r\nB="2"\r\n', { A: '1', B: '2' }],
    ['a later assignment', 'A=1\nB=2\nA=3', { A: '3', B: '2' }],
    ['export', 'export A=1\nB=2', { B: '2' }],
    ['export of a value of two lines', 'export A="1\nB=2"\nC=3', { C: '3' }],
    ['lines without an assignment', 'hello\nA=1\nworld', { A: '1' }],
    ['names that are none', '1A=1\nA-B=2\n=3\nC=4', { C: '4' }],
    ['a byte order mark', '\uFEFFA=1\nB=2', { B: '2' }],
    ['no expansion', 'A=$HOME\nB="${HOME}"', { A: '$HOME', B: '${HOME}' }],
    ['a control character, which makes systemd drop it', 'A=1\nA=\x01\nB=2', { B: '2' }],
    ['a NUL, with which systemd takes nothing at all', 'A=1\nB=\0', {}],
  ])('%s', (_, text, values) => {
    expect(Object.fromEntries(parseEnvFile(text))).toEqual(values);
  });

  it('is read without an exception whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 3 }))), (parts) => {
        for (const [key, value] of parseEnvFile(`A=${parts.join('')}`)) {
          expect(key).toMatch(/^\w+$/);
          expect(isEnvValue(value)).toBe(true);
        }
      }),
    );
  });
});

describe('what systemd takes as a value', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['a\tb\nc', true],
    ['漢🦈', true],
    ['a\rb', false],
    ['\x00', false],
    ['\x1b[31m', false],
    ['\x7f', false],
    ['\ud800', false],
  ])('%j: %s', (text, taken) => {
    expect(isEnvValue(text)).toBe(taken);
  });
});
