import type { ScarceResource } from '../lotus/admission.js';
import type { PipelineTask } from '../lotus/selector.js';
import { TaskCounts } from '../scheduler/task-counts.js';
import { Level } from './level.js';
import type { Model, ModelWorker } from './model.js';

/** The tasks that take enough for others to have to wait. */
const HEAVY: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C2'];

/** What one worker did, and when it could take no more of a task. */
export class WorkerTally {
  readonly worker: ModelWorker;
  readonly #running: TaskCounts;
  readonly #busy = new Map<PipelineTask, Level>();
  /** 1 while there is no room for one more, for want of the resource; 0 otherwise. */
  readonly #full = new Map<PipelineTask, Map<ScarceResource, Level>>();
  #since = 0;

  constructor(worker: ModelWorker, size: Model['size']) {
    this.worker = worker;
    this.#running = new TaskCounts(worker.resources, size);
  }

  /** One more or one less that runs. */
  change(now: number, code: PipelineTask, by: 1 | -1): void {
    this.#level(this.#busy, code).change(now, by);
    this.#running.change(code, by);
    for (const heavy of HEAVY) {
      if (!this.worker.tasks.has(heavy)) continue;
      const admission = this.#running.admission(heavy);
      this.#setFull(now, heavy, admission.admitted ? undefined : admission.scarce);
    }
  }

  /** How many ran on average. */
  running(code: PipelineTask, now: number): number {
    return this.#busy.get(code)?.mean(now) ?? 0;
  }

  /** Which part of the time it could not take one more, and for want of what: 0 to 1 each. */
  fullFor(code: PipelineTask, now: number): ReadonlyMap<ScarceResource, number> {
    const levels = [...(this.#full.get(code) ?? [])];
    return new Map(levels.map(([resource, level]) => [resource, level.mean(now)]));
  }

  restart(now: number): void {
    this.#since = now;
    for (const level of this.#busy.values()) level.restart(now);
    for (const levels of this.#full.values()) for (const level of levels.values()) level.restart(now);
  }

  #setFull(now: number, code: PipelineTask, scarce: ScarceResource | undefined): void {
    let levels = this.#full.get(code);
    if (levels === undefined) {
      levels = new Map();
      this.#full.set(code, levels);
    }
    for (const [resource, level] of levels)
      if (resource !== scarce && level.value === 1) level.change(now, -1);
    if (scarce === undefined) return;
    const level = this.#level(levels, scarce);
    if (level.value === 0) level.change(now, 1);
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
