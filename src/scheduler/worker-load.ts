import type { PipelineTask } from '../lotus/selector.js';
import type { LoadState } from './load-state.js';
import { mayPrepare } from './preparation.js';
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

/** What a worker has been given, and what it could take besides. */
export class WorkerLoad {
  readonly #stages: Record<Stage, LoadState>;
  #total: number;
  /** Those that wait to be prepared or to run, the oldest assignment first. */
  readonly #pending: Job[] = [];
  #given = 0;
  #worker: SchedulerWorker;

  /** @param idle the state of such a worker that does nothing */
  constructor(worker: SchedulerWorker, idle: LoadState) {
    this.#worker = worker;
    this.#stages = { window: idle, preparing: idle, running: idle };
    this.#total = sumOf(this.#stages);
  }

  get worker(): SchedulerWorker {
    return this.#worker;
  }

  /** What could go forward if there were room, the oldest assignment first; what does leaves it at once. */
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
    return this.#stages.window.admits(task);
  }

  mayPrepare(task: PipelineTask): boolean {
    return mayPrepare(task, this.#stages.preparing, this.#stages.running);
  }

  mayRun(task: PipelineTask): boolean {
    return this.#stages.running.admits(task);
  }

  /** How used it is with everything it has been given: the least used worker gets the next task. */
  total(): number {
    return this.#total;
  }

  add(request: TaskRequest): Job {
    const job: Job = { request, session: this.#worker.session, order: this.#given++, phase: 'assigned' };
    this.#pending.push(job);
    this.#enter('window', request.task);
    return job;
  }

  move(job: Job, phase: Phase): void {
    const from = STAGE[job.phase];
    job.phase = phase;
    if (waits(phase)) this.#await(job);
    else this.#awaitNoMore(job);
    if (STAGE[phase] === from) return;
    this.#leave(from, job.request.task);
    this.#enter(STAGE[phase], job.request.task);
  }

  remove(job: Job): void {
    this.#awaitNoMore(job);
    this.#leave(STAGE[job.phase], job.request.task);
  }

  /** The oldest assignment first. */
  #await(job: Job): void {
    const at = this.#pending.findIndex(({ order }) => order > job.order);
    if (at === -1) this.#pending.push(job);
    else this.#pending.splice(at, 0, job);
  }

  #awaitNoMore(job: Job): void {
    const at = this.#pending.indexOf(job);
    if (at !== -1) this.#pending.splice(at, 1);
  }

  #enter(stage: Stage, task: PipelineTask): void {
    this.#stages[stage] = this.#stages[stage].with(task);
    this.#total = sumOf(this.#stages);
  }

  #leave(stage: Stage, task: PipelineTask): void {
    this.#stages[stage] = this.#stages[stage].without(task);
    this.#total = sumOf(this.#stages);
  }
}

function sumOf({ window, preparing, running }: Readonly<Record<Stage, LoadState>>): number {
  return window.utilization + preparing.utilization + running.utilization;
}

function waits(phase: Phase): boolean {
  return phase === 'assigned' || phase === 'prepared';
}
