import { randomUUID } from 'node:crypto';
import type { ActiveTask } from '../../lotus/admission.js';
import { activeResources, admit } from '../../lotus/admission.js';
import type { SectorId } from '../../lotus/file-type.js';
import type { PipelineTask } from '../../lotus/selector.js';
import { SECTOR_SIZE } from '../layout.js';
import { INTERVALS } from '../speed.js';
import type { CallId } from '../worker/miner-api.js';
import { Calls } from './calls.js';
import type { Emit, JobEvent } from './event-log.js';
import type { IndexStore } from './index-store.js';
import type { Job } from './job.js';
import { FetchFailed, NotReached, prepare, runTask } from './job.js';
import type { CandidateWorker, TaskRequest } from './schedule.js';
import { assign, needOf } from './schedule.js';
import type { WorkerHandle, Workers } from './workers.js';

interface Waiting {
  readonly request: TaskRequest;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface DispatcherOptions {
  readonly index: IndexStore;
  readonly emit: Emit;
  /** Called whenever a call begins or ends, so that it can be written down. */
  readonly onCalls: () => void;
}

/** Gives tasks to workers and brings them through assigned → preparing → prepared → running. */
export class Dispatcher {
  readonly calls: Calls;
  readonly #options: DispatcherOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #jobs = new Map<string, Job>();
  #workers: Workers | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.calls = new Calls(options.emit, options.onCalls);
  }

  use(workers: Workers): void {
    this.#workers = workers;
  }

  jobs(): Job[] {
    return [...this.#jobs.values()];
  }

  waiting(): TaskRequest[] {
    return [...this.#waiting.values()].map(({ request }) => request);
  }

  /** Resolves when a worker has done the task, rejects when it failed; waits for a worker as long as it takes. */
  schedule(task: PipelineTask, sector: SectorId): Promise<void> {
    const left = this.calls.leftOver(task, sector);
    if (left !== undefined) return left;
    return new Promise((resolve, reject) => {
      const request: TaskRequest = { id: randomUUID(), task, sector };
      this.#waiting.set(request.id, { request, resolve, reject });
      this.tick();
    });
  }

  returned(call: CallId, error: string | undefined): void {
    this.calls.settle(call.ID, error);
  }

  /** What the worker has no call for waits again. */
  unassign(worker: WorkerHandle): void {
    for (const job of this.jobs().filter((candidate) => candidate.worker === worker)) {
      if (job.phase === 'assigned' || job.phase === 'prepared') this.#giveBack(job);
    }
  }

  /** One round: new assignments, and what has room now begins. */
  tick(): void {
    const workers = this.#workers?.list() ?? [];
    const index = this.#options.index.view(INTERVALS.silence);
    const candidates = workers.map((worker) => this.#candidate(worker));
    for (const { request, session } of assign(this.waiting(), candidates, index, SECTOR_SIZE)) {
      const waiting = this.#waiting.get(request.id);
      const worker = this.#workers?.get(session);
      if (waiting !== undefined && worker !== undefined) this.#assign(waiting, worker);
    }
    for (const worker of workers.filter((candidate) => candidate.enabled)) this.#advance(worker);
  }

  #candidate(worker: WorkerHandle): CandidateWorker {
    return {
      session: worker.session,
      name: worker.info.Hostname,
      enabled: worker.enabled,
      tasks: worker.tasks,
      paths: worker.paths,
      resources: worker.info.Resources,
      assigned: this.#tasksIn(worker, ['assigned']),
      preparing: this.#tasksIn(worker, ['preparing', 'prepared']),
      running: this.#tasksIn(worker, ['running']),
    };
  }

  #tasksIn(worker: WorkerHandle, phases: readonly Job['phase'][]): ActiveTask[] {
    return this.jobs()
      .filter((job) => job.worker === worker && phases.includes(job.phase))
      .map(activeTask);
  }

  #assign(waiting: Waiting, worker: WorkerHandle): void {
    const { request, resolve, reject } = waiting;
    this.#waiting.delete(request.id);
    const start = new Date().toISOString();
    this.#jobs.set(request.id, { request, worker, start, phase: 'assigned', resolve, reject });
    this.#emit('job-assigned', request, worker);
  }

  /** The older and more urgent first, each as soon as there is room for it. */
  #advance(worker: WorkerHandle): void {
    for (const job of this.jobs().filter((candidate) => candidate.worker === worker)) {
      if (job.phase === 'assigned' && this.#hasRoom(job, ['preparing', 'prepared'])) {
        job.phase = 'preparing';
        void this.#carryOut(job);
      } else if (job.phase === 'prepared' && this.#hasRoom(job, ['running'])) {
        job.phase = 'running';
        job.begin?.();
      }
    }
  }

  #hasRoom(job: Job, phases: readonly Job['phase'][]): boolean {
    const { worker } = job;
    const active = activeResources(this.#tasksIn(worker, phases), worker.info.Resources);
    return admit(activeTask(job), worker.info.Resources, active).admitted;
  }

  async #carryOut(job: Job): Promise<void> {
    const { request, worker } = job;
    try {
      await prepare(job, this.calls, this.#options.index, this.#options.emit);
      await new Promise<void>((resolve) => {
        job.phase = 'prepared';
        job.begin = resolve;
        this.tick();
      });
      await runTask(job, this.calls, () => {
        this.#emit('job-started', request, worker);
      });
      this.#emit('job-done', request, worker);
      this.#jobs.delete(request.id);
      job.resolve();
    } catch (error) {
      if (error instanceof NotReached) {
        this.#giveBack(job);
      } else {
        this.#jobs.delete(request.id);
        const event = error instanceof FetchFailed ? 'fetch-failed' : 'job-failed';
        this.#emit(event, request, worker, messageOf(error));
        job.reject(error);
      }
    }
    this.tick();
  }

  #giveBack({ request, worker, resolve, reject }: Job): void {
    this.#jobs.delete(request.id);
    this.#waiting.set(request.id, { request, resolve, reject });
    this.#emit('job-unassigned', request, worker);
  }

  #emit(event: JobEvent, { task, sector }: TaskRequest, worker: WorkerHandle, error?: string): void {
    this.#options.emit({
      event,
      sector: sector.Number,
      task,
      worker: worker.info.Hostname,
      session: worker.session,
      ...(error === undefined ? {} : { error }),
    });
  }
}

function activeTask({ request, worker }: Job): ActiveTask {
  return { code: request.task, need: needOf(request.task, worker.info.Resources, SECTOR_SIZE) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
