import {
  type ActiveTask,
  type Admission,
  admit,
  countedResources,
  type ScarceResource,
  scarceResources,
  utilization,
} from '../lotus/admission.js';
import type { TaskResources, WorkerResources } from '../lotus/api.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import { needOf } from './task-request.js';

type PerTask<T> = Partial<Record<PipelineTask, T>>;

const NOTHING: readonly ScarceResource[] = [];

/** Workers that have the same, and so the same states. */
interface Kind {
  readonly resources: WorkerResources;
  readonly size: SectorSize;
  readonly needs: Map<PipelineTask, TaskResources>;
  /** By how many tasks of each kind. */
  readonly states: Map<string, LoadState>;
}

/**
 * So many tasks of each kind on a worker, and what Lotus would admit beside them. A farm goes through few such states
 * again and again: each is worked out once, and leads to those with a task more or less.
 */
export class LoadState {
  readonly #kind: Kind;
  readonly #counts: ReadonlyMap<PipelineTask, number>;
  /** How used the worker is, as a fraction. */
  readonly utilization: number;
  readonly #active: ReturnType<typeof countedResources>;
  readonly #admissions: PerTask<Admission> = {};
  readonly #scarce: PerTask<readonly ScarceResource[]> = {};
  readonly #more: PerTask<LoadState> = {};
  readonly #less: PerTask<LoadState> = {};

  constructor(kind: Kind, counts: ReadonlyMap<PipelineTask, number>) {
    this.#kind = kind;
    this.#counts = counts;
    // From whole tasks, not from the state before: parts of GPUs never add up to what is not there.
    this.#active = countedResources(counts, kind.needs, kind.resources);
    this.utilization = utilization(kind.resources, this.#active);
  }

  /** How many of the task there are. */
  count(task: PipelineTask): number {
    return this.#counts.get(task) ?? 0;
  }

  /** How many of the task there may be at once, by its limit; 0 where it has none. */
  limit(task: PipelineTask): number {
    return this.#task(task).need.MaxConcurrent;
  }

  /** With one task more. */
  with(task: PipelineTask): LoadState {
    return (this.#more[task] ??= this.#changed(task, 1));
  }

  /** With one task less. */
  without(task: PipelineTask): LoadState {
    return (this.#less[task] ??= this.#changed(task, -1));
  }

  /** Whether one more finds room beside these. */
  admits(task: PipelineTask): boolean {
    return (this.#admissions[task] ??= admit(this.#task(task), this.#kind.resources, this.#active)).admitted;
  }

  /** All that is too little for one more. */
  scarce(task: PipelineTask): readonly ScarceResource[] {
    if (this.admits(task)) return NOTHING;
    return (this.#scarce[task] ??= scarceResources(this.#task(task), this.#kind.resources, this.#active));
  }

  #changed(task: PipelineTask, by: 1 | -1): LoadState {
    this.#task(task);
    const count = (this.#counts.get(task) ?? 0) + by;
    if (count < 0) throw new Error(`fewer than no ${task}`);
    return stateOf(this.#kind, new Map(this.#counts).set(task, count));
  }

  #task(code: PipelineTask): ActiveTask {
    const { needs, resources, size } = this.#kind;
    let need = needs.get(code);
    if (need === undefined) needs.set(code, (need = needOf(code, resources, size)));
    return { code, need };
  }
}

/** The states of all workers; those that have the same share them. */
export class LoadStates {
  readonly #size: SectorSize;
  readonly #kinds = new Map<string, Kind>();

  constructor(size: SectorSize) {
    this.#size = size;
  }

  /** Of a worker that does nothing. */
  idle(resources: WorkerResources): LoadState {
    const key = JSON.stringify(resources);
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = { resources, size: this.#size, needs: new Map(), states: new Map() };
      this.#kinds.set(key, kind);
    }
    return stateOf(kind, new Map());
  }
}

function stateOf(kind: Kind, all: ReadonlyMap<PipelineTask, number>): LoadState {
  // Always in the same order: a sum of parts must not hang on which came first.
  const counts = [...all].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = counts.join(' ');
  let state = kind.states.get(key);
  if (state === undefined) kind.states.set(key, (state = new LoadState(kind, new Map(counts))));
  return state;
}
