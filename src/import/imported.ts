import type {
  WrittenFarm,
  WrittenHost,
  WrittenSsh,
  WrittenToken,
  WrittenWorker,
} from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { HostPaths } from '../farm/farm.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { StorageId } from '../lotus/api.js';
import type { SectorStoreSettings } from '../lotus/sectorstore.js';
import type { FoundHost } from '../observed/found.js';
import type { Secret } from '../secret/secret.js';
import type { TheMiner } from './found-miner.js';

/** A host that answered. */
export interface AskedHost {
  /** Of a person, or of ssh_config: IP address, DNS name or alias. */
  readonly address: string;
  readonly ssh: WrittenSsh;
  readonly found: FoundHost;
}

/** Behind one address there may be several machines, by port. */
export function wayTo({ address, ssh }: Pick<AskedHost, 'address' | 'ssh'>): string {
  return ssh.port === undefined ? address : `${address}:${ssh.port}`;
}

/** What is known from elsewhere than the hosts. */
export interface AboutFarm {
  readonly name: string;
  /** Undefined where nobody knows it. */
  readonly sectorSize: SectorSize | undefined;
  readonly miner: AboutMiner;
  /** Settings of storage paths that Lotus goes by; without those that it does not know, or that it was not asked for. */
  readonly index?: ReadonlyMap<StorageId, SectorStoreSettings>;
  /** Where sealfarm's own files are on a host; absent: as usual. */
  readonly paths?: HostPaths;
}

/** A host that a file has already. */
export interface ImportOf {
  readonly name: string;
  /** Names of its workers by their repos. */
  readonly workers: ReadonlyMap<string, string>;
  readonly paths: HostPaths;
}

/** What a file has already, into which hosts are taken. */
export interface Into {
  /** Names that are given away. */
  readonly hosts: ReadonlySet<string>;
  readonly workers: ReadonlySet<string>;
  readonly known: (host: AskedHost) => ImportOf | undefined;
}

/** The file that is not there yet. */
export const A_NEW_FILE: Into = { hosts: new Set(), workers: new Set(), known: () => undefined };

export interface AboutMiner {
  /** Multiaddr. */
  readonly api?: string;
  /** The one that the file is for, where that is certain: workers of another one are left out. */
  readonly only?: TheMiner;
  readonly marketsApi?: string;
  readonly host?: string;
  readonly token: WrittenToken;
  /** Those that workers hold: no text of the file may have one in it. */
  readonly secrets: readonly Secret[];
}

/** What a worker becomes in the file, with everything it has written out. */
export interface ImportedWorker {
  readonly name: string;
  readonly written: WrittenWorker;
  readonly comments: readonly string[];
}

export interface ImportedHost {
  readonly name: string;
  readonly written: WrittenHost;
  readonly workers: readonly ImportedWorker[];
  readonly comments: readonly string[];
}

/** Comments of the file to be, by what they stand above. */
export interface Comments {
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** By host, then by worker. */
  readonly workers: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** By key at the top of the file. */
  readonly parts?: ReadonlyMap<string, readonly string[]>;
}

/** A farm as it was found: each host and worker says all it has, and nothing is lifted. */
export interface Imported {
  readonly farm: WrittenFarm;
  readonly comments: Comments;
  readonly diagnostics: readonly Diagnostic[];
}
