import type { DesiredHost } from '../desired/desired.js';
import type { Observation } from '../observed/observed.js';
import { starterWords } from '../observed/starter.js';
import { foreignStart } from './adopt-rules.js';
import { foreignDifferences } from './foreign-differences.js';
import type { FieldChange } from './plan.js';
import type { WorkerContext } from './worker-context.js';

/** A worker that is sealfarm's by its files, and that still runs as somebody else started it. */
export interface ForeignWorker {
  readonly host: string;
  readonly worker: string;
  readonly pid: number;
  /** In words: `tmux session 0`. */
  readonly starter: string;
  /** ISO 8601 */
  readonly since: string;
  /** What its next restart changes. */
  readonly pending: readonly FieldChange[];
}

/** Those of a host, in the order of the file. */
export function foreignWorkers(
  { workers }: DesiredHost,
  { hosts, miner }: Observation,
  sealProof: number,
): readonly ForeignWorker[] {
  return workers.flatMap((desired) => {
    const host = hosts.get(desired.host);
    const observed = host?.reached === true ? host.workers.get(desired.name) : undefined;
    const told = foreignStart(observed?.process);
    if (observed?.process === undefined || told === undefined) return [];
    const context: Pick<WorkerContext, 'desired' | 'miner' | 'sealProof'> = { desired, miner, sealProof };
    const { now, later } = foreignDifferences(context, observed.process, told);
    return [
      {
        host: desired.host,
        worker: desired.name,
        pid: observed.process.pid,
        starter: starterWords(told.starter),
        since: new Date(told.since * 1000).toISOString(),
        pending: [...now, ...later],
      },
    ];
  });
}
