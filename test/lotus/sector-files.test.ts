import { describe, expect, it } from 'vitest';
import type { SectorSize } from '../../src/lotus/sector-size.js';
import { type SealedFile, sectorFileBytes, type SizingTask } from '../../src/lotus/sector-files.js';

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

describe('sectorFileBytes', () => {
  it.each<[SectorSize, SealedFile, SizingTask, number]>([
    ['32GiB', 'unsealed', 'AP', 32 * GiB],
    ['32GiB', 'sealed', 'AP', 0],
    ['32GiB', 'cache', 'AP', 0],
    ['32GiB', 'sealed', 'PC1', 32 * GiB],
    // 11 layers and tree-d: 13 x 32 GiB
    ['32GiB', 'cache', 'PC1', 416 * GiB],
    // and tree-c, 32 GiB x 8/7 = 39268272420.6, and tree-r-last, 32 GiB / 448 = 76695844.6
    ['32GiB', 'cache', 'PC2', 416 * GiB + 39_344_968_265],
    ['32GiB', 'sealed', 'FIN', 32 * GiB],
    // 73.14 MiB
    ['32GiB', 'cache', 'FIN', 76_695_844],
    ['32GiB', 'unsealed', 'FIN', 32 * GiB],
    ['64GiB', 'cache', 'PC1', 832 * GiB],
    ['64GiB', 'cache', 'FIN', 153_391_689],
    // 2 layers and tree-d: 4 x
    ['512MiB', 'cache', 'PC1', 2 * GiB],
    ['8MiB', 'cache', 'PC1', 32 * MiB],
    ['2KiB', 'cache', 'PC1', 8 * KiB],
  ])('%s: %s after %s', (size, file, after, bytes) => {
    expect(sectorFileBytes(file, after, size)).toBe(bytes);
  });

  it.each<SectorSize>(['32GiB', '64GiB'])(
    'is what Lotus rounds to 14.1 for the whole cache of %s',
    (size) => {
      const sectors = sectorFileBytes('cache', 'PC2', size) / sectorFileBytes('sealed', 'PC2', size);
      // 11 + 2 + 1.143 + 0.002
      expect(sectors).toBeCloseTo(14.145, 3);
    },
  );
});
