import type { TaskCode } from '../lotus/task.js';

export type { DueDeadline } from '../lotus/proving.js';

/**
 * Restarts lotus-miner when no WindowPoSt is due for `margin` milliseconds and no proof is computed; `pid` is the process that is
 * meant, `ownWorkers` are names of the worker within it, whose jobs would end with it.
 */
export interface RestartMiner {
  readonly kind: 'restart-miner';
  readonly miner: { readonly repo: string; readonly user?: string };
  readonly pid: number;
  readonly by: MinerKeeper;
  readonly margin: number;
  readonly ownWorkers: readonly string[];
  /** Which file its program on disk was when it was looked at: it is restarted with no other; absent where nobody knows. */
  readonly program?: string;
  /** The workers are planned for this version of it, so that it must come up with one of that series; absent where nobody knows. */
  readonly version?: string;
  /** Proofs that it makes now and leaves to workers from then on: not before one is registered for each; absent for none. */
  readonly leaves?: readonly TaskCode[];
  /** After all workers, as whoever shall make these proofs may be one of them; else before all. */
  readonly last?: true;
}

/** Who restarts lotus-miner: the systemd unit that keeps it, or a program that the file names. */
export type MinerKeeper = { readonly unit: string } | { readonly command: readonly string[] };
