import type { SectorId } from '../../lotus/file-type.js';
import type { PipelineTask } from '../../lotus/selector.js';
import { TEMP_WORKER_RESTART, type CallError } from '../worker/miner-api.js';
import type { Emit } from './event-log.js';

/** A call that a worker has taken and not returned, as it outlives the miner. */
export interface OpenCall {
  readonly id: string;
  /** The task it is for; fetching for a task is not the task itself. */
  readonly task: PipelineTask;
  readonly part: 'fetch' | 'task';
  readonly sector: SectorId;
  /** The worker's name. */
  readonly hostname: string;
  readonly session: string;
  readonly start: string;
}

const MOST_EARLY = 1000;

interface Entry {
  readonly call: OpenCall;
  readonly settle: (error: Error | undefined) => void;
}

/** The process that had the call is gone, and what it did of it is lost. */
export class WorkerRestarted extends Error {
  override readonly message = 'worker restarted';
}

/** The calls workers have not returned yet, and those a miner before this one left behind. */
export class Calls {
  readonly #open = new Map<string, Entry>();
  /** Results that came before the answer with the call's ID was read. */
  readonly #early = new Map<string, Error | undefined>();
  readonly #left = new Map<string, Promise<void>>();
  readonly #emit: Emit;
  readonly #onChange: () => void;

  constructor(emit: Emit, onChange: () => void) {
    this.#emit = emit;
    this.#onChange = onChange;
  }

  list(): OpenCall[] {
    return [...this.#open.values()].map(({ call }) => call);
  }

  /** Resolves when the worker returns the call, rejects when it returns an error. */
  wait(call: OpenCall): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | undefined): void => {
        this.#open.delete(call.id);
        this.#onChange();
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#open.set(call.id, { call, settle });
      this.#onChange();
      if (this.#early.has(call.id)) settle(this.#early.get(call.id));
      this.#early.delete(call.id);
    });
  }

  /** A call nobody knows is kept for a while: a quick worker is done before it is heard that it began. */
  settle(id: string, error: CallError | undefined): void {
    const outcome = error === undefined ? undefined : asThrown(error);
    const entry = this.#open.get(id);
    if (entry !== undefined) {
      entry.settle(outcome);
      return;
    }
    this.#early.set(id, outcome);
    const [oldest] = this.#early.keys();
    if (this.#early.size > MOST_EARLY && oldest !== undefined) this.#early.delete(oldest);
  }

  /** Takes up what an earlier miner waited for; a fetch begins anew with its task. */
  restore(calls: readonly OpenCall[]): void {
    for (const call of calls.filter(({ part }) => part === 'task')) {
      const done = this.wait(call).then(
        () => {
          this.#log('job-done', call);
        },
        (error: unknown) => {
          this.#log('job-failed', call, error instanceof Error ? error.message : String(error));
          throw error;
        },
      );
      // Nobody may have asked for it yet when it fails.
      done.catch(() => undefined);
      this.#left.set(keyOf(call.task, call.sector), done);
    }
  }

  /** The result an earlier miner waited for, once. */
  leftOver(task: PipelineTask, sector: SectorId): Promise<void> | undefined {
    const key = keyOf(task, sector);
    const left = this.#left.get(key);
    this.#left.delete(key);
    return left;
  }

  #log(event: 'job-done' | 'job-failed', call: OpenCall, error?: string): void {
    const { task, sector, hostname: worker, session } = call;
    const reason = error === undefined ? {} : { error };
    this.#emit({ event, sector: sector.Number, task, worker, session, ...reason });
  }
}

function asThrown({ Code, Message }: CallError): Error {
  return Code === TEMP_WORKER_RESTART ? new WorkerRestarted() : new Error(Message);
}

function keyOf(task: PipelineTask, sector: SectorId): string {
  return `${task} ${sector.Number}`;
}
