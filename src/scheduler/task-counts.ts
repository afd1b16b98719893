import {
  type ActiveResources,
  type Admission,
  admit,
  countedResources,
  IDLE,
  type ScarceResource,
  scarceResources,
} from '../lotus/admission.js';
import type { TaskResources, WorkerResources } from '../lotus/api.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { PipelineTask } from '../lotus/selector.js';
import { needOf } from './task-request.js';

const NOTHING: readonly ScarceResource[] = [];

/** So many tasks of each kind on a worker, and what they take together. */
export class TaskCounts {
  readonly #worker: WorkerResources;
  readonly #size: SectorSize;
  readonly #counts = new Map<PipelineTask, number>();
  readonly #needs = new Map<PipelineTask, TaskResources>();
  /** Summed up when it is asked for, from whole tasks: parts of GPUs never add up to what is not there. */
  #active: ActiveResources | undefined = IDLE;

  constructor(worker: WorkerResources, size: SectorSize) {
    this.#worker = worker;
    this.#size = size;
  }

  get active(): ActiveResources {
    return (this.#active ??= countedResources(this.#counts, this.#needs, this.#worker));
  }

  change(code: PipelineTask, by: 1 | -1): void {
    this.#need(code);
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + by);
    this.#active = undefined;
  }

  /** Whether one more finds room beside these. */
  admission(code: PipelineTask): Admission {
    return admit({ code, need: this.#need(code) }, this.#worker, this.active);
  }

  /** All that is too little for one more. */
  scarce(code: PipelineTask): readonly ScarceResource[] {
    return this.admission(code).admitted
      ? NOTHING
      : scarceResources({ code, need: this.#need(code) }, this.#worker, this.active);
  }

  #need(code: PipelineTask): TaskResources {
    let need = this.#needs.get(code);
    if (need === undefined) {
      need = needOf(code, this.#worker, this.#size);
      this.#needs.set(code, need);
    }
    return need;
  }
}
