import { randomUUID } from 'node:crypto';
import type { SectorId } from '../../lotus/file-type.js';
import type { PipelineTask } from '../../lotus/selector.js';
import type { Decision } from '../../scheduler/scheduler.js';
import { Scheduler } from '../../scheduler/scheduler.js';
import type { SchedulerWorker, TaskRequest } from '../../scheduler/task-request.js';
import { unreachable } from '../../diagnostic/unreachable.js';
import { SECTOR_SIZE } from '../layout.js';
import { INTERVALS } from '../speed.js';
import type { CallError, CallId } from '../worker/miner-api.js';
import { Calls } from './calls.js';
import type { Emit, JobEvent } from './event-log.js';
import type { IndexStore } from './index-store.js';
import type { Job } from './job.js';
import { FetchFailed, NotReached, prepare, runTask } from './job.js';
import type { WorkerHandle, Workers } from './workers.js';

/** Who waits for a request's end. */
interface Promised {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface DispatcherOptions {
  readonly index: IndexStore;
  readonly emit: Emit;
  /** Called whenever a call begins or ends, so that it can be written down. */
  readonly onCalls: () => void;
  /** Of the miner's config.toml. */
  readonly disallowRemoteFinalize: boolean;
}

/** Carries out on a real clock what the scheduler decides. */
export class Dispatcher {
  readonly calls: Calls;
  readonly #options: DispatcherOptions;
  readonly #scheduler: Scheduler;
  readonly #promised = new Map<string, Promised>();
  readonly #jobs = new Map<string, Job>();
  #workers: Workers | undefined;
  #sessions: ReadonlySet<string> = new Set();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.calls = new Calls(options.emit, options.onCalls);
    this.#scheduler = new Scheduler(SECTOR_SIZE, () => ({
      ...options.index.view(INTERVALS.silence),
      disallowRemoteFinalize: options.disallowRemoteFinalize,
    }));
  }

  use(workers: Workers): void {
    this.#workers = workers;
  }

  jobs(): Job[] {
    return [...this.#jobs.values()];
  }

  waiting(): TaskRequest[] {
    return this.#scheduler.waiting();
  }

  /** Resolves when a worker has done the task, rejects when it failed; waits for a worker as long as it takes. */
  schedule(task: PipelineTask, sector: SectorId): Promise<void> {
    const left = this.calls.leftOver(task, sector);
    if (left !== undefined) return left;
    return new Promise((resolve, reject) => {
      const request: TaskRequest = { id: randomUUID(), task, sector };
      this.#promised.set(request.id, { resolve, reject });
      this.#scheduler.submit(request);
      this.tick();
    });
  }

  returned(call: CallId, error: CallError | undefined): void {
    this.calls.settle(call.ID, error);
  }

  /** What the worker has no call for waits again. */
  unassign(worker: WorkerHandle): void {
    for (const job of this.jobs().filter((candidate) => candidate.worker === worker)) {
      if (job.task.phase === 'assigned' || job.task.phase === 'prepared') this.#giveBack(job);
    }
  }

  /** One round: what the farm has become, and what can be done about it now. */
  tick(): void {
    const workers = this.#workers?.list() ?? [];
    const sessions = new Set(workers.map(({ session }) => session));
    for (const session of this.#sessions) if (!sessions.has(session)) this.#scheduler.removeWorker(session);
    this.#sessions = sessions;
    for (const worker of workers) this.#scheduler.setWorker(asScheduled(worker));
    this.#scheduler.refresh();
    for (const decision of this.#scheduler.round()) this.#carryOut(decision);
  }

  #carryOut({ kind, task }: Decision): void {
    switch (kind) {
      case 'assigned':
        this.#assign(task);
        return;
      case 'prepare': {
        const job = this.#jobs.get(task.request.id);
        if (job !== undefined) void this.#bringThrough(job, 'when-told');
        return;
      }
      case 'run': {
        const job = this.#jobs.get(task.request.id);
        if (job?.begin !== undefined) job.begin();
        else if (job !== undefined) void this.#bringThrough(job, 'at-once');
        return;
      }
      default:
        unreachable(kind);
    }
  }

  #assign(task: Decision['task']): void {
    const worker = this.#workers?.get(task.session);
    const promised = this.#promised.get(task.request.id);
    if (worker === undefined || promised === undefined) return;
    this.#jobs.set(task.request.id, { task, worker, start: new Date().toISOString() });
    this.#emit('job-assigned', task.request, worker);
  }

  async #bringThrough(job: Job, runs: 'when-told' | 'at-once'): Promise<void> {
    const { worker } = job;
    const { request } = job.task;
    try {
      await prepare(job, this.calls, this.#options.index, this.#options.emit);
      if (runs === 'when-told') {
        await new Promise<void>((resolve) => {
          job.begin = resolve;
          this.#scheduler.prepared(request.id);
          this.tick();
        });
      }
      await runTask(job, this.calls, () => {
        this.#emit('job-started', request, worker);
      });
      this.#emit('job-done', request, worker);
      this.#end(request)?.resolve();
    } catch (error) {
      if (error instanceof NotReached) {
        this.#giveBack(job);
      } else {
        const event = error instanceof FetchFailed ? 'fetch-failed' : 'job-failed';
        this.#emit(event, request, worker, messageOf(error));
        this.#end(request)?.reject(error);
      }
    }
    this.tick();
  }

  #end({ id }: TaskRequest): Promised | undefined {
    const promised = this.#promised.get(id);
    this.#promised.delete(id);
    this.#jobs.delete(id);
    this.#scheduler.ended(id);
    return promised;
  }

  /** The scheduler may have forgotten the worker with all its tasks. */
  #giveBack({ task, worker }: Job): void {
    this.#jobs.delete(task.request.id);
    this.#scheduler.ended(task.request.id);
    this.#scheduler.submit(task.request);
    this.#emit('job-unassigned', task.request, worker);
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

function asScheduled({ session, info, enabled, tasks, paths }: WorkerHandle): SchedulerWorker {
  return { session, name: info.Hostname, enabled, tasks, paths, resources: info.Resources };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
