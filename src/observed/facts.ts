import type { Hardware } from '../farm/farm.js';

/** What a machine itself says of its state, beside files and workers: what `doctor` goes by. */
export interface HostFacts {
  /** What the machine has; `disk` is by mount point, of the declared storage paths. */
  readonly hardware: Hardware;
  /** Undefined where the kernel does not tell. */
  readonly cores?: number;
  /** Nodes with memory, by their number. */
  readonly numa: readonly NumaNode[];
  /** By their size; kinds of which there are none are not in it. */
  readonly hugepages: readonly HugePages[];
  /** File systems on disks and of other machines, each once. */
  readonly mounts: readonly MountFacts[];
  readonly gpus: GpuFacts;
  /** The hard limit from which `fileLimit` was raised. */
  readonly hardFileLimit: number;
  /** Most files that a process may open which is started the way workers are. */
  readonly fileLimit: number;
  /** By declared storage path. */
  readonly places: ReadonlyMap<string, PlaceFacts>;
  /** By folder: those of proof parameters and of parents. */
  readonly caches: ReadonlyMap<string, CacheFacts>;
  /** By name. */
  readonly workers: ReadonlyMap<string, WorkerFacts>;
  /** Seconds by which its clock is ahead, negative when it is behind; 0 where the time of asking explains it all. */
  readonly clockAhead: number;
}

export interface NumaNode {
  readonly node: number;
  /** As `0-31,64-95`. */
  readonly cpus: string;
  /** bytes */
  readonly memory: number;
}

export interface HugePages {
  /** bytes of one */
  readonly size: number;
  readonly total: number;
  readonly free: number;
}

export interface MountFacts {
  readonly mount: string;
  /** As in `RoomFacts`. */
  readonly source: string;
  /** `MAJOR:MINOR` */
  readonly device: string;
  /** Such as `xfs`. */
  readonly type: string;
  /** bytes; absent for those of other machines, which are not asked unless a storage path is there */
  readonly size?: number;
  /** bytes */
  readonly free?: number;
  readonly readOnly?: true;
  /** Whether its disk turns, as the kernel says; absent where it does not tell, as of pools. */
  readonly rotational?: boolean;
}

export interface GpuFacts {
  /** `absent`: there is no nvidia-smi. */
  readonly driver: 'ok' | 'absent' | 'failing';
  readonly gpus: readonly Gpu[];
  /** NVIDIA's on the PCI bus, whether or not the driver knows them. */
  readonly onBus: number;
  /** Whether the kernel has NVIDIA's driver loaded. */
  readonly module: boolean;
  /** First line of what nvidia-smi says where it fails. */
  readonly why?: string;
}

export interface Gpu {
  readonly index: number;
  readonly name: string;
  /** Stays the same over reboots. */
  readonly uuid: string;
  /** bytes; absent where it tells none */
  readonly memory?: number;
}

/** A file system, as it is seen from a folder on it. */
export interface RoomFacts {
  /** Where it is mounted. */
  readonly mount: string;
  /** Device, or `server:/export` of a network file system. */
  readonly source: string;
  /** bytes */
  readonly size: number;
  /** bytes */
  readonly free: number;
}

/** A declared storage path; where it does not exist, `room` is that of the nearest folder above it. */
export interface PlaceFacts {
  readonly exists: boolean;
  /** Undefined where df does not tell. */
  readonly room: RoomFacts | undefined;
  /** Name of the kind of file system, such as `xfs`; empty where stat does not tell. */
  readonly type: string;
  /** `DEVICE:INODE`: the same for two paths that are one folder of this host. */
  readonly identity: string;
  /** Without symbolic links. */
  readonly physicalPath: string;
}

export interface CacheFacts {
  readonly exists: boolean;
  /** Files of parameters and parents in it. */
  readonly files: number;
  readonly room: RoomFacts | undefined;
}

export interface WorkerFacts {
  /** `unusable`: no regular file, or not executable. */
  readonly program: 'ok' | 'absent' | 'unusable';
  /** Of the program, such as `1.36.2+mainnet+git.8a722b5`; undefined where it tells none. */
  readonly version?: string;
  /** In octal such as `600`, of those of its files that are there and hold a secret, by path. */
  readonly secretModes: ReadonlyMap<string, string>;
  /** Soft limit of the running process; undefined while it does not run. */
  readonly openFiles?: number;
  readonly hardOpenFiles?: number;
  readonly gpuLocks: readonly GpuLock[];
}

/** A file `bellman.gpu.lock`, which stays when it is not held. bellperson: src/gpu/locks.rs */
export interface GpuLock {
  readonly path: string;
  /** Seconds since the epoch when it was last opened. */
  readonly opened: number;
  /** `orphan`: by a process that is not there any more, which only a child of it can keep up. */
  readonly held: 'free' | 'held' | 'orphan';
  /** Whether the user that the worker runs as owns it. */
  readonly own: boolean;
}

/** What Lotus says of its own versions. */
export interface LotusVersions {
  /** Of the miner's program, such as `1.36.2+mainnet`; undefined where it does not answer. */
  readonly miner?: string;
  /** Number of the worker API, 3 × 8 bits, by worker. */
  readonly workers: ReadonlyMap<string, number>;
}
