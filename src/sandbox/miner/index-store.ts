import type { SectorDecl, StorageId, StorageInfo, StorageStat } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import { knownTypes, parseSectorName, sectorName } from '../../lotus/file-type.js';
import type { Holders, SectorIndexView } from '../../lotus/selector.js';
import type { FoundPath } from '../worker/miner-api.js';
import type { Emit } from './event-log.js';

interface Entry {
  info: StorageInfo;
  stat: StorageStat;
  /** Milliseconds since the epoch. */
  lastHeartbeat: number;
  error: string;
}

/** Sector name → types as a bit mask. */
type Sectors = Map<string, number>;

/** The miner's sector index: which path holds what, in memory only. Lotus: storage/paths/index.go */
export class IndexStore {
  readonly #entries = new Map<StorageId, Entry>();
  /** Also of paths that are not attached: a busy worker declares to a miner that it has not registered with yet. */
  readonly #sectors = new Map<StorageId, Sectors>();
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** A second attachment of one ID adds its URL and takes over its settings: two paths of one ID are merged. */
  attach(told: StorageInfo, stat: StorageStat): void {
    const info = withKnownTypes(told);
    const known = this.#entries.get(info.ID);
    if (known === undefined) {
      const lastHeartbeat = Date.now();
      this.#entries.set(info.ID, { info, stat, lastHeartbeat, error: '' });
    } else {
      const URLs = [...new Set([...(known.info.URLs ?? []), ...(info.URLs ?? [])])];
      known.info = { ...info, URLs };
    }
    const event = known === undefined ? 'storage-attached' : 'storage-redeclared';
    this.#emit({ event, storage: info.ID, urls: info.URLs ?? [] });
  }

  /** With its last URL a path goes, and all that is known to be on it. */
  detach(id: StorageId, url: string): void {
    const entry = this.#find(id);
    const URLs = (entry.info.URLs ?? []).filter((known) => known !== url);
    entry.info = { ...entry.info, URLs };
    if (URLs.length === 0) {
      this.#entries.delete(id);
      this.#sectors.delete(id);
    }
    this.#emit({ event: 'storage-detached', storage: id, urls: [url] });
  }

  reportHealth(id: StorageId, stat: StorageStat, error: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`health report for unknown storage: ${id}`);
    entry.stat = stat;
    entry.error = error;
    entry.lastHeartbeat = Date.now();
  }

  declare(id: StorageId, sector: SectorId, types: number): void {
    const sectors = this.#sectors.get(id) ?? new Map<string, number>();
    sectors.set(sectorName(sector), this.#held(id, sector) | types);
    this.#sectors.set(id, sectors);
  }

  drop(id: StorageId, sector: SectorId, types: number): void {
    const left = this.#held(id, sector) & ~types;
    if (left === 0) this.#sectors.get(id)?.delete(sectorName(sector));
    else this.#sectors.get(id)?.set(sectorName(sector), left);
  }

  /** The paths that hold any of these types of the sector. */
  find(
    sector: SectorId,
    types: number,
  ): (FoundPath & { readonly Weight: number; readonly URLs: string[] })[] {
    return [...this.#entries.values()]
      .filter(({ info }) => (this.#held(info.ID, sector) & types) !== 0)
      .map(({ info }) => ({
        ID: info.ID,
        URLs: (info.URLs ?? []).map((url) => `${url}/${sectorName(sector)}`),
        BaseURLs: info.URLs ?? [],
        Weight: info.Weight,
        CanSeal: info.CanSeal,
        CanStore: info.CanStore,
        Primary: true,
        AllowTypes: info.AllowTypes,
        DenyTypes: info.DenyTypes,
        AllowMiners: info.AllowMiners,
        DenyMiners: info.DenyMiners,
      }));
  }

  list(): Record<StorageId, SectorDecl[]> {
    return Object.fromEntries(
      [...this.#entries.keys()].map((id) => [id, declarations(this.#sectors.get(id))]),
    );
  }

  info(id: StorageId): StorageInfo {
    return this.#find(id).info;
  }

  stat(id: StorageId): StorageStat {
    return this.#find(id).stat;
  }

  /** As the selector sees it now. @param silence milliseconds after which a path is not chosen */
  view(silence: number): SectorIndexView {
    const now = Date.now();
    const paths = [...this.#entries].map(([id, entry]) => {
      const healthy = entry.error === '' && now - entry.lastHeartbeat <= silence;
      return [id, { info: entry.info, available: entry.stat.Available, healthy }] as const;
    });
    return { paths: new Map(paths), holders: (sector) => this.#holders(sector) };
  }

  #holders(sector: SectorId): Holders {
    const held = [...this.#entries.keys()].map((id) => [id, this.#held(id, sector)] as const);
    return new Map(held.filter(([, types]) => types !== 0));
  }

  #held(id: StorageId, sector: SectorId): number {
    return this.#sectors.get(id)?.get(sectorName(sector)) ?? 0;
  }

  #find(id: StorageId): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`sector store not found: ${id}`);
    return entry;
  }
}

function declarations(sectors: Sectors = new Map()): SectorDecl[] {
  return [...sectors].flatMap(([name, types]) => {
    const sector = parseSectorName(name);
    return sector === undefined ? [] : [{ ...sector, SectorFileType: types }];
  });
}

function withKnownTypes(info: StorageInfo): StorageInfo {
  const known = (types: readonly string[] | null): readonly string[] | null => types && knownTypes(types);
  return { ...info, AllowTypes: known(info.AllowTypes), DenyTypes: known(info.DenyTypes) };
}
