import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { ManagerName, WorkerLayout } from '../host/layout.js';
import type { Manifest } from '../host/manifest.js';
import type { Written } from '../host/written.js';
import type {
  SectorDecl,
  SectorLock,
  SessionId,
  StorageId,
  StorageInfo,
  StoragePath,
  StorageStat,
  WorkerJob,
  WorkerStats,
} from '../lotus/api.js';
import type { TaskCode } from '../lotus/task.js';
import type { WorkerRun } from '../lotus/worker-run.js';
import type { Secret } from '../secret/secret.js';
import type { BootStarter } from './boot.js';
import type { Standing } from './standing.js';
import type { Told, UnmanagedWorker } from './unmanaged.js';
import type { ObservedUnit } from './units.js';

/** Everything seen of the farm in one look. */
export interface Observation {
  readonly hosts: ReadonlyMap<string, HostObservation>;
  readonly miner: MinerObservation;
  /** Absent where the file names no machine of the miner, or it was not asked for. */
  readonly minerMachine?: MinerMachine | Unreached;
  /** When the look ended, in milliseconds since 1970; absent where it is made up. */
  readonly at?: number;
}

/** What the machine of the miner shows of it. */
export interface MinerMachine {
  readonly reached: true;
  /** LOTUS_MINER_PATH, as declared or found. */
  readonly repo: string;
  /** Nobody says so: it is the usual one of the user, and may be of former times. */
  readonly guessed?: true;
  /** As the machine calls itself, and Lotus the worker within lotus-miner where no other name is set. */
  readonly hostname: string;
  /** IP addresses of it that the internet carries; absent where it has none, or does not tell. */
  readonly publicAddresses?: readonly string[];
  readonly config: ObservedFile;
  /** When config.toml was last written, in seconds since 1970; absent where it is not there. */
  readonly writtenAt?: number;
  /** The lotus-miner that runs with this repo; more than one where the repo is not declared and it is not clear. */
  readonly processes: readonly MinerProcess[];
  /** config.toml as it was when the process started, where sealfarm kept it. */
  readonly startedWith?: Secret;
  /** What sealfarm wrote on the machine before. */
  readonly written: Written;
}

export interface MinerProcess {
  readonly pid: number;
  readonly repo: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** Those that outrank config.toml, as far as sealfarm knows keys of it; absent where they may not be read. */
  readonly variables?: ReadonlyMap<string, string>;
  /** The systemd unit whose main process it is; absent where it is none's. */
  readonly unit?: string;
  /** Of `--miner-api`: it listens there on loopback, whatever config.toml and variables say; absent without that flag. */
  readonly apiPort?: string;
  /** Which file its program on disk is, by its device, inode, size and time; absent where it is not there, or nobody can tell. */
  readonly program?: string;
  /** Only where its program on disk is not the one that runs. */
  readonly replaced?: ReplacedProgram;
}

export type HostObservation = ObservedHost | Unreached;
export type MinerObservation = ObservedMiner | Unreached;

export interface Unreached {
  readonly reached: false;
  readonly diagnostic: Diagnostic;
}

export interface ObservedHost {
  readonly reached: true;
  readonly name: string;
  /** As whom the script ran: plain processes without a user of their own do, too. */
  readonly sshUser?: string;
  /** Absent on a host that sealfarm never wrote to. */
  readonly manifest?: Manifest;
  /** Of the manifest's bytes, in hex. */
  readonly manifestSha256?: string;
  /** What sealfarm wrote on the host before; absent where nothing is recorded. */
  readonly written?: Written;
  /** Things on the host that cannot be read for what they are. */
  readonly problems: readonly Diagnostic[];
  /** The template of all workers' units. */
  readonly unitTemplate?: ObservedFile;
  readonly workers: ReadonlyMap<string, ObservedWorker>;
  /** Why a connection from here to the miner does not come about; absent where it does, or nobody tried. */
  readonly noWayToMiner?: Diagnostic;
  /** Workers that run here and that sealfarm did not start; absent when there are none. */
  readonly unmanaged?: readonly UnmanagedWorker[];
  /** What else starts a worker there at boot; absent where nothing does. */
  readonly boots?: readonly BootStarter[];
  /** Workers that sealfarm started here, that run, and that the file names no more; absent when there are none. */
  readonly forgotten?: readonly string[];
  /** Workers of the manifest that the file names no more, by name; absent when there are none. */
  readonly departed?: ReadonlyMap<string, DepartedWorker>;
}

