import type { SectorSize } from '../lotus/sector-size.js';
import type { Eligibility, PipelineTask, SectorIndexView } from '../lotus/selector.js';
import { TASK_PRIORITY } from '../lotus/task.js';
import { Candidate } from './candidate.js';
import type { ScheduledTask, SchedulerWorker, TaskRequest } from './task-request.js';
import type { RequestClass } from './waiting.js';
import { Waiting } from './waiting.js';
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
  readonly #changed = new Set<Candidate>();
  /** Who could take a task; found out when it is asked for, and again when a worker or the index changes. */
  readonly #takers = new Map<PipelineTask, readonly Candidate[]>();
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
    this.#takers.clear();
    const known = this.#candidates.get(worker.session);
    if (known === undefined) {
      const candidate = new Candidate(new WorkerLoad(worker, this.#size), this.#registered++);
      this.#candidates.set(worker.session, candidate);
      this.#changed.add(candidate);
    } else {
      known.load.become(worker);
      known.forget();
      this.#changed.add(known);
    }
  }

  /** With it goes what it was given, which is for the caller to submit again. */
  removeWorker(session: string): void {
    const candidate = this.#candidates.get(session);
    if (candidate === undefined) return;
    for (const { request } of candidate.load.jobs()) this.#jobs.delete(request.id);
    this.#candidates.delete(session);
    this.#takers.clear();
    this.#changed.delete(candidate);
  }

  /** Something fits on the worker's paths that did not, or the other way round. */
  roomChanged(session: string): void {
    const candidate = this.#candidates.get(session);
    if (candidate === undefined) return;
    candidate.forgetRoom();
    this.#changed.add(candidate);
  }

  /** Anything may have changed: the index, any worker. */
  refresh(): void {
    this.#view = undefined;
    this.#takers.clear();
    for (const candidate of this.#candidates.values()) {
      candidate.forget();
      this.#changed.add(candidate);
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
    this.#changed.add(found.candidate);
  }

  /** Done, failed or given back: the worker is rid of it. */
  ended(id: string): void {
    const found = this.#jobs.get(id);
    if (found === undefined) return;
    this.#jobs.delete(id);
    found.candidate.load.remove(found.job);
    this.#changed.add(found.candidate);
  }

  /** Everything that can be decided now, in the order in which Lotus would. */
  round(): Decision[] {
    const decisions: Decision[] = [];
    if (this.#changed.size === 0 && !this.#waiting.hasFresh) return decisions;
    do {
      const changed = inOrder(this.#changed);
      this.#changed.clear();
      for (const task of URGENCY) this.#assignAll(task, changed, decisions);
      // With those that were given something just now: each must be as open for the next as all others.
      const given = this.#changed.size === 0 ? changed : inOrder(new Set([...changed, ...this.#changed]));
      for (const candidate of given) this.#advance(candidate, decisions);
    } while (this.#changed.size > 0);
    return decisions;
  }

  /** Classes that no worker was asked about go to all workers, the others to those that changed. */
  #assignAll(task: PipelineTask, changed: readonly Candidate[], decisions: Decision[]): void {
    const classes = this.#waiting.classes(task);
    if (classes.size === 0) return;
    const fresh = this.#waiting.takeFresh(task);
    let open = changed.filter(({ load, idleFor }) => !idleFor.has(task) && load.isOpenFor(task));
    if (open.length === 0 && fresh.size === 0) return;
    const unasked = new Set(fresh);
    while (open.length > 0 || unasked.size > 0) {
      const willDo = (one: RequestClass): boolean =>
        unasked.has(one) || open.some((candidate) => this.#eligibility(one, candidate).ok);
      const next = lowest(classes, willDo);
      if (next === undefined) break;
      const taker = this.#leastUsed(next, unasked.has(next) ? this.#takersOf(next) : open);
      if (taker !== undefined) this.#assign(next, taker, decisions);
      if (taker === undefined || next.isEmpty) unasked.delete(next);
      open = open.filter(({ load }) => load.isOpenFor(task));
    }
    for (const { idleFor } of open) idleFor.add(task);
    if (![...fresh].some((one) => !one.isEmpty)) return;
    for (const { idleFor } of this.#candidates.values()) idleFor.delete(task);
  }

  #takersOf({ task, holders }: RequestClass): Iterable<Candidate> {
    if (task !== 'C1' && task !== 'FIN') return this.#able(task);
    // Only who has the data: nobody else need be asked.
    return this.#able(task).filter(({ load }) => holders.some((id) => load.worker.paths.includes(id)));
  }

  #able(task: PipelineTask): readonly Candidate[] {
    let able = this.#takers.get(task);
    if (able === undefined) {
      const index = this.#current();
      able = [...this.#candidates.values()].filter((candidate) => candidate.couldTake(task, index));
      this.#takers.set(task, able);
    }
    return able;
  }

  #assign(from: RequestClass, candidate: Candidate, decisions: Decision[]): void {
    const request = from.next;
    if (request === undefined) return;
    this.#waiting.take(from);
    const job = candidate.load.add(request);
    this.#jobs.set(request.id, { candidate, job });
    this.#changed.add(candidate);
    decisions.push({ kind: 'assigned', task: job });
  }

  /** Of those that may take it, only the preferred ones if there are any; among equals the first by name. */
  #leastUsed(of: RequestClass, among: Iterable<Candidate>): Candidate | undefined {
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
    if (!load.worker.enabled || !load.hasPending) return;
    for (const job of load.jobs()) {
      if (job.phase === 'assigned' && load.admits(job.request.task, 'preparing')) {
        load.move(job, 'preparing');
        decisions.push({ kind: 'prepare', task: job });
        // Its place among the assigned is free for another.
        this.#changed.add(candidate);
      } else if (job.phase === 'prepared' && load.admits(job.request.task, 'running')) {
        load.move(job, 'running');
        decisions.push({ kind: 'run', task: job });
        this.#changed.add(candidate);
      }
    }
  }

  #current(): SectorIndexView {
    this.#view ??= this.#index();
    return this.#view;
  }
}

/** Always in the same order, whoever changed first: what is decided must not hang on that. */
function inOrder(candidates: Iterable<Candidate>): Candidate[] {
  const all = [...candidates];
  return all.length < 2 ? all : all.sort((a, b) => a.order - b.order);
}

/** The class whose next sector has the lowest number, of those that will do. */
function lowest(
  classes: Iterable<RequestClass>,
  willDo: (one: RequestClass) => boolean,
): RequestClass | undefined {
  let best: RequestClass | undefined;
  let number = Infinity;
  for (const one of classes) {
    const its = one.next?.sector.Number ?? Infinity;
    if (its < number && willDo(one)) [best, number] = [one, its];
  }
  return best;
}

function isLessUsed(load: WorkerLoad, other: WorkerLoad): boolean {
  const difference = load.total() - other.total();
  return difference < 0 || (difference === 0 && load.worker.name < other.worker.name);
}
