import type { SectorSize } from '../lotus/sector-size.js';
import type { Eligibility, SectorIndexView } from '../lotus/selector.js';
import { Candidate } from './candidate.js';
import { LoadStates } from './load-state.js';
import type { ScheduledTask, SchedulerWorker, TaskRequest } from './task-request.js';
import { Takers } from './takers.js';
import { WAYS } from './ways.js';
import { lowest, type RequestClass, type TaskQueue, Waiting } from './waiting.js';
import type { Job } from './worker-load.js';
import { WorkerLoad } from './worker-load.js';

/** What a round has decided; whoever runs the farm carries it out. */
export interface Decision {
  /**
   * `prepare`: what it needs shall be fetched; then comes `prepared`.
   * `run`: it shall run; then comes `ended`. C1 and C2 may begin so without `prepare`.
   */
  readonly kind: 'assigned' | 'prepare' | 'run';
  readonly task: ScheduledTask;
}

const NOTHING: readonly Decision[] = [];
const NOBODY: readonly Candidate[] = [];

/**
 * Lotus's scheduler as a state machine without a clock: who gets which task, and when it may begin.
 * By priority, then by sector, each to the least used worker that may take it; what nobody may take stays, for
 * ever if need be. Nothing waits that an unchanged worker could take, so a round asks only those that changed.
 * Lotus: storage/sealer/sched.go, sched_assigner_utilization.go, sched_worker.go
 */
export class Scheduler {
  readonly #size: SectorSize;
  readonly #index: () => SectorIndexView;
  readonly #states: LoadStates;
  readonly #candidates = new Map<string, Candidate>();
  readonly #jobs = new Map<string, { readonly candidate: Candidate; readonly job: Job }>();
  readonly #waiting = new Waiting();
  #changed: Candidate[] = [];
  /** Something was submitted that no worker was asked for yet. */
  #hasFresh = false;
  readonly #takers = new Takers(this.#candidates);
  #view: SectorIndexView | undefined;
  /** How many workers there have ever been. */
  #registered = 0;

  constructor(size: SectorSize, index: () => SectorIndexView) {
    this.#size = size;
    this.#index = index;
    this.#states = new LoadStates(size);
  }

  waiting(): TaskRequest[] {
    return [...this.#waiting];
  }

  /** A new worker, or what a known one has become. */
  setWorker(worker: SchedulerWorker): void {
    this.#takers.forget();
    const known = this.#candidates.get(worker.session);
    if (known === undefined) {
      const candidate = new Candidate(
        new WorkerLoad(worker, this.#states.idle(worker.resources)),
        this.#registered++,
      );
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
    for (const [id, job] of this.#jobs) if (job.candidate === candidate) this.#jobs.delete(id);
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
    this.#hasFresh = true;
  }

  submit(request: TaskRequest): void {
    if (this.#waiting.add(request, this.#current())) this.#hasFresh = true;
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
  round(): readonly Decision[] {
    if (this.#changed.length === 0 && !this.#hasFresh) return NOTHING;
    this.#hasFresh = false;
    const decisions: Decision[] = [];
    do {
      const changed = this.#takeChanged();
      for (const queue of this.#waiting.queues) {
        if (!queue.isEmpty) this.#assignAll(queue, changed, decisions);
      }
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
  #assignAll(queue: TaskQueue, changed: readonly Candidate[], decisions: Decision[]): void {
    const unasked = queue.takeFresh();
    let open = this.#openFor(queue, changed);
    let someLeft = false;
    while (open.length > 0 || unasked.size > 0) {
      const next = this.#next(queue, unasked, open);
      if (next === undefined) break;
      const taker = this.#leastUsed(next, unasked.has(next) ? this.#takers.of(next, this.#current()) : open);
      if (taker === undefined) someLeft = true;
      else this.#assign(queue, next, taker, decisions);
      if (taker === undefined || next.isEmpty) unasked.delete(next);
      if (open.length > 0) open = open.filter(({ load }) => load.isOpenFor(queue.task));
    }
    if (someLeft) queue.left += 1;
    for (const { idleFor } of open) idleFor[queue.task] = queue.left;
  }

  #openFor({ task, left }: TaskQueue, candidates: readonly Candidate[]): readonly Candidate[] {
    const open = (one: Candidate): boolean => one.idleFor[task] !== left && one.load.isOpenFor(task);
    // Mostly there are none: no new list for that.
    return candidates.some(open) ? candidates.filter(open) : NOBODY;
  }

  /** The lowest sector that is new or that one of the open may take. */
  #next(
    { filled }: TaskQueue,
    unasked: ReadonlySet<RequestClass>,
    open: readonly Candidate[],
  ): RequestClass | undefined {
    return lowest(
      open.length === 0 ? unasked : filled,
      (one) => unasked.has(one) || open.some((candidate) => this.#eligibility(one, candidate).ok),
    );
  }

  #assign(queue: TaskQueue, from: RequestClass, candidate: Candidate, decisions: Decision[]): void {
    const request = from.next;
    if (request === undefined) return;
    queue.take(from);
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
      const isLess = best === undefined || isLessUsed(candidate.load, best.load);
      // Only long-term storage is ever preferred: elsewhere who is used more need not be asked at all.
      if ((!isLess && of.task !== 'GET') || !candidate.load.isOpenFor(of.task)) continue;
      const eligibility = this.#eligibility(of, candidate);
      if (!eligibility.ok || (bestIsPreferred && !eligibility.preferred)) continue;
      const better = isLess || (eligibility.preferred && !bestIsPreferred);
      if (better) [best, bestIsPreferred] = [candidate, eligibility.preferred];
    }
    return best;
  }

  #eligibility(of: RequestClass, candidate: Candidate): Eligibility {
    return candidate.eligibility(of, this.#current(), this.#size);
  }

  /** What is prepared first, then what need not be, then the others: the older first, each as soon as there is room for it. */
  #advance(candidate: Candidate, decisions: Decision[]): void {
    const { load } = candidate;
    if (!load.worker.enabled) return;
    for (const way of WAYS) {
      if (!way.isOpen(load)) continue;
      for (let at = 0, job = load.pending()[0]; job !== undefined; job = load.pending()[at]) {
        if (job.phase !== way.from || !way.takes(job.request.task, load)) {
          at += 1;
          continue;
        }
        load.move(job, way.to);
        decisions.push({ kind: way.to === 'preparing' ? 'prepare' : 'run', task: job });
        // Its place among the assigned or the prepared is free for another.
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
