import type { TaskCode } from './task.js';

/** The sector sizes Lotus seals. Lotus: storage/sealer/storiface/resources.go */
export type SectorSize = '2KiB' | '8MiB' | '512MiB' | '32GiB' | '64GiB';

interface SectorSizeFacts {
  readonly bytes: number;
  /** How limit variables spell it, as in PC1_32G_MAX_CONCURRENT. */
  readonly short: '2K' | '8M' | '512M' | '32G' | '64G';
  /** `abi.RegisteredSealProof` of this size (StackedDrg…V1_1), the key of WorkerStats' resource tables. */
  readonly sealProof: number;
}

export const SECTOR_SIZES: Readonly<Record<SectorSize, SectorSizeFacts>> = {
  '2KiB': { bytes: 2048, short: '2K', sealProof: 5 },
  '8MiB': { bytes: 8 * 2 ** 20, short: '8M', sealProof: 6 },
  '512MiB': { bytes: 512 * 2 ** 20, short: '512M', sealProof: 7 },
  '32GiB': { bytes: 32 * 2 ** 30, short: '32G', sealProof: 8 },
  '64GiB': { bytes: 64 * 2 ** 30, short: '64G', sealProof: 9 },
};

/** The tasks for which Lotus reads limits and resources. Lotus: storage/sealer/storiface/resources.go */
export const LIMITABLE_TASKS: readonly TaskCode[] = [
  'AP', 'DC', 'PC1', 'PC2', 'C1', 'C2', 'GET', 'UNS', 'RU', 'PR1', 'PR2', 'GSK', 'WDP', 'WNP',
]; // prettier-ignore
