import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileType, SectorId } from '../../lotus/file-type.js';
import { FILE_TYPE_NAMES, FILE_TYPES, parseSectorName, sectorName } from '../../lotus/file-type.js';

/** A sector's file as text, or its folder as file names and texts: how it travels between workers. */
export type SectorFile = string | Readonly<Record<string, string>>;

/** Where a sector's file of the type lies below a storage path. */
export function sectorPath(root: string, type: FileType, sector: SectorId): string {
  return join(root, type, sectorName(sector));
}

export function hasSectorFile(root: string, type: FileType, sector: SectorId): boolean {
  return existsSync(sectorPath(root, type, sector));
}

export function readSectorFile(root: string, type: FileType, sector: SectorId): SectorFile | undefined {
  const path = sectorPath(root, type, sector);
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  const names = readdirSync(path);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

/** Adds to a folder that is there already; replaces a file. */
export function writeSectorFile(root: string, type: FileType, sector: SectorId, content: SectorFile): void {
  const path = sectorPath(root, type, sector);
  if (typeof content === 'string') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return;
  }
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(content)) writeFileSync(join(path, name), text);
}

export function removeSectorFile(root: string, type: FileType, sector: SectorId): void {
  rmSync(sectorPath(root, type, sector), { recursive: true, force: true });
}

export function moveSectorFile(from: string, to: string, type: FileType, sector: SectorId): void {
  cpSync(sectorPath(from, type, sector), sectorPath(to, type, sector), { recursive: true });
  removeSectorFile(from, type, sector);
}

/** The big files of a cache that finalizing removes. */
export function layerFiles(): Record<string, string> {
  const layers = Array.from({ length: 11 }, (_, index) => `sc-02-data-layer-${index + 1}.dat`);
  return Object.fromEntries([...layers, 'sc-02-data-tree-d.dat'].map((name) => [name, `${name}\n`]));
}

export function trimCache(root: string, sector: SectorId): void {
  const cache = sectorPath(root, 'cache', sector);
  for (const name of readdirSync(cache)) {
    if (/-layer-|-tree-[cd]/.test(name)) rmSync(join(cache, name));
  }
}

/**
 * Makes the folders of a storage path and gives what lies in them: sector → types as a bit mask.
 * Throws Lotus's error for a name that is no sector's. Lotus: storage/paths/local.go declareSectors
 */
export function scanSectors(root: string): { readonly sector: SectorId; readonly types: number }[] {
  const found = new Map<string, { sector: SectorId; types: number }>();
  for (const type of FILE_TYPE_NAMES) {
    mkdirSync(join(root, type), { recursive: true });
    for (const name of readdirSync(join(root, type))) {
      if (name === 'fetching') continue;
      const sector = parseSectorName(name);
      if (sector === undefined) throw new Error(`parse sector id ${name}: input does not match format`);
      const types = (found.get(name)?.types ?? 0) | FILE_TYPES[type];
      found.set(name, { sector, types });
    }
  }
  return [...found.values()];
}

/** Bytes the files would take if they were real. */
export function simulatedUse(root: string, sectorSize: number): number {
  let sizes = 0;
  for (const type of FILE_TYPE_NAMES) {
    const folder = join(root, type);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      sizes += type === 'cache' || type === 'update-cache' ? cacheUse(join(folder, name)) : 1;
    }
  }
  return Math.floor(sizes * sectorSize);
}

function cacheUse(folder: string): number {
  return existsSync(join(folder, 'sc-02-data-layer-1.dat')) ? 14.1 : 0.1;
}
