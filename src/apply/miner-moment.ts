import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { DueProof } from '../drain/snapshot.js';
import type { Miner } from '../farm/farm.js';
import type { WorkerJob } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import { postNames } from '../lotus/miner-keys.js';
import { chainLag, dueDeadline, type DueDeadline } from '../lotus/proving.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import { runningPosts } from '../observed/miner-state.js';
import { parseProving, provingScript, type ToldProving } from '../observed/proving-script.js';
import { madeBy } from '../plan/left-proofs.js';
import type { RestartMiner } from '../plan/miner-action.js';
import type { RunningJob } from '../plan/plan.js';
import type { ApplyContext } from './context.js';

/** `any-job`: also those that a restart does no harm, and those of which the result is still to come. */
export type AwaitedJobs = 'proofs' | 'any-job';

interface InTheWay {
  /** Proofs of sectors that are computed, and what the worker within lotus-miner does. */
  readonly jobs: readonly RunningJob[];
  /** WindowPoSt and WinningPoSt that workers compute; absent where there are none. */
  readonly posts?: readonly TaskCode[];
}

/** What keeps lotus-miner from being restarted now. */
export interface MinerHindrance extends InTheWay {
  /** Proofs that nobody would make from then on: no worker for them is registered. Absent for none. */
  readonly unmade?: readonly TaskCode[];
  /** A WindowPoSt that is due, or will be soon. */
  readonly due?: DueDeadline;
  /** When nothing will be due any more, ISO 8601; absent where that is not known. */
  readonly expected?: string;
}

/** Asking for deadlines takes Lotus some seconds. */
const PATIENCE_MS = 120_000;

/** Seconds from one epoch to the next, on the main network. */
const USUAL_DELAY = 30;

/** Looks whether lotus-miner may be restarted; undefined: now. Fails as `proofDue` does. */
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
  const { jobs: list, posts = [], unmade = [] } = jobs.value;
  if (asked.value === undefined)
    return success(list.length + posts.length + unmade.length === 0 ? undefined : jobs.value);
  const { over: expected, ...due } = asked.value;
  return success({ due, ...jobs.value, ...(expected === undefined ? {} : { expected }) });
}

/**
 * Asks on the machine of lotus-miner whether a WindowPoSt is due, or will be within `margin` milliseconds. Fails with SF586 and SF655
 * where what the node tells is no word.
 */
export async function proofDue(
  context: Pick<ApplyContext, 'miner' | 'remote' | 'redact' | 'now'>,
  host: string,
  miner: Pick<Miner, 'repo' | 'user'>,
  margin: number,
): Promise<Result<DueProof | undefined>> {
  const version = await context.miner.version();
  if (!version.ok) return version;
  const before = context.now().getTime();
  const told = await provingOf(context, host, miner);
  if (!told.ok) return told;
  const { schedule } = told.value;
  const delay = (version.value.BlockDelay ?? USUAL_DELAY) * 1000;
  const lag = outOfStep(host, told.value, delay, before);
  if (lag !== undefined) return failure(lag);
  const due = dueDeadline(schedule, Math.ceil(margin / delay));
  if (due?.until === undefined) return success(due);
  const wait = (due.until - schedule.epoch) * delay;
  return success({ ...due, over: new Date(context.now().getTime() + wait).toISOString() });
}

/** So long one that is due stays so, in milliseconds: to ask costs the node something while it proves. */
const STAYS_DUE = 60_000;

/** Asks again only when nothing was due, or some time ago: what ends a wait is always asked afresh. */
export function seldom(
  ask: () => Promise<Result<DueProof | undefined>>,
  now: () => Date,
): () => Promise<Result<DueProof | undefined>> {
  let last: { readonly at: number; readonly answer: Result<DueProof | undefined> } | undefined;
  return async () => {
    const at = now().getTime();
    if (last?.answer.ok === true && last.answer.value !== undefined && at - last.at < STAYS_DUE)
      return last.answer;
    const answer = await ask();
    last = { at, answer };
    return answer;
  };
}

async function provingOf(
  context: Pick<ApplyContext, 'remote' | 'redact'>,
  host: string,
  miner: Pick<Miner, 'repo' | 'user'>,
): Promise<Result<ToldProving>> {
  const output = await context.remote(host).exec(provingScript(miner), { timeoutMs: PATIENCE_MS });
  return output.ok ? parseProving(host, output.value.stdout, context.redact) : output;
}

/** Neither clock is believed more than the other: the deadline that is open would be guessed. */
function outOfStep(
  host: string,
  { schedule, clock }: ToldProving,
  delay: number,
  now: number,
): Diagnostic | undefined {
  for (const [whose, time] of [
    [`the clock of ${host}`, clock],
    ['the clock here', now],
  ] as const) {
    const lag = chainLag(schedule, delay, time);
    if (lag === 0) continue;
    const minutes = Math.max(1, Math.floor(Math.abs(lag) / 60_000));
    return {
      code: 'SF655',
      severity: 'error',
      message: `the node of lotus-miner is at epoch ${schedule.epoch}, at least ${minutes} min ${lag > 0 ? 'behind' : 'ahead of'} ${whose}: which deadline is open is not known`,
      place: { kind: 'host', host },
      help: 'Look at `lotus sync wait` of the node, and at the time of both machines (`timedatectl`). Until they agree neither lotus-miner nor a worker for WindowPoSt is restarted.',
    };
  }
  return undefined;
}

/** Proofs, which take the miner's chance or hours of a GPU: until their result has come. Jobs of other kinds go on at their workers. */
const PROOFS: ReadonlySet<TaskCode | undefined> = new Set<TaskCode>(['C2', 'PR2', 'WDP', 'WNP']);

/** Jobs that a restart of lotus-miner would end, or that it shall not come between. */
async function jobsInTheWay(
  { miner }: Pick<ApplyContext, 'miner'>,
  { ownWorkers, leaves = [] }: RestartMiner,
  awaited: AwaitedJobs,
): Promise<Result<Omit<MinerHindrance, 'due' | 'expected'>>> {
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
  const posts = Object.values(workers.value).flatMap(runningPosts);
  const made = madeBy(Object.values(workers.value));
  const unmade = leaves.filter((code) => !made.has(code));
  return success({
    jobs: inTheWay.map(runningJob),
    ...(posts.length === 0 ? {} : { posts }),
    ...(unmade.length === 0 ? {} : { unmade }),
  });
}

/** What no task is known for is a job all the same. */
function runningJob({ Task, Sector, Start }: WorkerJob): RunningJob {
  return { task: taskByRpc(Task)?.code ?? (Task as TaskCode), sector: sectorName(Sector), since: Start };
}

/** `deadline 7 is open; C2 of s-t01000-3` */
export function hindranceWords({ due, jobs, posts = [], unmade = [] }: MinerHindrance): string {
  const names = jobs.slice(0, 3).map(({ task, sector }) => `${task} of ${sector}`);
  const more = jobs.length > names.length ? [`${jobs.length - names.length} more jobs`] : [];
  return [
    ...(unmade.length === 0 ? [] : [`no worker is registered for ${postNames(unmade)}`]),
    ...(due === undefined ? [] : [`deadline ${due.index} ${due.isOpen ? 'is open' : 'is near'}`]),
    ...posts.map((task) => `${task} on a worker`),
    ...names,
    ...more,
  ].join(', ');
}
