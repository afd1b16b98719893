import type { ActiveResources, ActiveTask } from '../../lotus/admission.js';
import { activeResources, admit, utilization, withTask } from '../../lotus/admission.js';
import type { StorageId, TaskResources, WorkerResources } from '../../lotus/api.js';
import type { SectorId } from '../../lotus/file-type.js';
import { defaultResources, sealProofKey } from '../../lotus/resources.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import type { PipelineTask, SectorIndexView } from '../../lotus/selector.js';
import { mayTake } from '../../lotus/selector.js';
import type { TaskCode } from '../../lotus/task.js';
import { TASK_PRIORITY, task } from '../../lotus/task.js';

/** A task of a sector that waits for a worker. */
export interface TaskRequest {
  readonly id: string;
  readonly task: PipelineTask;
  readonly sector: SectorId;
}

/** A worker as the scheduler sees it. */
export interface CandidateWorker {
  readonly session: string;
  readonly name: string;
  /** False when it did not answer lately. */
  readonly enabled: boolean;
  readonly tasks: ReadonlySet<TaskCode>;
  readonly paths: readonly StorageId[];
  readonly resources: WorkerResources;
  /** What is given to it and has not begun: Lotus fills this much again as may run. */
  readonly assigned: readonly ActiveTask[];
  /** What is being fetched for, or is ready and waits for room. */
  readonly preparing: readonly ActiveTask[];
  readonly running: readonly ActiveTask[];
}

export interface Assignment {
  readonly request: TaskRequest;
  readonly session: string;
}

/** What one such task takes on this worker, by its own table. */
export function needOf(code: TaskCode, resources: WorkerResources, size: SectorSize): TaskResources {
  const table = resources.Resources[task(code).rpc];
  return table?.[sealProofKey(size)] ?? defaultResources(code, size);
}

/**
 * Who gets what now: by priority, then by sector, each to the least used worker that may take it.
 * What nobody may take stays, for ever if need be. Lotus: storage/sealer/sched_assigner_utilization.go
 */
export function assign(
  requests: readonly TaskRequest[],
  workers: readonly CandidateWorker[],
  index: SectorIndexView,
  size: SectorSize,
): Assignment[] {
  const loads = workers.map((worker) => ({
    worker,
    window: activeResources(worker.assigned, worker.resources),
    begun: begunUtilization(worker),
  }));
  const assignments: Assignment[] = [];
  for (const request of byUrgency(requests)) {
    const taker = loads
      .filter(({ worker, window }) => mayGet(request, worker, window, index, size))
      .sort((a, b) => totalOf(a) - totalOf(b) || (a.worker.name < b.worker.name ? -1 : 1))[0];
    if (taker === undefined) continue;
    assignments.push({ request, session: taker.worker.session });
    taker.window = withTask(taker.window, activeTask(request, taker.worker, size), taker.worker.resources);
  }
  return assignments;
}

function byUrgency(requests: readonly TaskRequest[]): TaskRequest[] {
  const urgency = (request: TaskRequest): number => TASK_PRIORITY.indexOf(request.task);
  return [...requests].sort((a, b) => urgency(a) - urgency(b) || a.sector.Number - b.sector.Number);
}

interface Load {
  readonly worker: CandidateWorker;
  readonly window: ActiveResources;
  readonly begun: number;
}

function totalOf({ worker, window, begun }: Load): number {
  return begun + utilization(worker.resources, window);
}

function begunUtilization({ resources, preparing, running }: CandidateWorker): number {
  return (
    utilization(resources, activeResources(preparing, resources)) +
    utilization(resources, activeResources(running, resources))
  );
}

function mayGet(
  request: TaskRequest,
  worker: CandidateWorker,
  window: ActiveResources,
  index: SectorIndexView,
  size: SectorSize,
): boolean {
  return (
    worker.enabled &&
    worker.tasks.has(request.task) &&
    admit(activeTask(request, worker, size), worker.resources, window).admitted &&
    mayTake(request.task, request.sector, worker.paths, index, size).ok
  );
}

function activeTask(request: TaskRequest, worker: CandidateWorker, size: SectorSize): ActiveTask {
  return { code: request.task, need: needOf(request.task, worker.resources, size) };
}
