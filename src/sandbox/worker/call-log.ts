import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeFileAtomically } from '../layout.js';
import type { CallId } from './miner-api.js';

/** A call that was taken and not returned. */
export interface UnfinishedCall {
  readonly id: CallId;
  /** The RPC name of what was called, such as `SealPreCommit1`. */
  readonly method: string;
}

/**
 * The calls that a worker has taken and not returned, in its repo, where its next process finds them and those alone:
 * what the miner gave to that one since is none of them. Lotus: storage/sealer/worker_calltracker.go
 */
export class CallLog {
  readonly #folder: string;

  /** @param repo the worker's; one that is new need not be there yet */
  constructor(repo: string) {
    this.#folder = join(repo, 'datastore', 'calls');
  }

  /** What the process before has left. */
  left(): readonly UnfinishedCall[] {
    mkdirSync(this.#folder, { recursive: true });
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readJson(join(this.#folder, name)) as UnfinishedCall);
  }

  began(call: UnfinishedCall): void {
    writeFileAtomically(this.#file(call.id), JSON.stringify(call));
  }

  returned(id: CallId): void {
    rmSync(this.#file(id), { force: true });
  }

  #file({ ID }: CallId): string {
    return join(this.#folder, `${ID}.json`);
  }
}
