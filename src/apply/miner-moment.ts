import { failure, success, type Result } from '../diagnostic/result.js';
import type { DueProof } from '../drain/snapshot.js';
import type { Miner } from '../farm/farm.js';
import type { WorkerJob } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { dueDeadline, type DueDeadline, type ProvingSchedule } from '../lotus/proving.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import { parseProving, provingScript } from '../observed/proving-script.js';
import type { RestartMiner } from '../plan/miner-action.js';
import type { RunningJob } from '../plan/plan.js';
import type { ApplyContext } from './context.js';

/** `any-job`: also those that a restart does no harm, and those of which the result is still to come. */
export type AwaitedJobs = 'proofs' | 'any-job';

/** What keeps lotus-miner from being restarted now. */
export interface MinerHindrance {
  /** A WindowPoSt that is due, or will be soon. */
  readonly due?: DueDeadline;
  /** Proofs that are computed, and what the worker within lotus-miner does. */
  readonly jobs: readonly RunningJob[];
  /** When nothing will be due any more, ISO 8601; absent where that is not known. */
  readonly expected?: string;
}

/** Asking for deadlines takes Lotus some seconds. */
const PATIENCE_MS = 120_000;

/** Seconds from one epoch to the next, on the main network. */
const USUAL_DELAY = 30;

/** Looks whether lotus-miner may be restarted; undefined: now. */
export async function minerHindrance(
  context: ApplyContext,
  host: string,
  action: RestartMiner,
  awaited: AwaitedJobs = 'proofs',
): Promise<Result<MinerHindrance | undefined>> {
  const asked = await proofDue(context, host, action.miner, action.margin);
  if (!asked.ok) return asked;
  // Last, as jobs come from one moment to the next.
  const jobs = await jobsInTheWay(context, action, awaited);
  if (!jobs.ok) return jobs;
  if (asked.value === undefined) return success(jobs.value.length === 0 ? undefined : { jobs: jobs.value });
  const { over: expected, ...due } = asked.value;
  return success({ due, jobs: jobs.value, ...(expected === undefined ? {} : { expected }) });
}

/** Asks on the machine of lotus-miner whether a WindowPoSt is due, or will be within `margin` milliseconds. */
export async function proofDue(
  context: Pick<ApplyContext, 'miner' | 'remote' | 'redact' | 'now'>,
  host: string,
  miner: Pick<Miner, 'repo' | 'user'>,
  margin: number,
): Promise<Result<DueProof | undefined>> {
  const version = await context.miner.version();
  if (!version.ok) return version;
  const schedule = await provingOf(context, host, miner);
  if (!schedule.ok) return schedule;
  const { BlockDelay: delay = USUAL_DELAY } = version.value;
  const due = dueDeadline(schedule.value, Math.ceil(margin / 1000 / delay));
  if (due?.until === undefined) return success(due);
  const wait = (due.until - schedule.value.epoch) * delay * 1000;
  return success({ ...due, over: new Date(context.now().getTime() + wait).toISOString() });
}

async function provingOf(
  context: Pick<ApplyContext, 'remote' | 'redact'>,
  host: string,
  miner: Pick<Miner, 'repo' | 'user'>,
): Promise<Result<ProvingSchedule>> {
  const output = await context.remote(host).exec(provingScript(miner), { timeoutMs: PATIENCE_MS });
  return output.ok ? parseProving(host, output.value.stdout, context.redact) : output;
}

/** Proofs, which take the miner's chance or hours of a GPU: until their result has come. Jobs of other kinds go on at their workers. */
const PROOFS: ReadonlySet<TaskCode | undefined> = new Set<TaskCode>(['C2', 'PR2', 'WDP', 'WNP']);

/** Jobs that a restart of lotus-miner would end, or that it shall not come between. */
async function jobsInTheWay(
  { miner }: Pick<ApplyContext, 'miner'>,
  { ownWorkers }: RestartMiner,
  awaited: AwaitedJobs,
): Promise<Result<readonly RunningJob[]>> {
  const [workers, jobs] = await Promise.all([miner.workerStats(), miner.workerJobs()]);
  if (!workers.ok) return workers;
  if (!jobs.ok) return failure(jobs.diagnostic);
  const inTheWay = Object.entries(jobs.value).flatMap(([session, list]) => {
    const name = workers.value[session]?.Info.Hostname;
    const isOwn = name !== undefined && ownWorkers.includes(name);
    if (awaited === 'any-job') return list.filter(({ RunWait }) => RunWait >= -1);
    return list.filter(({ Task, RunWait }) =>
      PROOFS.has(taskByRpc(Task)?.code) ? RunWait >= -1 : isOwn && RunWait >= 0,
    );
  });
  return success(inTheWay.map(runningJob));
}

/** What no task is known for is a job all the same. */
function runningJob({ Task, Sector, Start }: WorkerJob): RunningJob {
  return { task: taskByRpc(Task)?.code ?? (Task as TaskCode), sector: sectorName(Sector), since: Start };
}

/** `deadline 7 is open; C2 of s-t01000-3` */
export function hindranceWords({ due, jobs }: MinerHindrance): string {
  const names = jobs.slice(0, 3).map(({ task, sector }) => `${task} of ${sector}`);
  const more = jobs.length > names.length ? [`${jobs.length - names.length} more jobs`] : [];
  return [
    ...(due === undefined ? [] : [`deadline ${due.index} ${due.isOpen ? 'is open' : 'is near'}`]),
    ...names,
    ...more,
  ].join(', ');
}
