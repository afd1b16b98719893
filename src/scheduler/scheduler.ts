import type { SectorSize } from '../lotus/sector-size.js';
import type { Eligibility, PipelineTask, SectorIndexView } from '../lotus/selector.js';
import { TASK_PRIORITY } from '../lotus/task.js';
import { Candidate } from './candidate.js';
import type { ScheduledTask, SchedulerWorker, TaskRequest } from './task-request.js';
import { Takers } from './takers.js';
import { lowest, type RequestClass, someLeft, Waiting } from './waiting.js';
import type { Job } from './worker-load.js';
import { WorkerLoad } from './worker-load.js';

/** What a round has decided; whoever runs the farm carries it out. */
export interface Decision {
  /**
   * `prepare`: what it needs shall be fetched; then comes `prepared`.
   * `run`: it shall run; then comes `ended`.
   */
  readonly kind: 'assigned' | 'prepare' | 'run';
  readonly task: ScheduledTask;
}

const NOBODY: readonly Candidate[] = [];

const URGENCY = TASK_PRIORITY.filter((code): code is PipelineTask =>
  ['AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'].includes(code),
);

/**
 * Lotus's scheduler as a state machine without a clock: who gets which task, and when it may begin.
 * By priority, then by sector, each to the least used worker that may take it; what nobody may take stays, for
 * ever if need be. Nothing waits that an unchanged worker could take, so a round asks only those that changed.
 * Lotus: storage/sealer/sched.go, sched_assigner_utilization.go, sched_worker.go
 */
export class Scheduler {
  readonly #size: SectorSize;
  readonly #index: () => SectorIndexView;
  readonly #candidates = new Map<string, Candidate>();
  readonly #jobs = new Map<string, { readonly candidate: Candidate; readonly job: Job }>();
  readonly #waiting = new Waiting();
  #changed: Candidate[] = [];
  readonly #takers = new Takers(this.#candidates);
  /** How often something new was left that nobody could take just then. */
  readonly #left: Record<PipelineTask, number> = { AP: 0, PC1: 0, PC2: 0, C1: 0, C2: 0, FIN: 0, GET: 0 };
  #view: SectorIndexView | undefined;
  /** How many workers there have ever been. */
  #registered = 0;

  constructor(size: SectorSize, index: () => SectorIndexView) {
    this.#size = size;
    this.#index = index;
  }

