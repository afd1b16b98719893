import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../src/view/bytes.js';

const KiB = 2 ** 10;
const GiB = 2 ** 30;
const TiB = 2 ** 40;
const EiB = 2 ** 60;

describe('formatBytes', () => {
  it.each<[bytes: number, words: string]>([
    [0, '0 B'],
    [0.4, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [999.4, '999 B'],
    [999.5, '0.98 KiB'], // 999.5 / 1024 = 0.976
    [1000, '0.98 KiB'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [9.994 * KiB, '9.99 KiB'],
    [9.996 * KiB, '10 KiB'],
    [99.94 * KiB, '99.9 KiB'],
    [99.96 * KiB, '100 KiB'],
    [100.4 * KiB, '100 KiB'],
    [32 * GiB, '32 GiB'],
    [448 * GiB, '448 GiB'],
    [999.4 * GiB, '999 GiB'],
    [999.6 * GiB, '0.98 TiB'],
    [1.38 * TiB, '1.38 TiB'],
    [1.001 * TiB, '1 TiB'],
    [1.1 * TiB, '1.1 TiB'],
    [120 * TiB, '120 TiB'],
    [1.2 * EiB, '1.2 EiB'],
    // There is no larger unit.
    [5000 * EiB, '5000 EiB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });

  it('has at most three digits, none of them idle, and is as near as these can be', () => {
    const powers: Readonly<Record<string, number>> = { B: 0, KiB: 1, MiB: 2, GiB: 3, TiB: 4, PiB: 5, EiB: 6 };
    fc.assert(
      fc.property(fc.double({ min: 1, max: 999 * EiB, noNaN: true }), (bytes) => {
        const [, number = '', unit = ''] = /^(\d{1,3}|\d\.\d{1,2}|\d\d\.\d) ([KMGTPE]?i?B)$/.exec(formatBytes(bytes)) ?? [];
        expect(number).not.toBe('');
        expect(number).not.toMatch(/\.\d*0$/);
        const shown = Number(number) * 1024 ** (powers[unit] ?? NaN);
        // Half of the last digit: 0.5 of 1 B, 0.005 of 0.98.
        expect(Math.abs(shown / bytes - 1)).toBeLessThanOrEqual(bytes < 100 ? 0.5 : 0.0052);
      }),
    ); // prettier-ignore
  });
});
