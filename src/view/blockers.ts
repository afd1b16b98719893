import { unreachable } from '../diagnostic/unreachable.js';
import type { HeldSector } from '../drain/snapshot.js';
import type { Blocker } from '../drain/step.js';
import { printable } from './text.js';
import { count, someOf } from './words.js';

const MOST = 5;

/**
 * What a state of the miner's pipeline waits for; a state that is not here is said by its name alone.
 * Lotus: storage/pipeline/sector_state.go
 */
const WAITS_FOR: Readonly<Record<string, string>> = {
  GetTicket: 'its ticket',
  PreCommit1: 'PC1',
  PreCommit2: 'PC2',
  PreCommitting: 'its precommit message',
  SubmitPreCommitBatch: 'its precommit message',
  PreCommitBatchWait: 'its precommit message',
  PreCommitWait: 'its precommit message',
  WaitSeed: 'its seed, up to 75 minutes',
  Committing: 'C1 and C2',
  SubmitCommit: 'its commit message',
  SubmitCommitAggregate: 'its commit message',
  CommitWait: 'its commit message',
  CommitAggregateWait: 'its commit message',
  CommitFinalize: 'FIN',
  FinalizeSector: 'FIN',
  Proving: 'its move into long-term storage',
  Available: 'its move into long-term storage',
};

/** What holds a restart or a drain up, without times: the same as long as nothing has changed. */
export function blockersWords(blockers: readonly Blocker[]): string {
  const jobs = blockers.filter(({ kind }) => kind === 'job' || kind === 'reader');
  const sectors = blockers.filter((blocker) => 'sector' in blocker);
  const silent = blockers.some(({ kind }) => kind === 'silent') ? 'an answer of the worker' : '';
  const elsewhere = blockers.some(({ kind }) => kind === 'elsewhere') ? 'a worker that runs elsewhere' : '';
  return [silent, elsewhere, named(jobs, 'job'), named(sectors, 'sector')]
    .filter((words) => words !== '')
    .join('; ');
}

/** `2 jobs: PC1 of s-t01000-3 (running), AP of s-t01000-4 (assigned)` */
function named(blockers: readonly Blocker[], what: string): string {
  if (blockers.length === 0) return '';
  return `${count(blockers.length, what)}: ${printable(someOf(blockers.map(blockerWords), MOST))}`;
}

function blockerWords(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'job':
      return `${blocker.job.task} of ${blocker.job.sector} (${blocker.job.state})`;
    case 'reader':
      return `${blocker.job.task} of ${blocker.job.sector} elsewhere, which reads from here`;
    case 'sector':
      return sectorWords(blocker.sector);
    case 'stranded':
      return `${inState(blocker.sector)} needs ${blocker.task}, which no worker may take`;
    case 'away':
      return `${inState(blocker.sector)} lies here, but the worker does not run`;
    case 'stays':
      return `${inState(blocker.sector)} is finished and stays here`;
    case 'silent':
      return 'the worker does not answer';
    case 'elsewhere':
      return 'the worker runs elsewhere';
    default:
      return unreachable(blocker);
  }
}

function sectorWords(sector: HeldSector): string {
  const waitsFor = sector.state === undefined ? undefined : WAITS_FOR[sector.state];
  return waitsFor === undefined ? inState(sector) : `${inState(sector)} (waits for ${waitsFor})`;
}

function inState({ sector, state }: HeldSector): string {
  return state === undefined ? sector : `${sector} in ${state}`;
}

/** The same for machines. */
export function blockerJson(blocker: Blocker): Readonly<Record<string, unknown>> {
  if (!('sector' in blocker)) return blocker;
  const { elsewhere, ...sector } = blocker.sector;
  return { ...blocker, sector: { ...sector, elsewhere: [...elsewhere] } };
}