  waiting(): TaskRequest[] {
    return [...this.#waiting];
  }

  /** A new worker, or what a known one has become. */
  setWorker(worker: SchedulerWorker): void {
    this.#takers.forget();
    const known = this.#candidates.get(worker.session);
    if (known === undefined) {
      const candidate = new Candidate(new WorkerLoad(worker, this.#size), this.#registered++);
      this.#candidates.set(worker.session, candidate);
      this.#change(candidate);
    } else {
      known.load.become(worker);
      known.forget();
      this.#change(known);
    }
  }

  /** With it goes what it was given, which is for the caller to submit again. */
  removeWorker(session: string): void {
    const candidate = this.#candidates.get(session);
    if (candidate === undefined) return;
    for (const { request } of candidate.load.jobs()) this.#jobs.delete(request.id);
    this.#candidates.delete(session);
    this.#takers.forget();
    this.#changed = this.#changed.filter((one) => one !== candidate);
  }

  /** Something fits on the worker's paths that did not, or the other way round. */
  roomChanged(session: string): void {
    const candidate = this.#candidates.get(session);
    if (candidate === undefined) return;
    candidate.forgetRoom();
    this.#change(candidate);
  }

  /** Anything may have changed: the index, any worker. */
  refresh(): void {
    this.#view = undefined;
    this.#takers.forget();
    for (const candidate of this.#candidates.values()) {
      candidate.forget();
      this.#change(candidate);
    }
    this.#waiting.refresh(this.#current());
  }

  submit(request: TaskRequest): void {
    this.#waiting.add(request, this.#current());
  }

  prepared(id: string): void {
    const found = this.#jobs.get(id);
    if (found?.job.phase !== 'preparing') return;
    found.candidate.load.move(found.job, 'prepared');
    this.#change(found.candidate);
  }

  /** Done, failed or given back: the worker is rid of it. */
  ended(id: string): void {
    const found = this.#jobs.get(id);
    if (found === undefined) return;
    this.#jobs.delete(id);
    found.candidate.load.remove(found.job);
    this.#change(found.candidate);
  }

  /** Everything that can be decided now, in the order in which Lotus would. */
  round(): Decision[] {
    const decisions: Decision[] = [];
    if (this.#changed.length === 0 && !this.#waiting.hasFresh) return decisions;
    do {
      const changed = this.#takeChanged();
      for (const task of URGENCY) this.#assignAll(task, changed, decisions);
      // With those that were given something just now: each must be as open for the next as all others.
      for (const candidate of changed) this.#change(candidate);
      for (const candidate of this.#takeChanged()) this.#advance(candidate, decisions);
    } while (this.#changed.length > 0);
    return decisions;
  }

  #change(candidate: Candidate): void {
    if (candidate.hasChanged) return;
    candidate.hasChanged = true;
    this.#changed.push(candidate);
  }

  /** Always in the same order, whoever changed first: what is decided must not hang on that. */
  #takeChanged(): readonly Candidate[] {
    const changed = this.#changed;
    if (changed.length === 0) return changed;
    this.#changed = [];
    for (const candidate of changed) candidate.hasChanged = false;
    return changed.length === 1 ? changed : changed.sort((a, b) => a.order - b.order);
  }

  /** Classes that no worker was asked about go to all workers, the others to those that changed. */
  #assignAll(task: PipelineTask, changed: readonly Candidate[], decisions: Decision[]): void {
    const classes = this.#waiting.classes(task);
    if (classes.size === 0) return;
    const fresh = this.#waiting.takeFresh(task);
    let open = this.#openFor(task, changed);
    if (open.length === 0 && fresh.size === 0) return;
    const unasked = new Set(fresh);
    while (open.length > 0 || unasked.size > 0) {
      const willDo = (one: RequestClass): boolean =>
        unasked.has(one) || open.some((candidate) => this.#eligibility(one, candidate).ok);
      const next = lowest(classes, willDo);
      if (next === undefined) break;
      const taker = this.#leastUsed(next, unasked.has(next) ? this.#takers.of(next, this.#current()) : open);
      if (taker !== undefined) this.#assign(next, taker, decisions);
      if (taker === undefined || next.isEmpty) unasked.delete(next);
      open = open.filter(({ load }) => load.isOpenFor(task));
    }
    if (someLeft(fresh)) this.#left[task] += 1;
    for (const { idleFor } of open) idleFor[task] = this.#left[task];
  }

  #openFor(task: PipelineTask, candidates: readonly Candidate[]): readonly Candidate[] {
    const open = (one: Candidate): boolean =>
      one.idleFor[task] !== this.#left[task] && one.load.isOpenFor(task);
    // Mostly there are none: no new list for that.
    return candidates.some(open) ? candidates.filter(open) : NOBODY;
  }

  #assign(from: RequestClass, candidate: Candidate, decisions: Decision[]): void {
    const request = from.next;
    if (request === undefined) return;
    this.#waiting.take(from);
    const job = candidate.load.add(request);
    this.#jobs.set(request.id, { candidate, job });
    this.#change(candidate);
    decisions.push({ kind: 'assigned', task: job });
  }

  /** Of those that may take it, only the preferred ones if there are any; among equals the first by name. */
  #leastUsed(of: RequestClass, among: readonly Candidate[]): Candidate | undefined {
    let best: Candidate | undefined;
    let bestIsPreferred = false;
    for (const candidate of among) {
      if (!candidate.load.isOpenFor(of.task)) continue;
      const eligibility = this.#eligibility(of, candidate);
      if (!eligibility.ok || (bestIsPreferred && !eligibility.preferred)) continue;
      const better =
        best === undefined ||
        (eligibility.preferred && !bestIsPreferred) ||
        isLessUsed(candidate.load, best.load);
      if (better) [best, bestIsPreferred] = [candidate, eligibility.preferred];
    }
    return best;
  }

  #eligibility(of: RequestClass, candidate: Candidate): Eligibility {
    return candidate.eligibility(of, this.#current(), this.#size);
  }

  /** The older first, each as soon as there is room for it. */
  #advance(candidate: Candidate, decisions: Decision[]): void {
    const { load } = candidate;
    if (!load.worker.enabled) return;
    for (const job of load.pending()) {
      if (job.phase === 'assigned' && load.admits(job.request.task, 'preparing')) {
        load.move(job, 'preparing');
        decisions.push({ kind: 'prepare', task: job });
        // Its place among the assigned is free for another.
        this.#change(candidate);
      } else if (job.phase === 'prepared' && load.admits(job.request.task, 'running')) {
        load.move(job, 'running');
        decisions.push({ kind: 'run', task: job });
        this.#change(candidate);
      }
    }
  }

  #current(): SectorIndexView {
    this.#view ??= this.#index();
    return this.#view;
  }
}

function isLessUsed(load: WorkerLoad, other: WorkerLoad): boolean {
  const difference = load.total() - other.total();
  return difference < 0 || (difference === 0 && load.worker.name < other.worker.name);
}
