import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ASKING_FUNCTIONS, decode } from '../../src/observed/asking.js';
import { shellQuote } from '../../src/host/shell.js';

/** Likely in paths and names, or of a meaning to the shell, to base64 or to a line of words. */
const PIECES = [
  '/mnt/nvme0',
  'seal',
  's-t01000-7',
  '=',
  '-',
  ' ',
  '\n',
  '"',
  "'",
  '\\n',
  '$(id)',
  '*',
  'é',
  '🦭',
];

it('says every text as one word that can be read back', () => {
  const anyText = fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 50 }), (texts) => {
      const script = [ASKING_FUNCTIONS, ...texts.map((text) => `word ${shellQuote(text)}`)].join('\n');
      const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
      expect(words.filter((word) => /\s/.test(word))).toEqual([]);
      expect(words.map(decode)).toEqual(texts);
    }),
    { numRuns: 10 },
  );
});
