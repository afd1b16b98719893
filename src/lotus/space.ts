import { FILE_TYPE_NAMES, FILE_TYPES, type FileType } from './file-type.js';
import { SECTOR_SIZES, type SectorSize } from './sector-size.js';

/** How many sector sizes a file of the type takes, while sealing and once finalized. Lotus: storiface/filetype.go */
const SPACE: Readonly<Record<FileType, { readonly sealing: number; readonly stored: number }>> = {
  unsealed: { sealing: 1, stored: 1 },
  sealed: { sealing: 1, stored: 1 },
  cache: { sealing: 14.1, stored: 0.1 },
  update: { sealing: 1, stored: 1 },
  'update-cache': { sealing: 2.1, stored: 0.1 },
  piece: { sealing: 1, stored: 1 },
};

/** For each bit mask of types, tenths of a sector size. */
const TENTHS = { sealing: tenthsFor('sealing'), stored: tenthsFor('stored') };

function tenthsFor(purpose: 'sealing' | 'stored'): readonly number[] {
  const ofType = (type: FileType): number => Math.round(SPACE[type][purpose] * 10);
  return Array.from({ length: 2 ** FILE_TYPE_NAMES.length }, (_, mask) =>
    FILE_TYPE_NAMES.filter((type) => (mask & FILE_TYPES[type]) !== 0).reduce(
      (sum, type) => sum + ofType(type),
      0,
    ),
  );
}

/** Bytes Lotus wants free before it puts these file types on a path. Lotus: storiface/filetype.go SealSpaceUse */
export function spaceNeeded(types: number, size: SectorSize, purpose: 'sealing' | 'stored'): number {
  return Math.floor((SECTOR_SIZES[size].bytes * (TENTHS[purpose][types] ?? 0)) / 10);
}
