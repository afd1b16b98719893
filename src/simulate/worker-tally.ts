import { type ActiveTask, admit, countedResources, type ScarceResource } from '../lotus/admission.js';
import type { PipelineTask } from '../lotus/selector.js';
import { needOf } from '../scheduler/task-request.js';
import { Level } from './level.js';
import type { Model, ModelWorker } from './model.js';

/** The tasks that take enough for others to have to wait. */
const HEAVY: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C2'];

/** What one worker did, and when it could take no more of a task. */
export class WorkerTally {
  readonly worker: ModelWorker;
  readonly #size: Model['size'];
  readonly #tasks = new Map<PipelineTask, ActiveTask>();
  readonly #running = new Map<ActiveTask, number>();
  readonly #busy = new Map<PipelineTask, Level>();
  /** 1 while there is no room for one more, for want of the resource; 0 otherwise. */
  readonly #full = new Map<PipelineTask, Map<ScarceResource, Level>>();

  constructor(worker: ModelWorker, size: Model['size']) {
    this.worker = worker;
    this.#size = size;
  }

  /** One more or one less that runs. */
  change(now: number, code: PipelineTask, by: 1 | -1): void {
    levelOf(this.#busy, code).change(now, by);
    const task = this.#task(code);
    this.#running.set(task, (this.#running.get(task) ?? 0) + by);
    const { resources, tasks } = this.worker;
    const active = countedResources(this.#running, resources);
    for (const heavy of HEAVY) {
      if (!tasks.has(heavy)) continue;
      const admission = admit(this.#task(heavy), resources, active);
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
    const level = levelOf(levels, scarce);
    if (level.value === 0) level.change(now, 1);
  }

  #task(code: PipelineTask): ActiveTask {
    let task = this.#tasks.get(code);
    if (task === undefined) {
      task = { code, need: needOf(code, this.worker.resources, this.#size) };
      this.#tasks.set(code, task);
    }
    return task;
  }
}

function levelOf<K>(levels: Map<K, Level>, key: K): Level {
  let level = levels.get(key);
  if (level === undefined) {
    level = new Level();
    levels.set(key, level);
  }
  return level;
}
