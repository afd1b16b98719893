import type { YamlPath } from '../config/finding.js';
import type { TaskResources } from '../lotus/api.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { TaskCode } from '../lotus/task.js';

/** A farm with every default, profile and range worked in: what `sealfarm.yaml` means. */
export interface Farm {
  readonly name: string;
  readonly sectorSize: SectorSize;
  readonly miner: Miner;
  readonly storageGroups: readonly string[];
  readonly rollout: Rollout;
  /** In the order of the file, ranges expanded. */
  readonly hosts: readonly Host[];
}

/** How the workers of a farm take turns when they are restarted. */
export interface Rollout {
  /** At most so many of the farm's declared workers are away at once; at least 1. */
  readonly maxUnavailable: number;
  /** At least so many workers go on doing the task. */
  readonly minAvailable: ReadonlyMap<TaskCode, number>;
  /** One worker alone, before all others. */
  readonly canary: boolean;
  /** Milliseconds a restart may wait for its worker to get quiet. */
  readonly drainTimeout: number;
  /** A plan that restarts more than so many percent of the running workers is applied only when that is said; 1–100. */
  readonly largePlan: number;
}

export interface Miner {
  /** Multiaddr as written, which goes into MINER_API_INFO: `/ip4/10.0.0.10/tcp/2345/http`. */
  readonly api: string;
  /** Where the API listens, read from the multiaddr. */
  readonly address: SocketAddress;
  /** `fromMiner`: the miner is asked, on its `host`. */
  readonly token: SecretReference | { readonly fromMiner: true };
  /** `api` is only what is likely: the miner tells its address together with its token. */
  readonly apiIsGuess?: true;
  /** For checks and simulations: a finished sector is stored on the path on which it was sealed, or nowhere. */
  readonly disallowRemoteFinalize: boolean;
  /** Multiaddr, which goes into the workers' MARKETS_API_INFO. */
  readonly marketsApi?: string;
  /** The machine it runs on, one of the farm's or one without workers; undefined: nothing is done there. */
  readonly host?: Host;
  /** LOTUS_MINER_PATH; undefined: the one it runs with, else `.lotusminer` in the home of its user. */
  readonly repo?: string;
  /** Undefined: root, who logs in or the owner of `repo`, as one of whom it runs; else who logs in. */
  readonly user?: string;
  /** What its config.toml shall say; only with `host`. */
  readonly config?: MinerConfig;
  /** Absent: never. */
  readonly restart?: MinerRestart;
}

/** Keys of the miner's config.toml; what is undefined stays as it is there. */
export interface MinerConfig {
  /** What the miner seals itself; all other tasks it could do are left to workers. */
  readonly tasks?: readonly TaskCode[];
  /** Multiaddr */
  readonly listen?: string;
  /** `host:port` */
  readonly remoteListen?: string;
  /** Sectors fetched at once, from 1. */
  readonly parallelFetchLimit?: number;
  readonly assigner?: string;
  readonly localWorkerName?: string;
  readonly disallowRemoteFinalize?: boolean;
  readonly disableBuiltinWindowPoSt?: boolean;
  readonly disableBuiltinWinningPoSt?: boolean;
}

/** Whether, when and how sealfarm restarts lotus-miner. */
export interface MinerRestart {
  /** `asked`: as `whenSafe`, and a person wants it now (`--restart-miner`). */
  readonly when: 'never' | 'whenSafe' | 'asked';
  /** Milliseconds for which no WindowPoSt may be due. */
  readonly margin: number;
  /** Program and arguments that restart it on its machine; absent where its systemd unit does. */
  readonly command?: readonly string[];
}

export interface SocketAddress {
  /** IP address or name */
  readonly host: string;
  /** 1–65535 */
  readonly port: number;
}

/** Where a secret is found. The secret itself is never in the file. */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  /** Program and arguments; the first line of its output is the secret. */
  | { readonly command: readonly string[] };

export interface Host {
  readonly name: string;
  /** What SSH connects to: IP address or name. */
  readonly address: string;
  readonly ssh: SshSettings;
  readonly tags: readonly string[];
  readonly paths: HostPaths;
  readonly serviceManager: 'systemd' | 'process';
  /** As declared; without it the machine itself is asked where it matters. */
  readonly hardware?: Hardware;
  readonly workers: readonly Worker[];
  readonly yaml: YamlPath;
}

