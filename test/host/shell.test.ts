import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Lines, shellQuote } from '../../src/host/shell.js';

const word = fc
  .array(
    fc.oneof(
      fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '*', '!', '-', 'é'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join('').replaceAll(/\0|\p{Cs}/gu, ''));

describe('a quoted word', () => {
  it.each([
    ['plain', 'plain', "'plain'"],
    ['empty', '', "''"],
    ['a quote', "it's", `'it'\\''s'`],
    ['a command', '$(reboot); `reboot` "\\', `'$(reboot); \`reboot\` "\\'`],
  ])('%s', (_, text, quoted) => {
    expect(shellQuote(text)).toBe(quoted);
  });

  it('is the same text again in a shell', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellQuote).join(' ')}`;
        const run = spawnSync('/bin/sh', ['-s'], { input: script, encoding: 'utf8' });
        expect(run.stdout.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a text in base64', () => {
  it('has short lines and is the same text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        const lines = base64Lines(text).split('\n');
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
        expect(lines.at(-1)).toBe('');
        expect(Buffer.from(lines.join(''), 'base64').toString('utf8')).toBe(text);
      }),
    );
  });
});
