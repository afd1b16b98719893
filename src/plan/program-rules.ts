import { releaseOf, seriesOf } from '../lotus/release.js';
import type { MinerObservation, ObservedMiner, ObservedProcess } from '../observed/observed.js';
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

/** The miner that comes up, with what tells of which series the workers are that nobody upgraded. */
export function upgradedFrom(now: MinerObservation, comes: ObservedMiner): ObservedMiner {
  const before = now.reached ? now.version : undefined;
  return before === undefined ? comes : { ...comes, before };
}

/**
 * The miner is upgraded first: a worker of another series may have another API, and the miner does not take it then.
 * Whatever else a restart is for, it would bring up the program on disk.
 */
export function minerFirst(context: WorkerContext, process: ObservedProcess): Findings {
  if (process.replaced === undefined) return leftBehind(context, process);
  const { onDisk } = process.replaced;
  const miner = context.miner.reached ? context.miner.version : undefined;
  if (onDisk === undefined || miner === undefined || seriesOf(onDisk) === seriesOf(miner)) return NOTHING;
  const isAhead = isNewer(onDisk, miner);
  return otherSeries(
    context,
    `${context.desired.name} is not restarted: its program on disk is lotus-worker ${releaseOf(onDisk)}, and the miner ${isAhead ? 'still runs' : 'has'} ${releaseOf(miner)}`,
    isAhead
      ? 'Upgrade lotus-miner first; `sealfarm apply --restart-miner` then restarts it when no proof is due, and the workers after it.'
      : `Put the lotus-worker of ${seriesOf(miner)} there; then apply restarts the worker.`,
  );
}

/** What the miner takes now, and was not replaced, is of its series, and so not of the one that it comes up as. */
export function leftBehind(
  context: WorkerContext,
  { replaced }: Pick<ObservedProcess, 'replaced'>,
): Findings {
  if (replaced !== undefined) return NOTHING;
  const { version, before } = context.miner.reached ? context.miner : {};
  if (version === undefined || before === undefined || seriesOf(version) === seriesOf(before)) return NOTHING;
  return otherSeries(
    context,
    `${context.desired.name} is left on ${seriesOf(before)}: its lotus-worker is not replaced on disk, and this plan brings lotus-miner up as ${releaseOf(version)}`,
    `Put the lotus-worker of ${seriesOf(version)} there before: then it is restarted in the same plan, after lotus-miner.`,
  );
}

function otherSeries(context: WorkerContext, message: string, help: string): Findings {
  const path = context.desired.env.find(({ name }) => name === 'SEALFARM_BINARY')?.value.toString() ?? '';
  return problem(context, { code: 'SF596', severity: 'warning', path, message, help });
}

function isNewer(version: string, other: string): boolean {
  const [major = 0, minor = 0] = seriesOf(version).split('.').map(Number);
  const [itsMajor = 0, itsMinor = 0] = seriesOf(other).split('.').map(Number);
  return major > itsMajor || (major === itsMajor && minor > itsMinor);
}
