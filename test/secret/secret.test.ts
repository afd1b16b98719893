import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { reveal, sameValue, Secret } from '../../src/secret/secret.js';
import { CANARY } from '../support/farm.js';

describe('a secret', () => {
  const secret = new Secret(CANARY);

  it.each([
    ['its text', secret.toString()],
    ['concatenation', `token: ${String(secret)}`],
    ['JSON', JSON.stringify({ deep: [{ secret }] })],
    ['inspection', inspect({ deep: [{ secret }] }, { depth: 9, showHidden: true })],
    ['its own keys', Object.entries(secret).join(',')],
    ['a copy', JSON.stringify(Object.assign({}, secret))],
    ['an error', String(new Error(`cannot use ${String(secret)}`).stack)],
  ])('does not show in %s', (_, shown) => {
    expect(shown).not.toContain(CANARY);
  });

  it('shows as a mask, so that a reader knows there is one', () => {
    expect(`${secret.toString()} ${JSON.stringify([secret])} ${inspect(secret)}`).toBe(
      '(secret) ["(secret)"] (secret)',
    );
  });

  it('is revealed on demand only', () => {
    expect(secret.reveal()).toBe(CANARY);
    expect(reveal(secret)).toBe(CANARY);
    expect(reveal('open')).toBe('open');
  });

  it('is compared by its text, with open texts too', () => {
    expect(secret.equals(new Secret(CANARY))).toBe(true);
    expect(secret.equals(new Secret('other'))).toBe(false);
    expect(sameValue(secret, CANARY)).toBe(true);
    expect(sameValue('other', secret)).toBe(false);
  });
});
