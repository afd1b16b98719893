import type { SectorId } from '../lotus/file-type.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { Eligibility, PipelineTask, SectorIndexView } from '../lotus/selector.js';
import { mayHold, mayTake } from '../lotus/selector.js';
import type { RequestClass } from './waiting.js';
import type { WorkerLoad } from './worker-load.js';

const NO: Eligibility = { ok: false, reason: 'no-such-path' };

/** For these it does not matter how much room there is. */
const WITHOUT_ROOM: readonly PipelineTask[] = ['C1', 'C2', 'FIN'];

/** A worker with what has been found out about it: which requests it may take, as far as data and paths decide. */
export class Candidate {
  readonly load: WorkerLoad;
  /** Higher than that of all who came before. */
  readonly order: number;
  /** Since it was last asked what it can take and begin. */
  hasChanged = false;
  /**
   * Open for a task and yet nothing that waits is for it: it need not be asked again before something new is left.
   * The number is how often that had happened when it was asked.
   */
  idleFor: Partial<Record<PipelineTask, number>> = {};
  readonly #byData = new Map<RequestClass, Eligibility>();
  readonly #byRoom = new Map<RequestClass, Eligibility>();
  /** Whether a sector of a miner fits at all, which spares asking about each one. */
  readonly #holds = { sealing: new Map<number, boolean>(), stored: new Map<number, boolean>() };

  constructor(load: WorkerLoad, order: number) {
    this.load = load;
    this.order = order;
  }

  /** Whether it could ever take the task: with it on, and a path of the right kind where one is needed. */
  couldTake(task: PipelineTask, { paths }: SectorIndexView): boolean {
    const { worker } = this.load;
    if (!worker.tasks.has(task)) return false;
    if (WITHOUT_ROOM.includes(task)) return true;
    const infos = worker.paths.flatMap((id) => paths.get(id)?.info ?? []);
    // What PC2 works on may lie on a path of any kind.
    if (task === 'PC2') return infos.length > 0;
    return infos.some(({ CanSeal, CanStore }) => (task === 'GET' ? CanStore : CanSeal));
  }

  /** Its paths or the index are no longer what they were. */
  forget(): void {
    this.#byData.clear();
    this.forgetRoom();
  }

  /** Something fits on its paths that did not, or the other way round. */
  forgetRoom(): void {
    this.idleFor = {};
    this.#byRoom.clear();
    this.#holds.sealing.clear();
    this.#holds.stored.clear();
  }

  eligibility(of: RequestClass, index: SectorIndexView, size: SectorSize): Eligibility {
    const known = this.#byRoom.get(of) ?? this.#byData.get(of);
    return known ?? this.#findOut(of, index, size);
  }

  #findOut(of: RequestClass, index: SectorIndexView, size: SectorSize): Eligibility {
    const found = this.#hasOrHolds(of, index, size)
      ? mayTake(of.task, sectorOf(of), this.load.worker.paths, index, size)
      : NO;
    const known = WITHOUT_ROOM.includes(of.task) ? this.#byData : this.#byRoom;
    known.set(of, found);
    return found;
  }

  /** Where a sector would have to come here and none fits, it need not be asked about each one. */
  #hasOrHolds(of: RequestClass, index: SectorIndexView, size: SectorSize): boolean {
    const purpose = of.task === 'GET' ? 'stored' : of.task === 'PC2' ? 'sealing' : undefined;
    if (purpose === undefined) return true;
    const sector = sectorOf(of);
    let holds = this.#holds[purpose].get(sector.Miner);
    if (holds === undefined) {
      holds = mayHold(purpose, sector, this.load.worker.paths, index, size);
      this.#holds[purpose].set(sector.Miner, holds);
    }
    return holds || of.holders.some((id) => this.load.worker.paths.includes(id));
  }
}

function sectorOf({ next }: RequestClass): SectorId {
  if (next === undefined) throw new Error('asked about a class without requests');
  return next.sector;
}