/** What is not said here comes from ssh_config. */
export interface SshSettings {
  /** Without it ssh2, or openssh for what only that can do. */
  readonly transport?: 'ssh2' | 'openssh' | 'local';
  readonly user?: string;
  readonly port?: number;
  /** Private key file on the operator's machine; without it the agent and the usual key files are tried. */
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
  /** As ProxyJump: `[user@]host[:port]`, several with commas between them, or `none`. */
  readonly jump?: string;
  /** Scripts run as root by `sudo -n`. */
  readonly sudo?: boolean;
  /** How long reaching the host may take, in milliseconds; 1–3,600,000. */
  readonly connectTimeoutMs?: number;
}

/** What a machine has, as far as sealing depends on it. */
export interface Hardware {
  /** Threads, as the system counts CPUs. */
  readonly cpus: number;
  /** bytes of RAM */
  readonly memory: number;
  /** bytes */
  readonly swap: number;
  readonly gpus: number;
  /** Groups of cores with an L3 cache of their own; undefined where unknown. */
  readonly l3Groups?: number;
  /** Nodes with memory of their own; undefined where unknown. */
  readonly numaNodes?: number;
  /** bytes: one number is what each storage path has for itself; a map is by mount point. Undefined where unknown. */
  readonly disk?: number | ReadonlyMap<string, number>;
}

/** Absolute folders on the host. */
export interface HostPaths {
  readonly config: string;
  readonly state: string;
}

export interface Worker {
  /** Unique in the farm: Lotus knows the worker by it. */
  readonly name: string;
  /** What it was called before: then it is the same worker with its repo, and not another one. */
  readonly renamedFrom?: string;
  /** Absolute path of the lotus-worker program. */
  readonly binary: string;
  /** LOTUS_WORKER_PATH */
  readonly repo: string;
  /** The one address it listens on and registers with the miner. */
  readonly listen: SocketAddress;
  readonly tasks: readonly TaskCode[];
  /** At most so many at once; for the farm's sector size. */
  readonly limits: ReadonlyMap<TaskCode, number>;
  /** What one task counts for, where it differs from Lotus's table; for the farm's sector size. */
  readonly resources: ReadonlyMap<TaskCode, Partial<TaskResources>>;
  /** GPU indexes or UUIDs, all, none; undefined leaves the choice to the driver. */
  readonly gpus?: 'all' | 'none' | readonly (number | string)[];
  /** CPUs it may run on, as `taskset -c` takes them: `0-31,64`. Undefined means all. */
  readonly cpus?: string;
  /** Whose memory it may use, upwards. Undefined means all. */
  readonly numaNodes?: readonly number[];
  /** bytes of RAM it may use, where the service manager can limit them. Undefined means all. */
  readonly memory?: number;
  /** Undefined: root with systemd, else the SSH user. */
  readonly user?: string;
  /** TMPDIR, which holds the lock of the GPU. */
  readonly tmpDir: string;
  readonly parameterCache?: string;
  readonly parentCache?: string;
  readonly multicoreSdr?: { readonly producers: number };
  readonly noSwap: boolean;
  /** Sectors fetched at once. */
  readonly parallelFetchLimit?: number;
  /** Further variables for the process, not secret. */
  readonly env: ReadonlyMap<string, string>;
  readonly storage: readonly StorageDeclaration[];
  readonly state: DeclaredState;
  readonly yaml: YamlPath;
}

/** `drained`: it runs and takes no work. `stopped`: it does not run; emptied before, where it did. */
export type DeclaredState = 'running' | 'drained' | 'stopped';

/** What a storage path shall be. Lists are in the order written; empty means no restriction. */
export interface StorageDeclaration {
  /** Absolute, without a slash at its end. */
  readonly path: string;
  /** Only to say which existing ID is expected; normally left to Lotus's file. */
  readonly id?: string;
  readonly seal: boolean;
  readonly store: boolean;
  /** 0 is the last choice, not none. */
  readonly weight: number;
  /** bytes, 0 means no limit */
  readonly maxStorage: number;
  readonly groups: readonly string[];
  readonly allowTo: readonly string[];
  readonly allowTypes: readonly string[];
  readonly denyTypes: readonly string[];
  readonly allowMiners: readonly string[];
  readonly denyMiners: readonly string[];
  /** `required`: the path must lie on a mounted file system other than the root's. */
  readonly mount: 'required' | 'any';
  readonly yaml: YamlPath;
}
