import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { deadlockWords, type Deadlock } from '../drain/deadlock.js';
import type { Blocker, DrainDecision } from '../drain/step.js';
import { runsElsewhere } from '../observed/keeper.js';
import type { RestRequest } from './come-to-rest.js';
import { PENDING } from './ledger.js';
import type { Target } from './live-changes.js';

export function takenBack({ host, worker, leaving }: RestRequest): Diagnostic {
  return {
    code: 'SF616',
    severity: 'error',
    message: `the drain of ${worker} was taken back by somebody; it goes on working`,
    place: { kind: 'host', host, worker },
    help: leaving === true ? 'Apply again to go on with it.' : `To drain it again: sealfarm drain ${worker}`,
  };
}

export function cannotEnd(request: RestRequest, { blockers, proposal }: DrainDecision): Diagnostic {
  const { host, worker, goal, leaving } = request;
  if (blockers.some(({ kind }) => kind === 'elsewhere')) return runsElsewhere(host, worker);
  const stuck = blockers.flatMap((blocker) => stuckWords(blocker, worker) ?? []);
  const resolve =
    proposal === undefined || leaving === true
      ? []
      : [
          `Drain it with \`--resolve allow-to=${proposal.allowTo.join(',')}\`, which holds as long as the drain.`,
        ];
  const waysOut = [...new Set(blockers.flatMap((blocker) => wayOut(blocker, worker) ?? []))];
  return {
    code: 'SF612',
    severity: 'error',
    message: `${worker} can never get ${goal}: ${stuck.join('; ')}`,
    place: { kind: 'host', host, worker },
    help: [...resolve, ...waysOut, andThen(request)].join(' '),
  };
}

function stuckWords(blocker: Blocker, worker: string): string | undefined {
  if (blocker.kind === 'stranded') return `${blocker.sector.sector} ${deadlockWords(blocker)}`;
  if (blocker.kind === 'failed')
    return `${blocker.sector.sector} is given up by Lotus and stays until somebody removes it`;
  if (blocker.kind === 'stays') return `${blocker.sector.sector} is finished and lies there for good`;
  if (blocker.kind === 'away') return `${blocker.sector.sector} lies on ${worker}, which does not run`;
  if (blocker.kind === 'lost')
    return `the miner waits for ${blocker.job.task} of ${blocker.job.sector}, and ${worker} does not run`;
  return undefined;
}

/** What a person can do about it. */
function wayOut(blocker: Blocker, worker: string): string | undefined {
  if (blocker.kind === 'stranded') return strandedHelp(blocker);
  if (blocker.kind === 'failed' || blocker.kind === 'stays') return LEFT;
  if (blocker.kind === 'away' || blocker.kind === 'lost')
    return `See why ${worker} does not stay up: \`sealfarm logs ${worker}\`.`;
  return undefined;
}

/** No worker would change it. */
const LEFT =
  '`lotus-miner storage find NUMBER` shows where all files of a sector are: move there what is needed and remove the rest by hand; or stop the worker with it: `sealfarm drain --until quiet`.';

/** Groups and the place of the files matter to some tasks alone. Lotus: storage/sealer/manager.go */
function strandedHelp({ task }: Deadlock): string {
  if (task === 'AP')
    return 'Let the sector be filled up first: resume the worker, `lotus-miner sectors seal NUMBER`, and drain it again once its PC1 has begun.';
  if (task === 'GET')
    return 'Give another worker, or the miner, a path with `store: true` that may have its files and has room.';
  return `Give another worker ${task}${task === 'PC2' ? ' and a group that the path allows' : ''}.`;
}

function andThen({ leaving }: RestRequest): string {
  return leaving === true
    ? 'Then apply again; or declare that it works.'
    : 'Then drain again; or let it go on with `sealfarm resume`.';
}

export function pending({ host, worker, goal }: RestRequest, decision: DrainDecision): Diagnostic {
  return {
    code: PENDING,
    severity: 'note',
    message: `${worker} is not ${goal} yet; still there: ${blockerNames(decision.blockers) || 'a job that just came'}`,
    place: { kind: 'host', host, worker },
    help: `It takes no new work. Run the same command again later: it goes on from here.${proofHelp(decision)}`,
  };
}

/** The first three, in words. */
export function blockerNames(blockers: readonly Blocker[]): string {
  const names = blockers.slice(0, 3).map((blocker) => {
    if (blocker.kind === 'silent') return 'it does not answer';
    if (blocker.kind === 'unregistered') return 'the miner has lost it';
    if (blocker.kind === 'elsewhere') return 'it runs elsewhere';
    if (blocker.kind === 'post') return `${blocker.task} that it computes`;
    if (blocker.kind === 'proof-due') return `the WindowPoSt of deadline ${blocker.due.index}`;
    if (blocker.kind === 'lock') return `a lock on ${blocker.lock.sector}`;
    return 'job' in blocker ? `${blocker.job.task} of ${blocker.job.sector}` : sector(blocker.sector);
  });
  return `${names.join(', ')}${blockers.length > 3 ? ', …' : ''}`;
}

export function tooLate({ host, worker, goal }: RestRequest, decision: DrainDecision): Diagnostic {
  return {
    code: goal === 'quiet' ? 'SF604' : 'SF610',
    severity: 'error',
    message: `${worker} is not ${goal} in time; still there: ${blockerNames(decision.blockers) || 'a job that just came'}`,
    place: { kind: 'host', host, worker },
    help: `Nothing was stopped. Run the command again to go on waiting.${proofHelp(decision)}`,
  };
}

/** Where a proof is always due, waiting has no end. */
function proofHelp({ blockers }: DrainDecision): string {
  const isAlways = blockers.some((blocker) => blocker.kind === 'proof-due' && blocker.due.over === undefined);
  return isAlways
    ? ' Some deadline is always due: a shorter `miner.restartMargin` may leave room between two; `drain --on-deadline stop` and `apply --force-restart` do not wait for it.'
    : '';
}

function sector(held: { readonly sector: string; readonly state?: string }): string {
  return held.state === undefined ? held.sector : `${held.sector} in ${held.state}`;
}

export function interrupted({ host, worker }: Target): Diagnostic {
  return {
    code: 'SF608',
    severity: 'error',
    message: `interrupted while ${worker} finished its work; it was not stopped`,
    place: { kind: 'host', host, worker },
    help: 'Run the command again to go on.',
  };
}
