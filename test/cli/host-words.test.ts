import { describe, expect, it } from 'vitest';
import { parseHostWords } from '../../src/cli/host-words.js';

describe('a host as ssh would have it', () => {
  it.each<[string, ReturnType<typeof parseHostWords>]>([
    ['seal-01', { address: 'seal-01', ssh: {} }],
    ['root@seal-01:2222', { address: 'seal-01', ssh: { user: 'root', port: 2222 } }],
    ['10.0.0.11:22', { address: '10.0.0.11', ssh: { port: 22 } }],
    ['2001:db8::1', { address: '2001:db8::1', ssh: {} }],
    ['me@[2001:db8::1]:22', { address: '2001:db8::1', ssh: { user: 'me', port: 22 } }],
    ['[seal-01]:22', undefined],
    ['seal-01:0', undefined],
    ['seal 01', undefined],
    ['@seal-01', undefined],
    ['', undefined],
    ['10.0.0.300', undefined],
  ])('%j', (word, host) => {
    expect(parseHostWords(word)).toEqual(host);
  });
});
