import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSize } from '../../src/farm/size.js';

const UNITS = {
  B: 1n,
  KB: 10n ** 3n,
  MB: 10n ** 6n,
  GB: 10n ** 9n,
  TB: 10n ** 12n,
  PB: 10n ** 15n,
  KiB: 2n ** 10n,
  MiB: 2n ** 20n,
  GiB: 2n ** 30n,
  TiB: 2n ** 40n,
  PiB: 2n ** 50n,
};
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

describe('sizes', () => {
  it.each<[string | number, number]>([
    ['512GiB', 549_755_813_888],
    ['1.5TiB', 1_649_267_441_664],
    ['100GB', 100_000_000_000],
    ['100 GB', 100_000_000_000],
    ['0.5KiB', 512],
    ['1.3KiB', 1331],
    ['0', 0],
    ['17', 17],
    ['17B', 17],
    [0, 0],
    [42, 42],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['7PiB', 7_881_299_347_898_368],
  ])('%s is %d bytes', (written, bytes) => {
    expect(parseSize(written)).toBe(bytes);
  });

  it.each([
    '', ' ', '-1', '-1GiB', '+1', 'NaN', 'Infinity', '1e3', '0x10', '1.5', '1.5B', '.5GiB', '5.GiB', '1,5GiB', '1_000',
    '5 TB 3', '5GIB', '5gib', '5G', '5Gi', '5kB', ' 5GiB', '5GiB ', '5  GiB', '5\nGiB', '٣GiB', '8PiB',
    '9007199254740992', '99999999999999999999', -1, 1.5, Number.NaN, Infinity, -Infinity, 2 ** 53,
  ])('%j is none', (written) => {
    expect(parseSize(written)).toBeUndefined();
  }); // prettier-ignore

  it('counts whole units exactly, up to 2^53 − 1', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, LARGEST),
        fc.constantFrom(...Object.entries(UNITS)),
        (count, [unit, size]) => {
          const bytes = count * size;
          const expected = bytes <= LARGEST ? Number(bytes) : undefined;
          expect(parseSize(`${count}${unit}`)).toBe(expected);
        },
      ),
    );
  });

  it('reads back what is written in thousandths of a unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8_000_000 }),
        fc.constantFrom('MiB', 'GiB'),
        (thousandths, unit) => {
          const written = `${(thousandths / 1000).toFixed(3)}${unit}`;
          expect(parseSize(written)).toBe(Number((BigInt(thousandths) * UNITS[unit]) / 1000n));
        },
      ),
    );
  });

  it('gives a size for no text without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = parseSize(text);
        expect(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true);
      }),
    );
  });
});
