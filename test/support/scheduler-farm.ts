import type { StorageId, StorageInfo } from '../../src/lotus/api.js';
import type { SectorId } from '../../src/lotus/file-type.js';
import { resourcesFromEnvironment } from '../../src/lotus/resource-env.js';
import type { Holders, IndexedPath, PipelineTask, SectorIndexView } from '../../src/lotus/selector.js';
import type { SchedulerWorker, TaskRequest } from '../../src/scheduler/task-request.js';

const GiB = 2 ** 30;

/** What a test says of a worker; sizes in GiB. */
export interface WorkerShape extends Partial<Omit<SchedulerWorker, 'session' | 'name' | 'resources'>> {
  readonly memory?: number;
  readonly swap?: number;
  readonly memUsed?: number;
  readonly cpus?: number;
  readonly gpus?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export const PIPELINE: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'];

/** Large enough for everything, with one path that is named after it; every test says only what it is about. */
export function schedulerWorker(name: string, given: WorkerShape = {}): SchedulerWorker {
  const { memory = 512, swap = 128, memUsed = 0, cpus = 64, gpus = 1, env = {}, ...rest } = given;
  return {
    session: `session of ${name}`,
    name,
    enabled: true,
    tasks: new Set(PIPELINE),
    paths: [pathOf(name)],
    resources: {
      MemPhysical: memory * GiB,
      MemUsed: memUsed * GiB,
      MemSwap: swap * GiB,
      MemSwapUsed: 0,
      CPUs: cpus,
      GPUs: Array.from({ length: gpus }, () => 'GPU'),
      Resources: resourcesFromEnvironment(env),
    },
    ...rest,
  };
}

export function pathOf(worker: string): StorageId {
  return `path of ${worker}`;
}

export function sectorId(number: number, miner = 1000): SectorId {
  return { Miner: miner, Number: number };
}

/** Its id says what it is: `PC1 7`. */
export function request(task: PipelineTask, number: number): TaskRequest {
  return { id: `${task} ${number}`, task, sector: sectorId(number) };
}

/** A miner's index that a test can change. */
export class TestIndex implements SectorIndexView {
  readonly paths = new Map<StorageId, IndexedPath>();
  readonly disallowRemoteFinalize: boolean;
  readonly #holders = new Map<number, Map<StorageId, number>>();

  constructor(disallowRemoteFinalize = false) {
    this.disallowRemoteFinalize = disallowRemoteFinalize;
  }

  holders({ Number: number }: SectorId): Holders {
    return this.#holders.get(number) ?? new Map();
  }

  /** Adds a path, or changes the one of that ID. */
  put(ID: StorageId, info: Partial<StorageInfo> = {}, available = 2 ** 44): void {
    const known = this.paths.get(ID)?.info ?? {
      ID, URLs: [], Weight: 10, MaxStorage: 0, CanSeal: true, CanStore: false, Groups: [], AllowTo: [],
      AllowTypes: null, DenyTypes: null, AllowMiners: null, DenyMiners: null,
    }; // prettier-ignore
    this.paths.set(ID, { info: { ...known, ...info }, available, healthy: true });
  }

  /** @param types a bit mask; 0 takes the files away */
  hold(number: number, id: StorageId, types: number): void {
    const holders = new Map(this.holders(sectorId(number)));
    if (types === 0) holders.delete(id);
    else holders.set(id, types);
    this.#holders.set(number, holders);
  }
}
