import type { StorageId, StorageInfo } from '../lotus/api.js';
import type { FileType, SectorId } from '../lotus/file-type.js';
import { FILE_TYPES } from '../lotus/file-type.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { Holders, IndexedPath, SectorIndexView } from '../lotus/selector.js';
import { pathFor } from '../lotus/path-choice.js';
import { spaceNeeded } from '../lotus/space.js';
import type { Model, ModelPath } from './model.js';
import { Places } from './places.js';

export type SealedType = Extract<FileType, 'unsealed' | 'sealed' | 'cache'>;

/** A file of a sector, or the room that is kept for it. */
export interface SectorFile {
  readonly path: Path;
  /** bytes */
  readonly size: number;
  /** Whether the index knows of it. */
  declared: boolean;
}

/** The files of one sector. */
interface Sector {
  readonly files: Record<SealedType, SectorFile | undefined>;
  /** What the index knows of them, until it changes. */
  holders?: Holders | undefined;
}

interface FileSystem {
  readonly size: number;
  used: number;
  readonly paths: Path[];
}

const { unsealed, sealed, cache } = FILE_TYPES;

const TYPES: readonly SealedType[] = ['unsealed', 'sealed', 'cache'];

/** One storage path, with what is still free on it. */
export class Path implements IndexedPath {
  readonly info: StorageInfo;
  readonly session: string;
  readonly healthy = true;
  readonly #fileSystem: FileSystem;
  #used = 0;

  constructor({ info, session }: ModelPath, fileSystem: FileSystem) {
    this.info = info;
    this.session = session;
    this.#fileSystem = fileSystem;
    fileSystem.paths.push(this);
  }

  get available(): number {
    const free = this.#fileSystem.size - this.#fileSystem.used;
    const { MaxStorage } = this.info;
    return MaxStorage > 0 ? Math.max(0, Math.min(free, MaxStorage - this.#used)) : Math.max(0, free);
  }

  /** Takes or gives back room; all paths whose room may have changed. */
  take(bytes: number): readonly Path[] {
    this.#used += bytes;
    this.#fileSystem.used += bytes;
    return this.#fileSystem.size === Infinity && this.info.MaxStorage === 0 ? [] : this.#fileSystem.paths;
  }
}

/** Where the files of all sectors lie: what the miner's index knows, and what room is left. */
export class Storage implements SectorIndexView {
  readonly paths: ReadonlyMap<StorageId, Path>;
  readonly disallowRemoteFinalize: boolean;
  readonly #size: SectorSize;
  readonly #sectors = new Map<number, Sector>();
  readonly #nowhere = new Places();
  readonly #finished = new Map<StorageId, number>();
  readonly #ofWorker = new Map<string, Path[]>();
  /** What fits on a path, as a bit for each amount that tasks ask for. */
  readonly #fits = new Map<Path, number>();
  readonly #asked: readonly number[];
  readonly #onRoom: (session: string) => void;

  /** @param onRoom called when a task fits on the worker's paths that did not, or the other way round */
  constructor(model: Model, onRoom: (session: string) => void) {
    this.#size = model.size;
    this.disallowRemoteFinalize = model.disallowRemoteFinalize;
    this.#onRoom = onRoom;
    this.#asked = [
      spaceNeeded(unsealed, model.size, 'sealing'),
      spaceNeeded(sealed | cache, model.size, 'sealing'),
      spaceNeeded(sealed | cache, model.size, 'stored'),
    ];
    const fileSystems = new Map<string, FileSystem>();
    const paths = model.paths.map((path) => {
      const fileSystem = fileSystems.get(path.fileSystem) ?? { size: path.size, used: 0, paths: [] };
      fileSystems.set(path.fileSystem, fileSystem);
      return new Path(path, fileSystem);
    });
    this.paths = new Map(paths.map((path) => [path.info.ID, path]));
    for (const path of paths) {
      this.#ofWorker.set(path.session, [...(this.#ofWorker.get(path.session) ?? []), path]);
      this.#fits.set(path, this.#fitting(path));
    }
  }

  holders({ Number: number }: SectorId): Holders {
    const sector = this.#sectors.get(number);
    return sector === undefined ? this.#nowhere.holders : (sector.holders ??= this.#holdersOf(sector.files));
  }

  file(sector: number, type: SealedType): SectorFile | undefined {
    return this.#sectors.get(sector)?.files[type];
  }

  /** The path of the worker on which Lotus would put such a file; undefined when there is none with room. */
  choose(session: string, type: SealedType, purpose: 'sealing' | 'stored'): Path | undefined {
    return pathFor(this.#ofWorker.get(session) ?? [], type, purpose, this.#size);
  }

  /** Keeps room for a file; it is not in the index before it is put in place. */
  reserve(path: Path, type: SealedType, purpose: 'sealing' | 'stored'): SectorFile {
    const size = spaceNeeded(FILE_TYPES[type], this.#size, purpose);
    this.#take(path, size);
    return { path, size, declared: false };
  }

  /** Puts a file in the place of the one that was there. */
  put(number: number, type: SealedType, file: SectorFile): void {
    let sector = this.#sectors.get(number);
    if (sector === undefined) {
      sector = { files: { unsealed: undefined, sealed: undefined, cache: undefined } };
      this.#sectors.set(number, sector);
    }
    const before = sector.files[type];
    if (before !== undefined) this.release(before);
    sector.files[type] = file;
    sector.holders = undefined;
  }

  declare(number: number, type: SealedType): void {
    const sector = this.#sectors.get(number);
    const file = sector?.files[type];
    if (sector === undefined || file === undefined) return;
    file.declared = true;
    sector.holders = undefined;
  }

  release(file: SectorFile): void {
    this.#take(file.path, -file.size);
  }

  remove(number: number, type: SealedType): void {
    const sector = this.#sectors.get(number);
    const file = sector?.files[type];
    if (sector === undefined || file === undefined) return;
    this.release(file);
    sector.files[type] = undefined;
    sector.holders = undefined;
  }

  /** The sector is finished: its files stay where they are, and nobody asks for them again. */
  forget(number: number): void {
    const { files } = this.#sectors.get(number) ?? {};
    for (const type of TYPES) {
      const file = files?.[type];
      if (file === undefined) continue;
      const { ID } = file.path.info;
      this.#finished.set(ID, this.finishedOn(ID) + file.size);
    }
    this.#sectors.delete(number);
  }

  /** bytes of finished sectors on a path */
  finishedOn(id: StorageId): number {
    return this.#finished.get(id) ?? 0;
  }

  #holdersOf(files: Sector['files']): Holders {
    let places = this.#nowhere;
    for (const type of TYPES) {
      const file = files[type];
      if (file?.declared === true) places = places.with(file.path.info.ID, FILE_TYPES[type]);
    }
    return places.holders;
  }

  #take(path: Path, bytes: number): void {
    for (const affected of path.take(bytes)) {
      const fits = this.#fitting(affected);
      if (fits === this.#fits.get(affected)) continue;
      this.#fits.set(affected, fits);
      this.#onRoom(affected.session);
    }
  }

  #fitting({ available }: Path): number {
    return this.#asked.reduce((bits, bytes, index) => bits | (bytes <= available ? 1 << index : 0), 0);
  }
}
