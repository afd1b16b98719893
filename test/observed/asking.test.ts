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

it('says every text of a line as one word that can be read back', () => {
  const anyText = fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 50 }), (texts) => {
      const script = `${ASKING_FUNCTIONS}\nsay all ${texts.map((text) => shellQuote(`=${text}`)).join(' ')}`;
      const [kind, ...words] = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
        .slice(0, -1)
        .split(' ');
      expect(kind).toBe('all');
      expect(words.filter((word) => /\s/.test(word))).toEqual([]);
      expect(words.map(decode)).toEqual(texts);
    }),
    { numRuns: 10 },
  );
});
