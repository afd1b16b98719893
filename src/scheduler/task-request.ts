import type { StorageId, TaskResources, WorkerResources } from '../lotus/api.js';
import type { SectorId } from '../lotus/file-type.js';
import { defaultResources, sealProofKey } from '../lotus/resources.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import type { TaskCode } from '../lotus/task.js';
import { task } from '../lotus/task.js';

/** A task of a sector that waits for a worker. */
export interface TaskRequest {
  readonly id: string;
  readonly task: PipelineTask;
  readonly sector: SectorId;
}

/** A worker as the scheduler sees it. */
export interface SchedulerWorker {
  readonly session: string;
  readonly name: string;
  /** False when it did not answer lately. */
  readonly enabled: boolean;
  readonly tasks: ReadonlySet<TaskCode>;
  readonly paths: readonly StorageId[];
  readonly resources: WorkerResources;
}

/**
 *   waiting → assigned → preparing → prepared → running → done
 *
 * C1 and C2 go from assigned to running at once where there is room and nothing prepared waits.
 * A worker fills each stage as far as its resources go: what is assigned, what is preparing or prepared, and what
 * is running are counted apart. Lotus: storage/sealer/sched_worker.go
 */
export type Phase = 'assigned' | 'preparing' | 'prepared' | 'running';

/** A task that a worker was given. */
export interface ScheduledTask {
  readonly request: TaskRequest;
  readonly session: string;
  readonly phase: Phase;
}

/** What one such task takes on this worker, by its own table. */
export function needOf(code: TaskCode, resources: WorkerResources, size: SectorSize): TaskResources {
  const table = resources.Resources[task(code).rpc];
  return table?.[sealProofKey(size)] ?? defaultResources(code, size);
}
