import type { ScarceResource } from '../lotus/admission.js';
import type { PipelineTask } from '../lotus/selector.js';
import { TaskCounts } from '../scheduler/task-counts.js';
import { Level } from './level.js';
import type { Model, ModelWorker } from './model.js';

/**
 * What can keep a worker from one task more: a resource, room on its disks, or that it fetches the files of as many
 * already as it may prepare at once.
 */
export type HeldBy = ScarceResource | 'disk' | 'transfers';

/** The tasks that take enough for others to have to wait. */
const HEAVY: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C2', 'GET'];

/** What one worker did, and when it could take no more of a task. */
export class WorkerTally {
  readonly worker: ModelWorker;
  readonly #running: TaskCounts;
  readonly #fetching: TaskCounts;
  readonly #heavy: readonly PipelineTask[];
  readonly #busy = new Map<PipelineTask, Level>();
  /** 1 while there is no room for one more; 0 otherwise. */
  readonly #full = new Map<PipelineTask, Level>();
  /** The same for want of one thing; several may be short at once. */
  readonly #short = new Map<PipelineTask, Map<HeldBy, Level>>();
  /** What is short now, from each of the three sides it can come from. */
  #scarce: readonly (readonly HeldBy[])[] = [];
  #fetchesAll: readonly boolean[] = [];
  #withoutRoom: ReadonlySet<PipelineTask> = new Set();
  #since = 0;

  constructor(worker: ModelWorker, size: Model['size']) {
    this.worker = worker;
    this.#running = new TaskCounts(worker.resources, size);
    this.#fetching = new TaskCounts(worker.resources, size);
    this.#heavy = HEAVY.filter((task) => worker.tasks.has(task));
  }

  /** One more or one less that runs. */
  change(now: number, code: PipelineTask, by: 1 | -1): void {
    this.#level(this.#busy, code).change(now, by);
    this.#running.change(code, by);
    // Fetching takes nothing that Lotus counts.
    this.#scarce = this.#heavy.map((task) => (task === 'GET' ? [] : this.#running.scarce(task)));
    this.#note(now);
  }

  /** One more or one less whose files are on their way here. */
  fetching(now: number, code: PipelineTask, by: 1 | -1): void {
    this.#fetching.change(code, by);
    this.#fetchesAll = this.#heavy.map((task) => task !== 'GET' && !this.#fetching.admission(task).admitted);
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
    return this.#full.get(code)?.mean(now) ?? 0;
  }

  /** Which part of the time each thing was short: 0 to 1 each, and together more where several were at once. */
  short(code: PipelineTask, now: number): ReadonlyMap<HeldBy, number> {
    const parts = [...(this.#short.get(code) ?? [])].map(
      ([thing, level]) => [thing, level.mean(now)] as const,
    );
    return new Map(parts.filter(([, part]) => part > 0));
  }

  restart(now: number): void {
    this.#since = now;
    for (const level of [...this.#busy.values(), ...this.#full.values()]) level.restart(now);
    for (const levels of this.#short.values()) for (const level of levels.values()) level.restart(now);
  }

  #note(now: number): void {
    this.#heavy.forEach((task, index) => {
      const short = this.#shortFor(task, index);
      set(this.#level(this.#full, task), now, short.length > 0);
      const levels = this.#short.get(task) ?? new Map<HeldBy, Level>();
      this.#short.set(task, levels);
      for (const [thing, level] of levels) set(level, now, short.includes(thing));
      for (const thing of short) set(this.#level(levels, thing), now, true);
    });
  }

  #shortFor(task: PipelineTask, index: number): readonly HeldBy[] {
    const scarce = this.#scarce[index] ?? [];
    const fetchesAll = this.#fetchesAll[index] === true;
    const lacksRoom = this.#withoutRoom.has(task);
    if (!fetchesAll && !lacksRoom) return scarce;
    return [
      ...scarce,
      ...(fetchesAll ? (['transfers'] as const) : []),
      ...(lacksRoom ? (['disk'] as const) : []),
    ];
  }

  #level<K>(levels: Map<K, Level>, key: K): Level {
    let level = levels.get(key);
    if (level === undefined) {
      level = new Level(this.#since);
      levels.set(key, level);
    }
    return level;
  }
}

function set(level: Level, now: number, on: boolean): void {
  if ((level.value === 1) !== on) level.change(now, on ? 1 : -1);
}
