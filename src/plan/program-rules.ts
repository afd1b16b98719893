import { releaseOf, seriesOf } from '../lotus/release.js';
import type { ObservedProcess } from '../observed/observed.js';
import type { FieldChange } from './plan.js';
import { NOTHING, problem, type Findings, type WorkerContext } from './worker-context.js';

/** Of a change: the program that the worker, or lotus-miner, runs. */
export const PROGRAM_FIELD = 'program';

/** The program on disk is not the one that runs: an upgrade of which the process knows nothing yet. */
export function replacedProgram({ replaced }: Pick<ObservedProcess, 'replaced'>): readonly FieldChange[] {
  if (replaced === undefined) return [];
  const after = replaced.onDisk === undefined ? 'as it is on disk' : releaseOf(replaced.onDisk);
  return [{ field: PROGRAM_FIELD, before: 'as it was at its start', after }];
}

/**
 * The miner is upgraded first: a worker of another series may have another API, and the miner does not take it then.
 * Whatever else a restart is for, it would bring up the program on disk.
 */
export function minerFirst(context: WorkerContext, { replaced }: ObservedProcess): Findings {
  const onDisk = replaced?.onDisk;
  const miner = context.miner.reached ? context.miner.version : undefined;
  if (onDisk === undefined || miner === undefined || seriesOf(onDisk) === seriesOf(miner)) return NOTHING;
  const isAhead = isNewer(onDisk, miner);
  return problem(context, {
    code: 'SF596',
    severity: 'warning',
    path: context.desired.env.find(({ name }) => name === 'SEALFARM_BINARY')?.value.toString() ?? '',
    message: `${context.desired.name} is not restarted: its program on disk is lotus-worker ${releaseOf(onDisk)}, and the miner ${isAhead ? 'still runs' : 'has'} ${releaseOf(miner)}`,
    help: isAhead
      ? 'Upgrade lotus-miner first; `sealfarm apply --restart-miner` then restarts it when no proof is due, and the workers after it.'
      : `Put the lotus-worker of ${seriesOf(miner)} there; then apply restarts the worker.`,
  });
}

function isNewer(version: string, other: string): boolean {
  const [major = 0, minor = 0] = seriesOf(version).split('.').map(Number);
  const [itsMajor = 0, itsMinor = 0] = seriesOf(other).split('.').map(Number);
  return major > itsMajor || (major === itsMajor && minor > itsMinor);
}
