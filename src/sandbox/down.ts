import { readdirSync, rmSync, rmdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Result } from '../diagnostic/result.js';
import { success } from '../diagnostic/result.js';
import { layout, readState, writeState } from './layout.js';
import { endAll, isAlive, markedProcesses } from './processes.js';
import { notRunning } from './status.js';

export interface SandboxDownOptions {
  readonly dir: string;
  /** Leaves the folder, so that `up` can go on with it. */
  readonly keep?: boolean;
}

/** How long a process has to end on SIGINT, in milliseconds. */
const DEADLINE = 5000;
const MOST_ROUNDS = 5;

/**
 * Ends every process of a sandbox, the workers started on its hosts included, and removes its folder.
 * Gives how many processes ended; SF701 where there is neither a sandbox nor a process of one.
 */
export async function sandboxDown(options: SandboxDownOptions): Promise<Result<{ readonly ended: number }>> {
  const dir = resolve(options.dir);
  const state = readState(dir);
  let ended = 0;
  // Whoever looks after a worker may start it again in between, so it is looked again until all is quiet.
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const known = Object.values(state?.processes ?? {}).filter(isAlive);
    const marked = markedProcesses(dir).filter(({ pid }) => !known.some((other) => other.pid === pid));
    const all = [...known, ...marked];
    if (all.length === 0) break;
    await endAll(all, DEADLINE);
    ended += all.length;
  }
  if (state === undefined) return ended === 0 ? notRunning(dir) : success({ ended });
  if (options.keep === true) writeState(dir, { ...state, processes: {} });
  else removeFolder(dir);
  return success({ ended });
}

/** Only what the sandbox made: whatever else lies in the folder is not its own. */
function removeFolder(dir: string): void {
  const { hosts, miner, ssh, log, proofs, farm, state } = layout(dir);
  for (const path of [hosts, miner, ssh, log, proofs, farm, state])
    rmSync(path, { recursive: true, force: true });
  if (readdirSync(dir).length === 0) rmdirSync(dir);
}
