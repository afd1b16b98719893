import fc from 'fast-check';
import { SETTING_NAMES, type SectorStoreSettings } from '../../src/lotus/sectorstore.js';

export const ID = '2546c5be-10f0-aa96-906b-24434a6c94a0';

const names = fc.uniqueArray(fc.constantFrom('g-1', 'g-2', 'g-3', 't01000', 'sealed', 'é "x" \\'), {
  maxLength: 3,
});

/** Any settings a storage path can have. */
export const settings: fc.Arbitrary<SectorStoreSettings> = fc.record({
  Weight: fc.nat(20),
  CanSeal: fc.boolean(),
  CanStore: fc.boolean(),
  MaxStorage: fc.oneof(fc.constant(0), fc.maxSafeNat()),
  Groups: names,
  AllowTo: names,
  AllowTypes: names,
  DenyTypes: names,
  AllowMiners: names,
  DenyMiners: names,
});

const blank = fc.constantFrom('', ' ', '\n  ', '\r\n\t', '\n\n    ');

/** What Lotus of another version, or a person, may have written beside the known fields. */
const unknownMember = fc.oneof(
  fc.constantFrom('"Big": 18446744073709551615', '"Huge":123456789012345678901234567890', '"Tiny": 1.0e-400'),
  fc.constantFrom(
    '"Nested": {"a": [1,  2,{"ID":"no"}], "Weight":1}',
    '"Text": "\\u0041 } , \\" ]"',
    '"": null',
  ),
  fc
    .tuple(fc.stringMatching(/^x[a-z]{1,6}$/), fc.json({ maxDepth: 2 }))
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`),
);

function nameOf(member: string): string {
  return member.slice(0, member.indexOf('":'));
}

export interface LaidOut {
  readonly text: string;
  /** The members that no edit may touch, byte for byte. */
  readonly kept: readonly string[];
}

/** A sectorstore.json in any layout and order, with any of its fields missing and others beside them. */
export const laidOutDocument: fc.Arbitrary<LaidOut> = fc
  .record({
    settings: fc.tuple(settings, fc.subarray([...SETTING_NAMES])),
    unknown: fc.uniqueArray(unknownMember, { maxLength: 4, selector: nameOf }),
    layout: blank,
    colon: fc.constantFrom(':', ': ', ' :\t'),
    end: fc.constantFrom('', '\n', ' \n\n'),
    seed: fc.nat(),
  })
  .map(({ settings: [values, present], unknown, layout, colon, end, seed }) => {
    const kept = [`"ID"${colon}"${ID}"`, ...unknown];
    const known = present.map((name) => {
      const value = values[name];
      return `"${name}"${colon}${JSON.stringify(Array.isArray(value) && value.length === 0 ? null : value)}`;
    });
    const members = shuffled([...kept, ...known], seed);
    return { text: `{${members.map((member) => layout + member).join(',')}${layout}}${end}`, kept };
  });

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  return items
    .map((item, index) => ({ item, key: ((seed + 1) * (index + 7) * 2_654_435_761) % 1_000_003 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
