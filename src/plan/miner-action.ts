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
}

/** Who restarts lotus-miner: the systemd unit that keeps it, or a program that the file names. */
export type MinerKeeper = { readonly unit: string } | { readonly command: readonly string[] };
