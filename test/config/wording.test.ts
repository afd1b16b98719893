import { describe, expect, it } from 'vitest';
import { didYouMean, nearestTo, quote } from '../../src/config/wording.js';

describe('the nearest word', () => {
  const words = ['address', 'workers', 'tags', 'PC1', 'PC2'];
  it.each([
    ['adress', 'address'],
    ['wokrers', 'workers'],
    ['Tags', 'tags'],
    ['PC3', 'PC1'],
    ['pc2', 'PC2'],
    ['tgas', 'tags'],
    ['storage', undefined],
    ['x', undefined],
    ['', undefined],
    ['a'.repeat(1_000_000), undefined],
  ])('to %.20s is %s', (word, nearest) => {
    expect(nearestTo(word, words)).toBe(nearest);
  });
});

describe('help for an unknown word', () => {
  it('names the nearest, else the few there are, else what it is given', () => {
    expect(didYouMean('tgas', ['tags'])).toEqual({ help: "Did you mean 'tags'?" });
    expect(didYouMean('x', ['tags', 'host'])).toEqual({ help: 'Possible: tags, host.' });
    expect(didYouMean('x', ['tags'], 'Look it up.')).toEqual({ help: 'Look it up.' });
    expect(didYouMean('x', [])).toEqual({});
    expect(didYouMean('x', Array<string>(21).fill('long word'))).toEqual({});
  });
});

it('quotes on one line and not too much', () => {
  expect(quote('a\nb\tc\u009b')).toBe("'a␊b c␡'");
  expect(quote('x'.repeat(100))).toBe(`'${'x'.repeat(80)}…'`);
});
