import { unreachable } from '../diagnostic/unreachable.js';
import type { SectorId } from '../lotus/file-type.js';
import { type PipelineStep, STEPS } from '../scheduler/pipeline.js';
import { type Decision, Scheduler } from '../scheduler/scheduler.js';
import type { ScheduledTask, TaskRequest } from '../scheduler/task-request.js';
import { EventQueue } from './event-queue.js';
import type { Model } from './model.js';
import { randomFrom } from './random.js';
import type { RunSettings } from './run-settings.js';
import { SectorFiles } from './sector-files.js';
import { Storage } from './storage.js';
import { Tally } from './tally.js';
import { moveTime, type Move } from './transfer.js';

/** What is left when a run has ended. */
export interface RunResult {
  readonly tally: Tally;
  /** milliseconds from the beginning */
  readonly now: number;
  readonly begun: number;
  /** What nobody has been given. */
  readonly waiting: readonly TaskRequest[];
  readonly storage: Storage;
  /** Nothing can happen any more. */
  readonly standsStill: boolean;
  /** It was ended before its time, since far too much happens in it. */
  readonly cutShort: boolean;
}

type Event =
  | { readonly kind: 'prepared'; readonly task: ScheduledTask; readonly moves: readonly Move[] }
  | { readonly kind: 'ended'; readonly task: ScheduledTask }
  | { readonly kind: 'due'; readonly sector: number; readonly step: PipelineStep };

/** Some two million sectors: more than anybody waits for. Without it stages that take no time would never end. */
const MOST_EVENTS = 20_000_000;

/** After so many it says how far it is: several times a second. */
const EVENTS_A_STEP = 20_000;

/** How long a failed step rests before it is tried again. Lotus: storage/pipeline/states_failed.go */
const RETRY = 60_000;

/** One run of a farm through simulated time: Lotus's own scheduling, with a queue of events for a clock. */
export class Run {
  readonly #settings: RunSettings;
  readonly #events = new EventQueue<Event>();
  readonly #storage: Storage;
  readonly #files: SectorFiles;
  readonly #scheduler: Scheduler;
  readonly #random: () => number;
  readonly #tally: Tally;
  /** How many sectors there are before PC1, as long as there are any to begin. */
  readonly #stock: number;
  #now = 0;
  #begun = 0;
  #beforePc1 = 0;
  #requests = 0;
  #happened = 0;

