import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PipelineTask } from '../../src/lotus/selector.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';
import { request, schedulerWorker, TestIndex } from '../support/scheduler-farm.js';
import {
  type Change,
  type Event,
  events,
  farm,
  type FarmChoice,
  type Room,
  SECTORS,
  type WorkerChoice,
} from './farm-choice.js';
import { NaiveScheduler } from './naive-scheduler.js';

const GiB = 2 ** 30;
/** milliseconds, for a busy machine; it takes about 4 s */
const TIMEOUT = 60_000;

/** The same farm three times over: asked as little as possible, asked anew each time, and without any cleverness. */
class Triplets {
  readonly #index: TestIndex;
  readonly #choices: readonly WorkerChoice[];
  readonly #paths: readonly { readonly id: string; readonly worker: number }[];
  readonly #sparing: Scheduler;
  readonly #asking: Scheduler;
  readonly #naive: NaiveScheduler;
  /** What is waiting or with a worker, and where. */
  readonly #open = new Map<string, { session?: string; kind?: string }>();

  constructor({ workers, places, disallowRemoteFinalize }: FarmChoice) {
    this.#index = new TestIndex(disallowRemoteFinalize);
    this.#choices = workers;
    this.#paths = workers.flatMap(({ paths }, worker) =>
      paths.map(({ room, ...info }, place) => {
        const id = `w${worker}/${place}`;
        this.#index.put(id, info, room * GiB);
        return { id, worker };
      }),
    );
    for (let sector = 0; sector < SECTORS; sector++) {
      for (const { path: at, types } of pick(places, sector) ?? []) {
        const { id } = pick(this.#paths, at) ?? {};
        if (id !== undefined) this.#index.hold(sector, id, types);
      }
    }
    this.#sparing = new Scheduler('32GiB', () => this.#index);
    this.#asking = new Scheduler('32GiB', () => this.#index);
    this.#naive = new NaiveScheduler(this.#index);
    for (const worker of workers.keys()) this.#setWorker(worker, {});
  }

  happen(event: Event): void {
    if ('submit' in event) this.#submitAll(event.submit, event.sector, event.further);
    else if ('prepared' in event) this.#prepared(event.prepared);
    else if ('ended' in event) this.#ended(event.ended);
    else if ('room' in event) this.#setRoom(event.path, event.room);
    else if ('removed' in event) this.#remove(event.removed);
    else this.#setWorker(event.worker, event.change);
  }

  /** What each of the three decides. */
  round(): readonly (readonly string[])[] {
    this.#asking.refresh();
    const found = [this.#sparing, this.#asking].map((one) =>
      one.round().map(({ kind, task }) => `${task.request.id} ${kind} ${task.session}`),
    );
    const naive = this.#naive.round();
    for (const line of naive) {
      const [, id = '', kind = '', session = ''] = /^(\w+ \d+) (\w+) (.*)$/.exec(line) ?? [];
      this.#open.set(id, { kind, session });
    }
    return [...found, naive];
  }

  get #all(): readonly (Scheduler | NaiveScheduler)[] {
    return [this.#sparing, this.#asking, this.#naive];
  }

  #submitAll(task: PipelineTask, sector: number, further = 0): void {
    for (let more = 0; more <= further; more++) this.#submit(task, (sector + more) % SECTORS);
  }

  #submit(task: PipelineTask, sector: number): void {
    const one = request(task, sector);
    if (this.#open.has(one.id)) return;
    this.#open.set(one.id, {});
    for (const scheduler of this.#all) scheduler.submit(one);
  }

  #prepared(which: number): void {
    const id = pick(this.#jobs('prepare'), which);
    if (id === undefined) return;
    this.#open.set(id, { ...this.#open.get(id), kind: 'prepared' });
    for (const scheduler of this.#all) scheduler.prepared(id);
  }

  #ended(which: number): void {
    const id = pick(this.#jobs('assigned', 'prepare', 'prepared', 'run'), which);
    if (id === undefined) return;
    this.#open.delete(id);
    for (const scheduler of this.#all) scheduler.ended(id);
  }

  #jobs(...kinds: readonly string[]): readonly string[] {
    return [...this.#open].filter(([, { kind = 'waiting' }]) => kinds.includes(kind)).map(([id]) => id);
  }

  #setRoom(which: number, room: Room): void {
    const found = pick(this.#paths, which);
    if (found === undefined) return;
    this.#index.put(found.id, {}, room * GiB);
    for (const one of [this.#sparing, this.#asking]) one.roomChanged(sessionOf(found.worker));
  }

  #setWorker(which: number, { attached = 2, ...change }: Change): void {
    const at = which % this.#choices.length;
    const paths = this.#paths.filter(({ worker }) => worker === at).map(({ id }) => id);
    const worker = { ...this.#choices[at], ...change, paths: paths.slice(0, attached) };
    for (const scheduler of this.#all) scheduler.setWorker(schedulerWorker(`w${at}`, worker));
  }

  #remove(which: number): void {
    const session = sessionOf(which % this.#choices.length);
    for (const [id, job] of this.#open) if (job.session === session) this.#open.delete(id);
    for (const scheduler of this.#all) scheduler.removeWorker(session);
  }
}

function sessionOf(worker: number): string {
  return schedulerWorker(`w${worker}`).session;
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}

describe('a scheduler that asks only who changed', () => {
  it('decides exactly as one that asks everybody', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(farm, events, (choice, batches) => {
        const triplets = new Triplets(choice);
        for (const batch of batches) {
          for (const one of batch) triplets.happen(one);
          const [sparing, asking, naive] = triplets.round();
          expect(sparing).toEqual(naive);
          expect(asking).toEqual(naive);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
