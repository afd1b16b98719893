import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatManifest, parseManifest, type Manifest } from '../../src/host/manifest.js';

const intent = fc.record(
  { who: fc.string(), when: fc.string(), why: fc.string(), allowTo: fc.array(fc.string()) },
  { requiredKeys: ['who', 'when'], noNullPrototype: true },
);
const manifest: fc.Arbitrary<Manifest> = fc.record({
  version: fc.constant(1 as const),
  farm: fc.string(),
  workers: fc.uniqueArray(fc.string({ minLength: 1 })),
  intents: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/), intent, { noNullPrototype: true }),
});

describe('a manifest', () => {
  it('is read back as it was written, with its workers in order', () => {
    fc.assert(
      fc.property(manifest, (written) => {
        expect(parseManifest(formatManifest(written))).toEqual({
          ...written,
          workers: [...written.workers].sort(),
        });
      }),
    );
  });

  it('is the same text for the same content', () => {
    const drain = { who: 'alice', when: '2026-01-02T03:04:05Z' };
    const one = { version: 1, farm: 'f', workers: ['b', 'a'], intents: { b: drain, a: drain } } as const;
    const other = { version: 1, farm: 'f', workers: ['a', 'b'], intents: { a: drain, b: drain } } as const;
    expect(formatManifest(one)).toBe(formatManifest(other));
    expect(formatManifest(one)).toMatch(/^\{\n {2}"version": 1,[^]*\}\n$/);
  });

  const good = { version: 1, farm: 'f', workers: ['a'], intents: {} };
  it.each<[what: string, text: string, problem: RegExp]>([
    ['no JSON', '{', /not JSON/],
    ['null', 'null', /not a sealfarm manifest/],
    ['a number', '1', /not a sealfarm manifest/],
    ['another version', JSON.stringify({ ...good, version: 2 }), /version 1/],
    ['no farm', JSON.stringify({ ...good, farm: undefined }), /not a sealfarm manifest/],
    ['workers that are no list', JSON.stringify({ ...good, workers: {} }), /not a sealfarm manifest/],
    ['a worker that is no name', JSON.stringify({ ...good, workers: [1] }), /not a sealfarm manifest/],
    ['no intents', JSON.stringify({ ...good, intents: null }), /not a sealfarm manifest/],
    ['intents that are no mapping', JSON.stringify({ ...good, intents: 'x' }), /not a sealfarm manifest/],
    ['an intent that is none', JSON.stringify({ ...good, intents: { a: null } }), /not a sealfarm manifest/],
    [
      'an intent of nobody',
      JSON.stringify({ ...good, intents: { a: { when: '' } } }),
      /not a sealfarm manifest/,
    ],
    [
      'an intent without a time',
      JSON.stringify({ ...good, intents: { a: { who: '' } } }),
      /not a sealfarm manifest/,
    ],
    [
      'a reason that is none',
      JSON.stringify({ ...good, intents: { a: { who: '', when: '', why: 1 } } }),
      /not a seal/,
    ],
    ...['group', [1], null].map((allowTo): [string, string, RegExp] => [
      `groups that are ${JSON.stringify(allowTo)}`,
      JSON.stringify({ ...good, intents: { a: { who: '', when: '', allowTo } } }),
      /not a seal/,
    ]),
  ])('%s is refused', (_, text, problem) => {
    expect(parseManifest(text)).toEqual({ problem: expect.stringMatching(problem) as string });
  });
});