export type ObservedFile =
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string }
  /** `sha256` in hex, of the bytes; `mode` in octal without leading zeros, such as `600`. */
  | { readonly state: 'present'; readonly text: Secret; readonly sha256: string; readonly mode: string };

export interface ObservedWorker {
  readonly envFile: ObservedFile;
  /** Of its unit. */
  readonly dropIn?: ObservedFile;
  readonly storageJson: ObservedFile;
  /** By path without a slash at its end: the declared ones and those the host's own storage.json names. */
  readonly storage: ReadonlyMap<string, ObservedStorage>;
  /** Absent while it does not run; under either service manager. */
  readonly process?: ObservedProcess;
  /** Only where its settings ask something of the host. */
  readonly standing?: Standing;
  /** Absent while systemd has no such unit in mind. */
  readonly unit?: ObservedUnit;
  /** Whether its unit is enabled. */
  readonly startsAtBoot?: boolean;
  /** Both service managers keep a process of it, or bring one back. */
  readonly twice?: boolean;
  /** Somebody answers at the address in its repo although we did not start it. */
  readonly startedElsewhere?: boolean;
}

/** A worker that sealfarm keeps on a host and that the file names no more: `storage` is what its own list names. */
export interface DepartedWorker extends ObservedWorker {
  /** Under whoever keeps it or has left something of it. */
  readonly files: WorkerLayout;
  /** Absent where nothing on the host tells it any more. */
  readonly repo?: string;
  /** `IP:PORT` as it was written; absent where nothing tells it. */
  readonly listen?: string;
}

export interface ObservedStorage {
  readonly exists: boolean;
  /** Whether it lies on the same file system as `/`: then nothing is mounted there. */
  readonly onRootFileSystem: boolean;
  readonly sectorStore: ObservedFile;
  /** Entries in the folders of sector files, such as `sealed/s-t01000-1`. */
  readonly entries: readonly string[];
}

/** Keeps a process that somebody else started in the repo of a worker of ours, and that is taken over as it runs. */
export const FOREIGN = 'foreign';

export interface ObservedProcess {
  readonly pid: number;
  /** Who keeps it, and can stop it for good. */
  readonly manager: ManagerName | typeof FOREIGN;
  /** How somebody else started it. */
  readonly told?: ForeignStart;
  /** What it was started with. Values may be secret. */
  readonly environ: ReadonlyMap<string, Secret>;
  /** Only where its program on disk is not the one that runs. */
  readonly replaced?: ReplacedProgram;
  /** What the worker itself says; absent while it does not answer, with the reason. */
  readonly live: WorkerLive | Unreached;
}

export interface ForeignStart extends Told {
  readonly run: WorkerRun;
  /** `IP:PORT`, once it listens. */
  readonly listens?: string;
}

export interface ReplacedProgram {
  /** Such as `1.36.2+mainnet+git.8a722b5`; absent where the program tells none. */
  readonly onDisk?: string;
}

export interface WorkerLive {
  readonly reached: true;
  readonly session: SessionId;
  readonly tasks: ReadonlySet<TaskCode>;
  readonly paths: readonly StoragePath[];
}

export interface ObservedMiner {
  readonly reached: true;
  readonly workers: ReadonlyMap<SessionId, WorkerStats>;
  readonly jobs: ReadonlyMap<SessionId, readonly WorkerJob[]>;
  readonly sectors: ReadonlyMap<StorageId, readonly SectorDecl[]>;
  readonly storage: ReadonlyMap<StorageId, IndexedStorage>;
  readonly locks: readonly SectorLock[];
  /** bytes; absent where the miner cannot say. */
  readonly sectorSize?: number;
  /** Of its program, such as `1.36.2+mainnet`; absent where it does not tell. */
  readonly version?: string;
  /** What it runs as now, where `version` is what it is to come up as. */
  readonly before?: string;
  /** How long it took to tell its version. Milliseconds; absent where it was not asked. */
  readonly answeredMs?: number;
}

export interface IndexedStorage {
  readonly info: StorageInfo;
  /** Absent while Lotus cannot say, as for a path whose worker is away. */
  readonly stat?: StorageStat;
}
