import type { StorageInfo } from './api.js';
import { FILE_TYPES, type FileType } from './file-type.js';
import type { SectorSize } from './sector-size.js';
import { deniedTypes } from './selector.js';
import { spaceNeeded } from './space.js';

/** The path a worker puts a new file on: of those that may take it, the one with the most room by weight. */
export function pathFor<T extends { readonly info: StorageInfo; readonly available: number }>(
  paths: readonly T[],
  type: FileType,
  purpose: 'sealing' | 'stored',
  size: SectorSize,
): T | undefined {
  const needed = spaceNeeded(FILE_TYPES[type], size, purpose);
  let best: T | undefined;
  for (const path of paths) {
    const { info } = path;
    if (!(purpose === 'sealing' ? info.CanSeal : info.CanStore)) continue;
    if (deniedTypes(FILE_TYPES[type], info) !== 0 || path.available < needed) continue;
    if (best === undefined || weighed(path) > weighed(best)) best = path;
  }
  return best;
}

function weighed({ info, available }: { readonly info: StorageInfo; readonly available: number }): number {
  // A weight of 0 is the last choice, not none; room without end times 0 is no number.
  return info.Weight === 0 ? 0 : available * info.Weight;
}
