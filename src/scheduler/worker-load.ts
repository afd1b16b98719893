import { utilization } from '../lotus/admission.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import { TaskCounts } from './task-counts.js';
import type { Phase, ScheduledTask, SchedulerWorker, TaskRequest } from './task-request.js';

/** A task on its worker; its phase only goes forward. */
export interface Job extends ScheduledTask {
  phase: Phase;
}

type Stage = 'window' | 'preparing' | 'running';

const STAGE: Readonly<Record<Phase, Stage>> = {
  assigned: 'window',
  preparing: 'preparing',
  prepared: 'preparing',
  running: 'running',
};

/** What a worker has been given, and what it could take besides. */
export class WorkerLoad {
  readonly #jobs = new Set<Job>();
  readonly #counts: Readonly<Record<Stage, TaskCounts>>;
  /** Answers of `admits` for the window; they hold until it changes. */
  readonly #openFor = new Map<PipelineTask, boolean>();
  #total: number | undefined;
  /** How many wait to be prepared or to run. */
  #pending = 0;
  #worker: SchedulerWorker;

  constructor(worker: SchedulerWorker, size: SectorSize) {
    this.#worker = worker;
    const counts = (): TaskCounts => new TaskCounts(worker.resources, size);
    this.#counts = { window: counts(), preparing: counts(), running: counts() };
  }

  get worker(): SchedulerWorker {
    return this.#worker;
  }

  /** The oldest assignment first. */
  jobs(): Iterable<Job> {
    return this.#jobs;
  }

  /** Whether anything could go forward if there were room. */
  get hasPending(): boolean {
    return this.#pending > 0;
  }

  /** The same process with other tasks or paths; its resources it has said once for ever. */
  become(worker: SchedulerWorker): void {
    this.#worker = worker;
  }

  /** Whether it may be given one more of the task, as far as resources decide. */
  isOpenFor(task: PipelineTask): boolean {
    if (!this.#worker.enabled || !this.#worker.tasks.has(task)) return false;
    let open = this.#openFor.get(task);
    if (open === undefined) {
      open = this.admits(task, 'window');
      this.#openFor.set(task, open);
    }
    return open;
  }

  admits(task: PipelineTask, stage: Stage): boolean {
    return this.#counts[stage].admission(task).admitted;
  }

  /** How used it is with everything it has been given: the least used worker gets the next task. */
  total(): number {
    this.#total ??= (['window', 'preparing', 'running'] as const).reduce(
      (sum, stage) => sum + utilization(this.#worker.resources, this.#counts[stage].active),
      0,
    );
    return this.#total;
  }

  add(request: TaskRequest): Job {
    const job: Job = { request, session: this.#worker.session, phase: 'assigned' };
    this.#jobs.add(job);
    this.#pending += 1;
    this.#count('window', request.task, 1);
    return job;
  }

  move(job: Job, phase: Phase): void {
    const from = STAGE[job.phase];
    this.#pending += waits(phase) - waits(job.phase);
    job.phase = phase;
    if (STAGE[phase] === from) return;
    this.#count(from, job.request.task, -1);
    this.#count(STAGE[phase], job.request.task, 1);
  }

  remove(job: Job): void {
    this.#jobs.delete(job);
    this.#pending -= waits(job.phase);
    this.#count(STAGE[job.phase], job.request.task, -1);
  }

  #count(stage: Stage, code: PipelineTask, by: 1 | -1): void {
    this.#counts[stage].change(code, by);
    this.#total = undefined;
    if (stage === 'window') this.#openFor.clear();
  }
}

function waits(phase: Phase): 0 | 1 {
  return phase === 'assigned' || phase === 'prepared' ? 1 : 0;
}
