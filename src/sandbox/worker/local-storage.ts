import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SectorDecl, StorageId, StoragePath, StorageStat } from '../../lotus/api.js';
import type { FileType, SectorId } from '../../lotus/file-type.js';
import { FILE_TYPES, fileTypesOf } from '../../lotus/file-type.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import { SECTOR_SIZES } from '../../lotus/sector-size.js';
import { pathFor } from '../../lotus/path-choice.js';
import { readJson, writeFileAtomically } from '../layout.js';
import type { MinerApi } from './miner-api.js';
import { hasSectorFile, removeSectorFile, scanSectors } from './sector-files.js';
import type { StoragePathState } from './storage-path.js';
import { openStoragePath, readStorageInfo, statOf } from './storage-path.js';

interface StorageJson {
  readonly StoragePaths: readonly { readonly Path: string }[] | null;
}

export interface LocalStorageOptions {
  /** Holds storage.json. */
  readonly repo: string;
  /** Where others fetch from: `http://IP:PORT/remote` */
  readonly url: string;
  readonly miner: MinerApi;
  /** bytes, simulated, for each path */
  readonly disk: number;
  readonly size: SectorSize;
}

/** The storage paths of one worker, their files, and what the miner's index is told. Lotus: storage/paths/local.go */
export class LocalStorage {
  readonly #options: LocalStorageOptions;
  readonly #paths = new Map<StorageId, StoragePathState>();

  constructor(options: LocalStorageOptions) {
    this.#options = options;
  }

  /** Opens every path of storage.json; one bad path stops it. */
  async openAll(): Promise<void> {
    for (const root of this.#listed()) await this.#open(root);
  }

  /** `lotus-worker storage attach`: writes storage.json itself. */
  async add(root: string): Promise<void> {
    await this.#open(root);
    this.#writeList([...this.#listed(), root]);
  }

  async detach(root: string): Promise<void> {
    const path = [...this.#paths.values()].find((candidate) => candidate.root === root);
    if (path === undefined) throw new Error('no matching local paths found');
    this.#writeList(this.#listed().filter((listed) => listed !== root));
    await this.#close(path);
  }

  /** Leaves storage.json as it is: the paths are back at the next start. */
  async detachAll(): Promise<void> {
    for (const path of [...this.#paths.values()]) await this.#close(path);
  }

  /** Reads sectorstore.json again and tells the index; MaxStorage reaches the index only. */
  async redeclare(only: StorageId | null, dropMissing: boolean): Promise<void> {
    const declared = dropMissing ? await this.#options.miner.list() : {};
    for (const [id, path] of this.#paths) {
      if (only !== null && id !== only) continue;
      const info = readStorageInfo(path.root, this.#options.url);
      if (info.ID !== id) throw new Error(`storage path ID changed: ${path.root} (${info.ID} != ${id})`);
      path.info = info;
      await this.#options.miner.attach(info, this.stat(path));
      for (const decl of declared[id] ?? []) await this.#dropMissing(path, decl);
      await this.#declareAll(path);
    }
  }

  paths(): StoragePath[] {
    return [...this.#paths.values()].map(({ root, info }) => ({
      ID: info.ID,
      Weight: info.Weight,
      LocalPath: root,
      CanSeal: info.CanSeal,
      CanStore: info.CanStore,
    }));
  }

  stat(path: StoragePathState): StorageStat {
    return statOf(path, this.#options.disk, SECTOR_SIZES[this.#options.size].bytes);
  }

  /**
   * Tells the index that the paths are there. A path it does not know is not told again until a redeclaration. Lotus asks the
   * index at each new file; here it is known from the last report.
   */
  async reportHealth(): Promise<void> {
    const reports = [...this.#paths].map(async ([id, path]) => {
      await this.#options.miner.reportHealth(id, this.stat(path));
      path.info = await this.#options.miner.info(id);
    });
    await Promise.allSettled(reports);
  }

  /** The open path that holds this file of the sector. */
  holder(sector: SectorId, type: FileType): StoragePathState | undefined {
    return [...this.#paths.values()].find((path) => hasSectorFile(path.root, type, sector));
  }

  /** The path to put a new file on: of those that may take it, the one with the most room by weight. */
  allocate(type: FileType, purpose: 'sealing' | 'stored'): StoragePathState {
    const paths = [...this.#paths.values()].map((path) => ({
      path,
      info: path.info,
      available: this.stat(path).Available,
    }));
    const best = pathFor(paths, type, purpose, this.#options.size);
    if (best === undefined) throw new Error(`couldn't find a suitable path for a sector (${type})`);
    return best.path;
  }

  declare(path: StoragePathState, sector: SectorId, type: FileType): Promise<void> {
    return this.#options.miner.declare(path.info.ID, sector, FILE_TYPES[type]);
  }

  /** Removes the file wherever this worker holds it but on the paths to keep, and its declaration. */
  async remove(sector: SectorId, type: FileType, keep: readonly StorageId[] = []): Promise<void> {
    for (const path of this.#paths.values()) {
      if (keep.includes(path.info.ID) || !hasSectorFile(path.root, type, sector)) continue;
      await this.#options.miner.drop(path.info.ID, sector, FILE_TYPES[type]);
      removeSectorFile(path.root, type, sector);
    }
  }

  async #open(root: string): Promise<void> {
    const path = openStoragePath(root, this.#options.url);
    if (this.#paths.has(path.info.ID)) {
      throw new Error(`path with ID ${path.info.ID} already opened: '${root}'`);
    }
    this.#paths.set(path.info.ID, path);
    try {
      await this.#options.miner.attach(path.info, this.stat(path));
      await this.#declareAll(path);
    } catch (error) {
      this.#paths.delete(path.info.ID);
      throw error;
    }
  }

  async #close(path: StoragePathState): Promise<void> {
    this.#paths.delete(path.info.ID);
    await this.#options.miner.detach(path.info.ID, this.#options.url);
  }

  async #declareAll(path: StoragePathState): Promise<void> {
    for (const { sector, types } of scanSectors(path.root)) {
      await this.#options.miner.declare(path.info.ID, sector, types);
    }
  }

  async #dropMissing(path: StoragePathState, decl: SectorDecl): Promise<void> {
    const gone = fileTypesOf(decl.SectorFileType).filter((type) => !hasSectorFile(path.root, type, decl));
    const mask = gone.reduce((sum, type) => sum | FILE_TYPES[type], 0);
    const sector = { Miner: decl.Miner, Number: decl.Number };
    if (mask !== 0) await this.#options.miner.drop(path.info.ID, sector, mask);
  }

  #listed(): string[] {
    const file = join(this.#options.repo, 'storage.json');
    if (!existsSync(file)) return [];
    return ((readJson(file) as StorageJson).StoragePaths ?? []).map(({ Path }) => Path);
  }

  #writeList(roots: readonly string[]): void {
    const json = { StoragePaths: roots.map((Path) => ({ Path })) };
    writeFileAtomically(join(this.#options.repo, 'storage.json'), JSON.stringify(json, null, 2));
  }
}
