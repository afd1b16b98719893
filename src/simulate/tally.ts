import type { TransferKind } from '../flow/flow.js';
import type { PipelineTask, SectorIndexView } from '../lotus/selector.js';
import { LoadStates } from '../scheduler/load-state.js';
import type { ScheduledTask } from '../scheduler/task-request.js';
import { Level } from './level.js';
import type { Model, ModelWorker } from './model.js';
import { withoutRoom } from './room.js';
import type { Move } from './transfer.js';
import { WorkerTally } from './worker-tally.js';

/** The stages a sector waits before, in order. */
export const STAGES: readonly PipelineTask[] = ['AP', 'PC1', 'PC2', 'C1', 'C2', 'FIN', 'GET'];

const CARGO: Readonly<Partial<Record<PipelineTask, TransferKind>>> = {
  PC1: 'unsealed',
  PC2: 'pc1-output',
  GET: 'finished',
};

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly cargo: TransferKind;
  /** How many sectors */
  sectors: number;
  bytes: number;
}

/** Counts what happens in a run. All times in milliseconds from the run's beginning. */
export class Tally {
  readonly queues: ReadonlyMap<PipelineTask, Level>;
  /** Those in the queue whose files are on their way. */
  readonly underway: ReadonlyMap<PipelineTask, Level>;
  /** By session. */
  readonly workers: ReadonlyMap<string, WorkerTally>;
  readonly failures = new Map<PipelineTask, number>();
  /** All that were finished in the run. */
  finished = 0;
  /** Since when everything else is counted. */
  since = 0;
  finishedSince = 0;
  readonly #size: Model['size'];
  #transfers: Transfer[] = [];
  /** The same by where they come from and where they go. */
  readonly #byWay = new Map<string, Map<string, Transfer[]>>();

  constructor({ workers, size }: Model) {
    this.#size = size;
    this.queues = new Map(STAGES.map((task) => [task, new Level()]));
    this.underway = new Map(STAGES.map((task) => [task, new Level()]));
    const states = new LoadStates(size);
    this.workers = new Map(
      workers.map((worker) => [worker.session, new WorkerTally(worker, states.idle(worker.resources))]),
    );
  }

  get transfers(): readonly Transfer[] {
    return this.#transfers;
  }

  /** Sectors that wait before a task, assigned or not. */
  queue(now: number, task: PipelineTask, by: number): void {
    this.queues.get(task)?.change(now, by);
  }

  moving(now: number, { session, request }: ScheduledTask, by: 1 | -1): void {
    this.underway.get(request.task)?.change(now, by);
    this.workers.get(session)?.fetching(now, request.task, by);
  }

  /** What fits on the worker's disks has changed. */
  room(now: number, worker: ModelWorker, index: SectorIndexView): void {
    this.workers.get(worker.session)?.room(now, withoutRoom(worker, index, this.#size));
  }

  running(now: number, { session, request }: ScheduledTask, by: 1 | -1): void {
    this.workers.get(session)?.change(now, request.task, by);
  }

  fail(task: PipelineTask): void {
    this.failures.set(task, (this.failures.get(task) ?? 0) + 1);
  }

  finish(): void {
    this.finished += 1;
    this.finishedSince += 1;
  }

  /** Counts anew, once the farm is under way: the long way of the first sectors says nothing of the later ones. */
  restart(now: number): void {
    this.since = now;
    this.finishedSince = 0;
    this.#transfers = [];
    this.#byWay.clear();
    this.failures.clear();
    for (const level of [...this.queues.values(), ...this.underway.values()]) level.restart(now);
    for (const worker of this.workers.values()) worker.restart(now);
  }

  /** All files that come from one worker for one task are one transfer of the sector. */
  move({ request }: ScheduledTask, moves: readonly Move[]): void {
    const cargo = CARGO[request.task];
    if (cargo === undefined) return;
    for (const [index, { from, to, bytes }] of moves.entries()) {
      if (from === to) continue;
      const transfer = this.#transfer(from, to, cargo);
      transfer.bytes += bytes;
      if (moves.findIndex((move) => move.from === from) === index) transfer.sectors += 1;
    }
  }

  #transfer(from: string, to: string, cargo: TransferKind): Transfer {
    let targets = this.#byWay.get(from);
    if (targets === undefined) this.#byWay.set(from, (targets = new Map<string, Transfer[]>()));
    let transfers = targets.get(to);
    if (transfers === undefined) targets.set(to, (transfers = []));
    const known = transfers.find((one) => one.cargo === cargo);
    if (known !== undefined) return known;
    const transfer: Transfer = { from, to, cargo, sectors: 0, bytes: 0 };
    this.#transfers.push(transfer);
    transfers.push(transfer);
    return transfer;
  }
}
