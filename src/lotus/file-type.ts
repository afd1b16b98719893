/** The kinds of sector files a storage path holds, with their bit in `SectorFileType`. Lotus: storage/sealer/storiface/filetype.go */
export const FILE_TYPES = {
  unsealed: 1,
  sealed: 2,
  cache: 4,
  update: 8,
  'update-cache': 16,
  piece: 32,
} as const;

export type FileType = keyof typeof FILE_TYPES;

export const FILE_TYPE_NAMES = Object.keys(FILE_TYPES) as readonly FileType[];

/** Kinds that it does not know Lotus passes over: a list of nothing else is as none. Lotus: storage/paths/index.go StorageAttach */
export function knownTypes(names: readonly string[]): readonly string[] {
  return names.filter((name) => FILE_TYPE_NAMES.some((known) => known === name));
}

/** The kinds a bit mask names. */
export function fileTypesOf(mask: number): FileType[] {
  return FILE_TYPE_NAMES.filter((type) => (mask & FILE_TYPES[type]) !== 0);
}

/** Folder among a type's sectors for what is still being fetched. Lotus: storage/paths/remote.go FetchTempSubdir */
export const FETCH_FOLDER = 'fetching';

/** `s-t01000-7`: the name of a sector's file or folder. Lotus: storage/sealer/storiface/filetype.go SectorName */
export function sectorName(sector: SectorId): string {
  return `s-t0${sector.Miner}-${sector.Number}`;
}

/** The sector a file name stands for; anything else in a sector folder stops a worker's start. */
export function parseSectorName(name: string): SectorId | undefined {
  const match = /^s-t0(\d+)-(\d+)$/.exec(name);
  if (match === null) return undefined;
  return { Miner: Number(match[1]), Number: Number(match[2]) };
}

/** Lotus: abi.SectorID; both are plain integers in JSON. */
export interface SectorId {
  readonly Miner: number;
  readonly Number: number;
}
