import { utilization } from '../lotus/admission.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import { TaskCounts } from './task-counts.js';
import type { Phase, ScheduledTask, SchedulerWorker, TaskRequest } from './task-request.js';

/** A task on its worker; its phase only goes forward. */
export interface Job extends ScheduledTask {
  /** Higher than that of all the worker was given before. */
  readonly order: number;
  phase: Phase;
}

type Stage = 'window' | 'preparing' | 'running';

const STAGE: Readonly<Record<Phase, Stage>> = {
  assigned: 'window',
  preparing: 'preparing',
  prepared: 'preparing',
  running: 'running',
};

const NONE: readonly Job[] = [];

/** What a worker has been given, and what it could take besides. */
export class WorkerLoad {
  readonly #jobs = new Set<Job>();
  readonly #counts: Readonly<Record<Stage, TaskCounts>>;
  /** Answers of `admits` for the window; they hold until it changes. */
  #openFor: Partial<Record<PipelineTask, boolean>> = {};
  #total: number | undefined;
  /** Those that wait to be prepared or to run, the oldest assignment first. */
  #pending: readonly Job[] = NONE;
  #given = 0;
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

  /** What could go forward if there were room, the oldest assignment first. */
  pending(): readonly Job[] {
    return this.#pending;
  }

  /** The same process with other tasks or paths; its resources it has said once for ever. */
  become(worker: SchedulerWorker): void {
    this.#worker = worker;
  }

  /** Whether it may be given one more of the task, as far as resources decide. */
  isOpenFor(task: PipelineTask): boolean {
    if (!this.#worker.enabled || !this.#worker.tasks.has(task)) return false;
    return (this.#openFor[task] ??= this.admits(task, 'window'));
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
    const job: Job = { request, session: this.#worker.session, order: this.#given++, phase: 'assigned' };
    this.#jobs.add(job);
    this.#pending = [...this.#pending, job];
    this.#count('window', request.task, 1);
    return job;
  }

  move(job: Job, phase: Phase): void {
    const from = STAGE[job.phase];
    job.phase = phase;
    this.#pending = waits(phase) ? inserted(this.#pending, job) : this.#pending.filter((one) => one !== job);
    if (STAGE[phase] === from) return;
    this.#count(from, job.request.task, -1);
    this.#count(STAGE[phase], job.request.task, 1);
  }

  remove(job: Job): void {
    this.#jobs.delete(job);
    if (waits(job.phase)) this.#pending = this.#pending.filter((one) => one !== job);
    this.#count(STAGE[job.phase], job.request.task, -1);
  }

  #count(stage: Stage, code: PipelineTask, by: 1 | -1): void {
    this.#counts[stage].change(code, by);
    this.#total = undefined;
    if (stage === 'window') this.#openFor = {};
  }
}

function waits(phase: Phase): boolean {
  return phase === 'assigned' || phase === 'prepared';
}

function inserted(jobs: readonly Job[], job: Job): readonly Job[] {
  const at = jobs.findIndex(({ order }) => order > job.order);
  return at === -1 ? [...jobs, job] : [...jobs.slice(0, at), job, ...jobs.slice(at)];
}
