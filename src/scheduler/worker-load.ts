import type { ActiveResources, ActiveTask } from '../lotus/admission.js';
import { admit, countedResources, IDLE, utilization } from '../lotus/admission.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import type { Phase, ScheduledTask, SchedulerWorker, TaskRequest } from './task-request.js';
import { needOf } from './task-request.js';

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
  readonly #size: SectorSize;
  readonly #jobs = new Set<Job>();
  readonly #tasks = new Map<PipelineTask, ActiveTask>();
  readonly #counts: Readonly<Record<Stage, Map<ActiveTask, number>>> = {
    window: new Map(),
    preparing: new Map(),
    running: new Map(),
  };
  readonly #active: Record<Stage, ActiveResources> = { window: IDLE, preparing: IDLE, running: IDLE };
  /** Answers of `admits` for the window; they hold until it changes. */
  readonly #openFor = new Map<PipelineTask, boolean>();
  #total: number | undefined;
  #worker: SchedulerWorker;

  constructor(worker: SchedulerWorker, size: SectorSize) {
    this.#worker = worker;
    this.#size = size;
  }

  get worker(): SchedulerWorker {
    return this.#worker;
  }

  /** The oldest assignment first. */
  jobs(): Iterable<Job> {
    return this.#jobs;
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
    return admit(this.#task(task), this.#worker.resources, this.#active[stage]).admitted;
  }

  /** How used it is with everything it has been given: the least used worker gets the next task. */
  total(): number {
    this.#total ??= (['window', 'preparing', 'running'] as const).reduce(
      (sum, stage) => sum + utilization(this.#worker.resources, this.#active[stage]),
      0,
    );
    return this.#total;
  }

  add(request: TaskRequest): Job {
    const job: Job = { request, session: this.#worker.session, phase: 'assigned' };
    this.#jobs.add(job);
    this.#count('window', request.task, 1);
    return job;
  }

  move(job: Job, phase: Phase): void {
    const from = STAGE[job.phase];
    job.phase = phase;
    if (STAGE[phase] === from) return;
    this.#count(from, job.request.task, -1);
    this.#count(STAGE[phase], job.request.task, 1);
  }

  remove(job: Job): void {
    this.#jobs.delete(job);
    this.#count(STAGE[job.phase], job.request.task, -1);
  }

  /** Summed up anew from whole tasks, so that parts of GPUs never add up to something that is not there. */
  #count(stage: Stage, code: PipelineTask, by: number): void {
    const counts = this.#counts[stage];
    const task = this.#task(code);
    const count = (counts.get(task) ?? 0) + by;
    if (count === 0) counts.delete(task);
    else counts.set(task, count);
    this.#active[stage] = countedResources(counts, this.#worker.resources);
    this.#total = undefined;
    if (stage === 'window') this.#openFor.clear();
  }

  #task(code: PipelineTask): ActiveTask {
    let known = this.#tasks.get(code);
    if (known === undefined) {
      known = { code, need: needOf(code, this.#worker.resources, this.#size) };
      this.#tasks.set(code, known);
    }
    return known;
  }
}
