import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandRange, fill, fillText, MAX_RANGE } from '../../src/farm/host-range.js';
import { farmOf, SAMPLE } from './sample.js';

describe('ranges', () => {
  it.each([
    ['pc1-[01-03]', ['pc1-01', 'pc1-02', 'pc1-03']],
    ['[8-11]', ['8', '9', '10', '11']],
    ['a[098-101]b', ['a098b', 'a099b', 'a100b', 'a101b']],
    ['a[0-1]', ['a0', 'a1']],
    ['a[7-7]', ['a7']],
  ])('%s', (name, names) => {
    const expanded = expandRange(name);
    expect(typeof expanded === 'string' ? expanded : expanded.map((host) => host.name)).toEqual(names);
  });

  it.each([
    'a[2-1]',
    'a[1-2][1-2]',
    'a[1-2',
    'a1-2]',
    'a[]',
    'a[1]',
    'a[a-b]',
    'a[1-2]]',
    'a[01-2]',
    'a[1-1001]',
    'a[-1-2]',
    'a[1,2]',
  ])('%s is none', (name) => {
    expect(expandRange(name)).toBeTypeOf('string');
  });

  it('count upwards from the first to the last, each name once', () => {
    const ends = fc.tuple(fc.nat(99_999), fc.nat(MAX_RANGE - 1), fc.boolean());
    fc.assert(
      fc.property(ends, ([first, more, padded]) => {
        const last = first + more;
        const width = padded ? String(last).length + 1 : 0;
        const written = (number: number): string => String(number).padStart(width, '0');
        const hosts = expandRange(`x[${written(first)}-${written(last)}]y`);
        if (typeof hosts === 'string') throw new Error(hosts);
        expect(hosts.map(({ number }) => number.number)).toEqual(
          Array.from({ length: more + 1 }, (_, index) => first + index),
        );
        expect(hosts.map(({ name }) => name)).toEqual(
          hosts.map(({ number }) => `x${written(number.number)}y`),
        );
      }),
    );
  });
});

describe('placeholders', () => {
  it.each([
    ['{n}', '7'],
    ['{nn}', '07'],
    ['{n+10}', '17'],
    ['{nn+1}', '08'],
    ['a{n}b{nn}', 'a7b07'],
    ['{m} {n-1} { n } {nnn} {}', '{m} {n-1} { n } {nnn} {}'],
  ])('%s is %s', (text, filled) => {
    expect(fillText(text, { number: 7, width: 2 })).toBe(filled);
  });

  it('are filled in all texts, and in them alone', () => {
    const value = { a: '{n}', b: ['{nn}', 5, null, true], '{n}': { c: 'x' } };
    expect(fill(value, { number: 7, width: 2 })).toEqual({
      a: '7',
      b: ['07', 5, null, true],
      '{n}': { c: 'x' },
    });
  });
});

it('a range becomes hosts of their own', () => {
  const { hosts } = farmOf(
    `${SAMPLE}  pc1-[08-10]:
    address: "10.0.1.{n}"
    ssh: { port: 2222, user: "u{n}", identityFile: "~/keys/{nn}" }
    tags: ["rack-{n+100}"]
    workers:
      "w-{nn}-a": { listen: "10.0.1.{n}:3456", env: { N: "{n}" }, storage: [{ path: "/mnt/{n}", store: true }] }
      "w-{nn}-b": { listen: "10.0.1.{n}:3457", repo: "/r/{nn}" }
`,
  );
  expect(hosts.map(({ name }) => name)).toEqual(['h1', 'pc1-08', 'pc1-09', 'pc1-10']);
  expect(hosts[1]).toMatchObject({
    address: '10.0.1.8',
    ssh: { port: 2222, user: 'u8', identityFile: '~/keys/08' },
    tags: ['rack-108'],
    yaml: ['hosts', 'pc1-[08-10]'],
    workers: [
      {
        name: 'w-08-a',
        listen: { host: '10.0.1.8', port: 3456 },
        env: new Map([['N', '8']]),
        storage: [{ path: '/mnt/8' }],
        yaml: ['hosts', 'pc1-[08-10]', 'workers', 'w-{nn}-a'],
      },
      { name: 'w-08-b', repo: '/r/08' },
    ],
  });
});
