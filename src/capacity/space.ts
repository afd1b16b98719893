import type { Hardware, StorageDeclaration } from '../farm/farm.js';

/** The room sectors have on a storage path. */
export interface PathSpace {
  /** Paths with the same one share its room: a mount point, or the path itself. */
  readonly fileSystem: string;
  /** bytes of the file system */
  readonly size: number;
  /** bytes Lotus may use on this path */
  readonly usable: number;
}

/** Undefined where nobody said how large the file system below the path is. */
export function spaceOf(
  { path, maxStorage }: Pick<StorageDeclaration, 'path' | 'maxStorage'>,
  hardware: Hardware,
): PathSpace | undefined {
  const below = fileSystemBelow(path, hardware.disk);
  if (below === undefined) return undefined;
  return { ...below, usable: maxStorage > 0 ? Math.min(maxStorage, below.size) : below.size };
}

function fileSystemBelow(
  path: string,
  disk: Hardware['disk'],
): Pick<PathSpace, 'fileSystem' | 'size'> | undefined {
  if (disk === undefined) return undefined;
  if (typeof disk === 'number') return { fileSystem: path, size: disk };
  const [nearest] = [...disk]
    .filter(([mount]) => mount === '/' || path === mount || path.startsWith(`${mount}/`))
    .sort(([a], [b]) => b.length - a.length);
  return nearest && { fileSystem: nearest[0], size: nearest[1] };
}
