import type { ScarceResource } from '../lotus/admission.js';
import type { PipelineTask } from '../lotus/selector.js';
import type { LoadState } from '../scheduler/load-state.js';
import { mayPrepare } from '../scheduler/preparation.js';
import { TASK_FILES } from '../scheduler/task-files.js';
import { Level } from './level.js';
import type { ModelWorker } from './model.js';
import { type HeldBy, Shortage } from './shortage.js';

/** The tasks that take enough for others to have to wait. */
const HEAVY: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C2', 'GET'];

const NONE: ReadonlyMap<HeldBy, number> = new Map();
const NOTHING: readonly ScarceResource[] = [];

/** What is short beside resources: nothing, room, transfers, both. */
const OTHERS: readonly (readonly HeldBy[])[] = [[], ['disk'], ['transfers'], ['transfers', 'disk']];

/** What one worker did, and when it could take no more of a task. */
export class WorkerTally {
  readonly worker: ModelWorker;
  #running: LoadState;
  #fetching: LoadState;
  readonly #busy = new Map<PipelineTask, Level>();
  readonly #shortages: ReadonlyMap<PipelineTask, Shortage>;
  #withoutRoom: ReadonlySet<PipelineTask> = new Set();
  #since = 0;

  /** @param idle the state of such a worker that does nothing */
  constructor(worker: ModelWorker, idle: LoadState) {
    this.worker = worker;
    this.#running = this.#fetching = idle;
    const heavy = HEAVY.filter((task) => worker.tasks.has(task));
    this.#shortages = new Map(heavy.map((task) => [task, new Shortage(0)]));
  }

  /** One more or one less that runs. */
  change(now: number, code: PipelineTask, by: 1 | -1): void {
    this.#level(code).change(now, by);
    this.#running = by === 1 ? this.#running.with(code) : this.#running.without(code);
    this.#note(now);
  }

  /** One more or one less whose files are on their way here. */
  fetching(now: number, code: PipelineTask, by: 1 | -1): void {
    this.#fetching = by === 1 ? this.#fetching.with(code) : this.#fetching.without(code);
    this.#note(now);
  }

  /** There is no room on its disks for these. */
  room(now: number, without: ReadonlySet<PipelineTask>): void {
    this.#withoutRoom = without;
    this.#note(now);
  }

  /** How many ran on average. */
  running(code: PipelineTask, now: number): number {
    return this.#busy.get(code)?.mean(now) ?? 0;
  }

  /** Which part of the time it could not take one more: 0 to 1. */
  full(code: PipelineTask, now: number): number {
    return this.#shortages.get(code)?.full(now) ?? 0;
  }

  /** Which part of the time each thing was short: 0 to 1 each, and together more where several were at once. */
  short(code: PipelineTask, now: number): ReadonlyMap<HeldBy, number> {
    return this.#shortages.get(code)?.short(now) ?? NONE;
  }

  restart(now: number): void {
    this.#since = now;
    for (const level of this.#busy.values()) level.restart(now);
    for (const shortage of this.#shortages.values()) shortage.restart(now);
  }

  #note(now: number): void {
    for (const [task, shortage] of this.#shortages) {
      const lacksRoom = this.#withoutRoom.has(task);
      // Fetching for long-term storage takes nothing that Lotus counts.
      const isCounted = task !== 'GET';
      // Who fetches nothing waits for no transfer.
      const fetches = isCounted && TASK_FILES[task].fetch !== 0;
      const fetchesAll = fetches && !mayPrepare(task, this.#fetching, this.#running);
      const others = OTHERS[(fetchesAll ? 2 : 0) + (lacksRoom ? 1 : 0)] ?? NOTHING;
      shortage.note(now, isCounted ? this.#running.scarce(task) : NOTHING, others);
    }
  }

  #level(code: PipelineTask): Level {
    let level = this.#busy.get(code);
    if (level === undefined) this.#busy.set(code, (level = new Level(this.#since)));
    return level;
  }
}
