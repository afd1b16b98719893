import { sectorName } from '../lotus/file-type.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import type { ObservedMiner } from '../observed/observed.js';
import type { Took } from './past.js';
import type { DrainJob } from './snapshot.js';
import type { Blocker } from './step.js';

/** How long jobs take on this farm, by those that ended between two looks. */
export interface Pace {
  /** Jobs that ran at the last look. */
  readonly running: ReadonlyMap<string, RunningJob>;
  /** What the last ones took. */
  readonly took: Took;
}

interface RunningJob {
  readonly task: TaskCode;
  /** In milliseconds since 1970; NaN where the miner's time cannot be read. */
  readonly since: number;
}

export const UNKNOWN_PACE: Pace = { running: new Map(), took: new Map() };

/** So many tell of how long a task takes; older ones were under other limits. */
const MOST = 50;

/**
 * What one look more tells.
 * @param now when it was, in milliseconds since 1970
 */
export function seen({ running, took }: Pace, miner: ObservedMiner, now: number): Pace {
  const present = runningJobs(miner);
  const after = new Map(took);
  for (const [id, { task, since }] of running) {
    const lasted = now - since;
    // A worker that went away gave its jobs back unfinished: they run again under another call.
    if (present.has(id) || !isKnown(id, miner) || !(lasted > 0)) continue;
    after.set(task, [...(after.get(task) ?? []), lasted].slice(-MOST));
  }
  return { running: present, took: after };
}

/** Its worker is still there, so that the job has come to its own end. */
function isKnown(id: string, { workers }: ObservedMiner): boolean {
  return workers.get(id.slice(0, id.indexOf(' ')))?.Enabled === true;
}

function runningJobs(miner: ObservedMiner): ReadonlyMap<string, RunningJob> {
  const all = [...miner.jobs].flatMap(([session, jobs]) =>
    jobs.flatMap(({ ID, Task, RunWait, Start }) => {
      const task = taskByRpc(Task)?.code;
      if (RunWait !== 0 || task === undefined) return [];
      const since = Date.parse(Start);
      return [[`${session} ${sectorName(ID.Sector)} ${ID.ID}`, { task, since }] as const];
    }),
  );
  return new Map(all);
}

/**
 * When the last of the jobs that are waited for will be over if they go on as others did, in milliseconds since 1970;
 * undefined where nobody knows how long some job's task takes, or where it is not begun. A proof that is due has its own end.
 * @param before what such jobs took before, for tasks of which none has been seen to end
 */
export function expectedEnd(
  { took }: Pace,
  blockers: readonly Blocker[],
  before: Took = new Map(),
): number | undefined {
  const proofs = blockers.flatMap((blocker) => (blocker.kind === 'proof-due' ? [blocker.due] : []));
  const ends = [
    ...jobsOf(blockers).map((job) => endOf(took.get(job.task) ?? before.get(job.task) ?? [], job)),
    ...proofs.map(({ over }) => Date.parse(over ?? '')),
  ];
  return ends.length === 0 || ends.includes(NaN) ? undefined : Math.max(...ends);
}

/** Whether what was seen does not tell when the jobs that are waited for will be over, and the past may. */
export function asksThePast({ took }: Pace, blockers: readonly Blocker[]): boolean {
  const jobs = jobsOf(blockers);
  return jobs.every(isBegun) && jobs.some(({ task }) => !took.has(task));
}

function jobsOf(blockers: readonly Blocker[]): readonly DrainJob[] {
  return blockers.flatMap((blocker) => ('job' in blocker ? [blocker.job] : []));
}

function isBegun({ state }: DrainJob): boolean {
  return state === 'running' || state === 'awaited';
}

function endOf(took: readonly number[], job: DrainJob): number {
  const usual = took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)];
  return usual === undefined || !isBegun(job) ? NaN : Date.parse(job.since) + usual;
}
