import { PARAMETERS, parentsOf } from '../check/hardware/caches.js';
import { folderOn, leftOnRoot, sectorInPc1, type Place } from './disks.js';
import type { Does } from './gpu-shares.js';
import { isLarge, type Machine } from './machine.js';

/** Folders for proof parameters and parents, and the room they leave for sectors. */
export interface Caches {
  readonly parameterCache?: string;
  readonly parentCache?: string;
  /** The sealing paths with what is left on them. */
  readonly seal: readonly Place[];
  /** What found no place. */
  readonly missing: readonly string[];
}

/**
 * On a fast disk that nothing is sealed on, where there is one with the room, so that sectors have theirs; else beside the
 * sectors; else wherever there is room. What may turn comes behind what is known to be fast.
 */
export function cachesOf({ disks, size }: Machine, { pc1, c2 }: Does): Caches {
  if (!isLarge(size)) return { seal: disks.seal, missing: [] };
  const free = new Map(disks.others.map(({ mount, free: bytes }) => [mount, bytes]));
  const isSealing = ({ mount }: Place): boolean => disks.seal.some((place) => place.mount === mount);
  const apart = disks.others.filter((place) => !isSealing(place));
  const sealsFast = disks.seal.some(({ kind }) => kind === 'fast');
  const candidates = [
    ...apart.filter(({ kind }) => kind === 'fast'),
    ...(sealsFast ? disks.seal : []),
    ...apart.filter(({ kind }) => kind === 'unknown'),
    ...(sealsFast ? [] : disks.seal),
    ...apart.filter(({ kind }) => kind === 'slow'),
  ];
  const settle = (needed: number, use: string, among = candidates): string | undefined => {
    const place = among.find((one) => {
      const left = (free.get(one.mount) ?? 0) - needed;
      const kept = (isSealing(one) ? sectorInPc1(size) : 0) + (one.mount === '/' ? leftOnRoot(size) : 0);
      return left >= kept;
    });
    if (place === undefined) return undefined;
    free.set(place.mount, (free.get(place.mount) ?? 0) - needed);
    return folderOn(place, use);
  };
  // PC1 reads the parents all the time, the parameters are read now and then: rather apart than both on a disk that turns.
  const notSlow = candidates.filter(({ kind }) => kind !== 'slow');
  const both = pc1 && c2 ? settle(parentsOf(size) + PARAMETERS, '', notSlow) : undefined;
  const parentCache =
    both !== undefined ? `${both}parents` : pc1 ? settle(parentsOf(size), 'parents') : undefined;
  const parameterCache = both !== undefined ? `${both}params` : c2 ? settle(PARAMETERS, 'params') : undefined;
  return {
    ...(parameterCache === undefined ? {} : { parameterCache }),
    ...(parentCache === undefined ? {} : { parentCache }),
    seal: disks.seal.map((place) => ({ ...place, free: free.get(place.mount) ?? place.free })),
    missing: [
      ...(pc1 && parentCache === undefined ? ['the parents of PC1 (over 50 GiB)'] : []),
      ...(c2 && parameterCache === undefined ? ['the proof parameters (over 100 GiB)'] : []),
    ],
  };
}
