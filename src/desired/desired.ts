import type { DeclaredState, HostPaths, MinerRestart, Rollout, SocketAddress } from '../farm/farm.js';
import type { EnvEntry } from '../host/env-file.js';
import type { DrainIntent } from '../host/manifest.js';
import type { WorkerLayout } from '../host/layout.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { SectorStoreSettings } from '../lotus/sectorstore.js';
import type { TaskCode } from '../lotus/task.js';
import type { WantedKey } from '../miner/edit-config.js';

export type { DeclaredState } from '../farm/farm.js';

/** What the hosts shall hold: no YAML any more, everything by absolute path and exact value. */
export interface DesiredFarm {
  readonly name: string;
  readonly sectorSize: SectorSize;
  readonly rollout: Rollout;
  readonly hosts: readonly DesiredHost[];
  /** Absent where the file names no machine of the miner. */
  readonly miner?: DesiredMiner;
}

/** What the miner's config.toml shall say, on its machine. */
export interface DesiredMiner {
  readonly host: string;
  readonly paths: HostPaths;
  /** LOTUS_MINER_PATH where it is declared. */
  readonly repo?: string;
  /** Those that the file says something of. */
  readonly keys: readonly WantedKey[];
  /** User that lotus-miner runs as where it is declared. */
  readonly user?: string;
  readonly restart: MinerRestart;
}

export interface DesiredHost {
  readonly name: string;
  readonly paths: HostPaths;
  /** The template of all workers' units; only with systemd. */
  readonly unitTemplate?: string;
  readonly workers: readonly DesiredWorker[];
}

export interface DesiredWorker {
  readonly name: string;
  readonly host: string;
  /** What it was called before. */
  readonly renamedFrom?: string;
  readonly files: WorkerLayout;
  readonly repo: string;
  /** Undefined: root with systemd, else the SSH user. */
  readonly user?: string;
  readonly listen: SocketAddress;
  /** What the worker's unit has of its own; only with systemd. */
  readonly dropIn?: string;
  /** Everything the process is started with, sorted by name. */
  readonly env: readonly EnvEntry[];
  /** The declared tasks; where it shall take no work the environment has them off all the same: `tasksNow`. */
  readonly tasks: readonly TaskCode[];
  /** At most so many at once, for the farm's sector size. */
  readonly limits: ReadonlyMap<TaskCode, number>;
  /** How many it has by index or UUID; undefined where they are not counted out to it. */
  readonly gpus?: number;
  readonly storage: readonly DesiredStorage[];
  /** What the file says of it, whatever a person asked for since. */
  readonly state: DeclaredState;
  /** Set while a person has this worker drained. */
  readonly drain?: DrainIntent;
}

/** What it shall take as things are: nothing while a person or the file has it drained. */
export function tasksNow({
  drain,
  state,
  tasks,
}: Pick<DesiredWorker, 'drain' | 'state' | 'tasks'>): readonly TaskCode[] {
  return drain === undefined && state === 'running' ? tasks : [];
}

export interface DesiredStorage {
  readonly path: string;
  readonly id?: string;
  readonly settings: SectorStoreSettings;
  /** What the miner's index shall have instead, while a drain opens the path to more groups. */
  readonly whileDrained?: SectorStoreSettings;
  readonly mount: 'required' | 'any';
}
