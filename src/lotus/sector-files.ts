import { SECTOR_SIZES, type SectorSize } from './sector-size.js';

/** A task after which the files of a sector have other sizes than before. */
export type SizingTask = 'AP' | 'PC1' | 'PC2' | 'FIN';

export type SealedFile = 'unsealed' | 'sealed' | 'cache';

/**
 * The layers of labels that PC1 writes, each as large as the sector.
 * Proofs: filecoin-proofs/src/constants.rs LAYERS
 */
const LAYERS: Readonly<Record<SectorSize, number>> = {
  '2KiB': 2,
  '8MiB': 2,
  '512MiB': 2,
  '32GiB': 11,
  '64GiB': 11,
};

/** A binary tree above the data, leaves included; PC1 writes it. Proofs: storage-proofs-core/src/cache_key.rs CommDTree */
const TREE_D = 2;

/** A tree of eight above the columns of all layers, leaves included: 1 + 1/8 + 1/64 + … */
const TREE_C = 8 / 7;

/**
 * A tree of eight above the sealed file, without its leaves and the two rows above them: 1/512 + 1/4096 + …, 73 MiB
 * of 32 GiB. Sectors of 2 KiB are too small for so many rows to be left out.
 * Proofs: storage-proofs-core/src/settings.rs rows_to_discard
 */
const TREE_R_LAST = 1 / 448;

/**
 * Bytes of a sector's file or folder once the task is done with it, as the proofs write it; a few KiB of small files
 * are left out. What Lotus keeps free for them is another thing: `spaceNeeded`.
 * Proofs: filecoin-proofs/src/api/seal.rs; what FIN leaves: storage-proofs-porep/src/stacked/vanilla/clear_files.rs
 */
export function sectorFileBytes(file: SealedFile, after: SizingTask, size: SectorSize): number {
  return Math.floor(SECTOR_SIZES[size].bytes * sectorSizes(file, after, LAYERS[size]));
}

/** The same in sector sizes. */
function sectorSizes(file: SealedFile, after: SizingTask, layers: number): number {
  if (file === 'unsealed') return 1;
  if (after === 'AP') return 0;
  if (file === 'sealed') return 1;
  if (after === 'PC1') return layers + TREE_D;
  return after === 'PC2' ? layers + TREE_D + TREE_C + TREE_R_LAST : TREE_R_LAST;
}
