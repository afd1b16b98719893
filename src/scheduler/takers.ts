import type { PipelineTask, SectorIndexView } from '../lotus/selector.js';
import type { Candidate } from './candidate.js';
import type { RequestClass } from './waiting.js';

/** Who could take a task if there were room; found out when it is asked for, and kept until it is forgotten. */
export class Takers {
  readonly #candidates: ReadonlyMap<string, Candidate>;
  readonly #able = new Map<PipelineTask, readonly Candidate[]>();
  readonly #holding = new Map<RequestClass, readonly Candidate[]>();

  /** @param candidates all workers, by session */
  constructor(candidates: ReadonlyMap<string, Candidate>) {
    this.#candidates = candidates;
  }

  /** A worker or the index is no longer what it was. */
  forget(): void {
    this.#able.clear();
    this.#holding.clear();
  }

  /** Where only who has the data will do, nobody else need be asked. */
  of(requests: RequestClass, index: SectorIndexView): readonly Candidate[] {
    const { task, holders } = requests;
    if (task !== 'C1' && task !== 'FIN') return this.#ableTo(task, index);
    let holding = this.#holding.get(requests);
    if (holding === undefined) {
      const has = ({ load }: Candidate): boolean => holders.some((id) => load.worker.paths.includes(id));
      holding = this.#ableTo(task, index).filter(has);
      this.#holding.set(requests, holding);
    }
    return holding;
  }

  #ableTo(task: PipelineTask, index: SectorIndexView): readonly Candidate[] {
    let able = this.#able.get(task);
    if (able === undefined) {
      able = [...this.#candidates.values()].filter((candidate) => candidate.couldTake(task, index));
      this.#able.set(task, able);
    }
    return able;
  }
}