  constructor(model: Model, settings: RunSettings, stock: number) {
    this.#settings = settings;
    this.#stock = stock;
    this.#random = randomFrom(settings.seed);
    this.#tally = new Tally(model);
    const workers = new Map(model.workers.map((worker) => [worker.session, worker]));
    this.#storage = new Storage(model, (session) => {
      this.#scheduler.roomChanged(session);
      const worker = workers.get(session);
      if (worker !== undefined) this.#tally.room(this.#now, worker, this.#storage);
    });
    for (const worker of model.workers) this.#tally.room(0, worker, this.#storage);
    this.#files = new SectorFiles(this.#storage, model.size);
    this.#scheduler = new Scheduler(model.size, () => this.#storage);
    for (const worker of model.workers) this.#scheduler.setWorker(worker);
  }

  /** To the horizon, or until all sectors are finished; says now and then which millisecond it has come to. */
  *steps(): Generator<number, RunResult, undefined> {
    const { horizon, sectors } = this.#settings;
    this.#feed();
    this.#decide();
    if (sectors === undefined && (yield* this.#until(horizon / 2))) this.#tally.restart(horizon / 2);
    const cutShort = !(yield* this.#until(horizon));
    const all = sectors !== undefined && this.#tally.finished === sectors;
    return {
      tally: this.#tally,
      // A farm that stands still has not ended early: it is stuck until the horizon.
      now: all || cutShort ? this.#now : horizon,
      begun: this.#begun,
      waiting: this.#scheduler.waiting(),
      storage: this.#storage,
      standsStill: this.#events.size === 0,
      cutShort,
    };
  }

  /** False where too much has happened before. */
  *#until(end: number): Generator<number, boolean, undefined> {
    const { mostEvents = MOST_EVENTS } = this.#settings;
    for (let next = this.#events.nextAt(); next !== undefined && next <= end; next = this.#events.nextAt()) {
      const due = this.#events.take();
      if (due === undefined) return true;
      this.#happened += 1;
      if (this.#happened > mostEvents) return false;
      if (this.#happened % EVENTS_A_STEP === 0) yield this.#now;
      this.#now = due.at;
      this.#happen(due.event);
      this.#feed();
      this.#decide();
    }
    return true;
  }

  #feed(): void {
    const { sectors = Infinity, maxSealing = Infinity } = this.#settings;
    const wanted = (): boolean =>
      this.#begun < sectors &&
      this.#beforePc1 < this.#stock &&
      this.#begun - this.#tally.finished < maxSealing;
    while (wanted()) {
      this.#begun += 1;
      this.#beforePc1 += 1;
      this.#enter(this.#begun, 'AP');
    }
  }

  #enter(sector: number, step: PipelineStep): void {
    switch (step) {
      case 'done':
        this.#storage.forget(sector);
        this.#tally.finish();
        return;
      case 'WaitSeed':
        this.#later(this.#vary(this.#settings.durations.WaitSeed), {
          kind: 'due',
          sector,
          step: STEPS.WaitSeed.next,
        });
        return;
      case 'AP':
      case 'PC1':
      case 'PC2':
      case 'C1':
      case 'C2':
      case 'FIN':
      case 'GET':
        // Nobody needs the unsealed copy any more.
        if (step === 'FIN') this.#storage.remove(sector, 'unsealed');
        this.#tally.queue(this.#now, step, 1);
        this.#requests += 1;
        this.#scheduler.submit({ id: String(this.#requests), task: step, sector: sectorId(sector) });
        return;
      default:
        unreachable(step);
    }
  }

  #decide(): void {
    for (let decisions = this.#scheduler.round(); decisions.length > 0; decisions = this.#scheduler.round()) {
      for (const decision of decisions) this.#carryOut(decision);
    }
  }

  #carryOut({ kind, task }: Decision): void {
    if (kind === 'prepare') this.#prepare(task);
    else if (kind === 'run') this.#start(task);
  }

  /** What is on the worker already need not be fetched. */
  #prepare(task: ScheduledTask): void {
    const moves = this.#files.movesFor(task);
    if (moves === undefined) {
      this.#fail(task);
      return;
    }
    if (moves.length === 0) {
      this.#scheduler.prepared(task.request.id);
      return;
    }
    const time = moveTime(moves, this.#settings);
    const event: Event = { kind: 'prepared', task, moves };
    this.#tally.move(task, moves);
    this.#tally.moving(this.#now, task, 1);
    if (time === 0) this.#happen(event);
    else this.#later(time, event);
  }

  #start(task: ScheduledTask): void {
    const { task: code } = task.request;
    if (!this.#files.makeRoom(task)) {
      this.#fail(task);
      return;
    }
    if (code === 'PC1') this.#beforePc1 -= 1;
    this.#tally.queue(this.#now, code, -1);
    this.#tally.running(this.#now, task, 1);
    const time = code === 'GET' ? 0 : this.#vary(this.#settings.durations[code]);
    this.#later(time, { kind: 'ended', task });
  }

  #happen(event: Event): void {
    switch (event.kind) {
      case 'prepared':
        this.#tally.moving(this.#now, event.task, -1);
        this.#files.arrive(event.task, event.moves);
        this.#scheduler.prepared(event.task.request.id);
        return;
      case 'ended':
        this.#end(event.task);
        return;
      case 'due':
        this.#enter(event.sector, event.step);
        return;
      default:
        unreachable(event);
    }
  }

  #end(task: ScheduledTask): void {
    const { id, task: code, sector } = task.request;
    this.#tally.running(this.#now, task, -1);
    this.#scheduler.ended(id);
    this.#files.done(task);
    this.#enter(sector.Number, STEPS[code].next);
  }

  #fail(task: ScheduledTask): void {
    const { id, task: code, sector } = task.request;
    this.#tally.queue(this.#now, code, -1);
    this.#tally.fail(code);
    this.#scheduler.ended(id);
    this.#later(RETRY, { kind: 'due', sector: sector.Number, step: STEPS[code].again });
  }

  #later(time: number, event: Event): void {
    this.#events.add(this.#now + time, event);
  }

  #vary(duration: number): number {
    const { jitter } = this.#settings;
    return jitter === 0 ? duration : duration * (1 + jitter * (2 * this.#random() - 1));
  }
}

function sectorId(number: number): SectorId {
  return { Miner: 1000, Number: number };
}
