import type { StoragePath } from '../lotus/api.js';
import type { TaskCode } from '../lotus/task.js';
import type { ObservedFile } from './observed.js';
import type { UnmanagedWorker } from './unmanaged.js';

/** What a host of which nothing is declared has of lotus-workers. */
export interface FoundHost {
  readonly machine: FoundMachine;
  readonly workers: readonly FoundWorker[];
  /** By folder. */
  readonly repos: ReadonlyMap<string, FoundRepo>;
  /** By path, without a slash at its end. */
  readonly places: ReadonlyMap<string, FoundPlace>;
  /** Repos with which no process is seen. */
  readonly idle: readonly IdleRepo[];
}

export interface FoundMachine {
  readonly hostname: string;
  /** One of each start of a machine: the same under two names of it. */
  readonly bootId: string;
  /** As whom the script ran. */
  readonly user: string;
  readonly serviceManager: 'systemd' | 'process';
  /** CPUs that are on, as `0-63`; absent where the kernel does not tell. */
  readonly cpus?: string;
  /** NUMA nodes, likewise. */
  readonly nodes?: string;
  /** The lotus-worker that a login finds. */
  readonly program?: string;
  /** IP addresses of its own, that by which it was reached first; without those of bridges to containers. */
  readonly addresses?: readonly string[];
  /** Process of a lotus-miner that runs there. */
  readonly miner?: number;
}

export interface FoundWorker extends UnmanagedWorker {
  /** Absolute path of the program that runs, as the kernel knows it. */
  readonly exe?: string;
  /** NUMA nodes whose memory it may have, by a policy of its own or by its cpuset, as `0-1`. */
  readonly nodes?: string;
  /** bytes of RAM that its cgroup may use; absent where that is not limited */
  readonly memory?: number;
  /** Those it takes now, by its own word; absent where it could not be asked. */
  readonly tasks?: ReadonlySet<TaskCode>;
  /** Storage paths that it has open, likewise. */
  readonly paths?: readonly StoragePath[];
}

export interface FoundRepo {
  /** Of the file `token`, in octal; absent where it is not there. */
  readonly tokenMode?: string;
  /** Where it listens, as a multiaddr. */
  readonly api: ObservedFile;
  /** When that was written, in seconds since 1970; absent where the host does not tell. */
  readonly apiSince?: number;
  readonly storageJson: ObservedFile;
  /** Processes that have locked it, or a file of its number on another file system. Lotus does so once it has reached its miner. */
  readonly holders?: readonly number[];
}

/** A folder that a storage.json names. */
export interface FoundPlace {
  readonly exists: boolean;
  readonly onRootFileSystem: boolean;
  readonly sectorStore: ObservedFile;
}

export interface IdleRepo {
  readonly repo: string;
  /** File of the unit that starts a worker with it; absent for one that was found in a home. */
  readonly unit?: string;
  /** Where that unit runs: then so does its worker, and its process could not be known by its repo. */
  readonly running?: true;
  readonly storageJson: ObservedFile;
}
