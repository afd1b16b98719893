import { describe, expect, it } from 'vitest';
import type { SectorSize } from '../../src/lotus/sector-size.js';
import { defaultDurations, DURATION_NAMES, type Durations } from '../../src/simulate/durations.js';
import { minutes } from '../support/simulated-farm.js';

describe('how long sealing takes', () => {
  it.each<[SectorSize, Durations]>([
    ['32GiB', minutes({ AP: 5, PC1: 240, PC2: 25, WaitSeed: 75, C1: 1, C2: 30, FIN: 1 })],
    ['64GiB', minutes({ AP: 10, PC1: 480, PC2: 50, WaitSeed: 75, C1: 2, C2: 60, FIN: 2 })],
    // Milliseconds: 5 min / 64 = 4687.5, 4 h / 64 and so on
    ['512MiB', { AP: 4688, PC1: 225_000, PC2: 23_438, WaitSeed: 4_500_000, C1: 938, C2: 28_125, FIN: 938 }],
    // 5 min / 1800 = 166.7, 4 h / 1800 = 8 s, 1 min / 1800 = 33.3
    ['8MiB', { AP: 167, PC1: 8000, PC2: 833, WaitSeed: 4_500_000, C1: 33, C2: 1000, FIN: 33 }],
    ['2KiB', { AP: 167, PC1: 8000, PC2: 833, WaitSeed: 4_500_000, C1: 33, C2: 1000, FIN: 33 }],
  ])('by default for %s, but for the 150 epochs of the chain', (size, expected) => {
    expect(defaultDurations(size)).toEqual(expected);
  });

  it('has a name for each of them', () => {
    expect(DURATION_NAMES.filter((name) => name !== 'GET')).toEqual(Object.keys(defaultDurations('32GiB')));
  });
});
