import { failure, success, type Result } from '../diagnostic/result.js';
import { drainStep, type DrainDecision, type DrainGoal } from '../drain/step.js';
import type { SessionId } from '../lotus/api.js';
import { sectorName } from '../lotus/file-type.js';
import type { TaskCode } from '../lotus/task.js';
import { workerOn } from '../observed/departed.js';
import { keeperOf, type Keeper } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import { sectorsOn } from '../observed/miner-state.js';
import { withDeclaredNames } from '../observed/declared-names.js';
import type { Observation, ObservedWorker } from '../observed/observed.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import { waits, type ApplyContext } from './context.js';
import { expectedIn } from './expected-end.js';
import { switchTasks, type Target } from './live-changes.js';
import { checkLock } from './lock.js';
import type { OtherHosts } from './other-hosts.js';
import { ownWorker } from './own-worker.js';
import { areMoving, decide, snapshotOf } from './rest-decision.js';
import { cannotEnd, interrupted, pending, takenBack, tooLate } from './rest-troubles.js';

export interface RestRequest extends Target {
  readonly goal: DrainGoal;
  /** The declared tasks. */
  readonly tasks: readonly TaskCode[];
  /** Milliseconds; undefined waits as long as it takes. */
  readonly deadline?: number;
  /** A drain that is noted on the host: taken back there, it ends. */
  readonly drains: boolean;
  /** It is in the file no more, so that no other command can name it. */
  readonly leaving?: true;
  /** It was started just now: one that the miner never knew has nothing of it to do. */
  readonly fresh?: true;
  /** A WindowPoSt that is due does not hold it, as a person asked for. */
  readonly despiteProofs?: true;
  /** Of its host, which must be this run's still right before the last questions, as it is stopped after them. */
  readonly lock?: string;
  /** The hosts whose workers may take over sectors; absent where that does not matter. */
  readonly others?: OtherHosts;
  /** @param expected when its jobs will be over; ISO 8601 */
  readonly onLook: (decision: DrainDecision, expected?: string) => void;
}

/** A worker at rest, as it was seen last. */
export interface AtRest {
  /** Absent where it does not run or does not answer. */
  readonly api?: WorkerApi;
  /** Who keeps it and has to stop it; absent where nobody does. */
  readonly keeper?: Keeper;
  /** Under which the miner knows it; absent where it does not answer. */
  readonly session?: SessionId;
  /** Sectors (`s-t01000-7`) with files on its paths. */
  readonly sectors: ReadonlySet<string>;
  /** Those of them that lie nowhere else and wait there while it is away. */
  readonly held: readonly string[];
  /** Files (`sealed/s-t01000-7`) of an empty worker that nobody needs: of removed sectors, or copies of what is in long-term storage. */
  readonly unneeded: ReadonlySet<string>;
}

/** How often "never" must be seen in a row before it is believed: between two stages a sector has no task for a moment. */
const NEVERS = 3;

/**
 * Looks, does what the drain says, and looks again until the goal is reached. The wait may last for hours: a host or
 * a miner that does not answer for a while does not end it.
 * Fails with SF604 or SF610 after the deadline, SF608 when interrupted, SF612 when it can never end, SF616 when the
 * drain was taken back, SF514 or SF546 when others keep the worker: nobody can say then that it is at rest. With
 * SF609 or SF602 where it is at rest and the lock is another's by then, or cannot be looked at.
 */
export async function comeToRest(context: ApplyContext, request: RestRequest): Promise<Result<AtRest>> {
  const time = (): number => context.now().getTime();
  const end = request.deadline === undefined ? Infinity : time() + request.deadline;
  const pauses = waits(context.times);
  let nevers: number[] = [];
  // Before anything final is said, old news of who else serves its paths will not do.
  let isDone = false;
  const isFinal = (): boolean => isDone || nevers.length > 0 || request.deadline === 0;
  let movesSince: number | undefined;
  for (let lastSeen = time(); ;) {
    const others = await request.others?.seen(isFinal());
    const look = await lookOnce(context, request, others?.hosts);
    if (look.ok) {
      const { decision, rest, observation } = look.value;
      request.onLook(decision, await expectedIn(context, decision, observation.miner));
      isDone = decision.verdict === 'done';
      if (isDone && others?.isNew === false) continue;
      // The single look under a lock comes right after those that have awaited it.
      const awaits = isDone && (request.deadline !== 0 || request.lock === undefined);
      const moves = awaits && (await areMoving(context, request, observation));
      movesSince = moves ? (movesSince ?? time()) : undefined;
      const awaited = movesSince !== undefined && time() - movesSince < context.times.certainty;
      const asked = isDone && !awaited;
      const ours = asked ? await lockHolds(context, request) : success(undefined);
      if (!ours.ok && LOST.has(ours.diagnostic.code)) return ours;
      const lying = asked && ours.ok ? await stillAtRest(context, request, observation) : undefined;
      if (lying !== undefined) return success({ ...rest, ...lying });
      lastSeen = time();
      nevers = decision.verdict === 'never' ? [...nevers, lastSeen] : [];
      if (isCertain(nevers, context.times, decision)) return failure(cannotEnd(request, decision));
      if (lastSeen > end) return failure(tooLate(request, decision));
      if (context.rules.detach && isLeftAlone(decision)) return failure(pending(request, decision));
    } else {
      const { code } = look.diagnostic;
      const nobodyWaits = UNTOLD.has(code) && (context.rules.detach || time() > end);
      const over = FINAL.has(code) || nobodyWaits || time() - lastSeen > context.times.patience;
      if (over) return look;
      context.emit({ type: 'host-unreached', host: request.host, diagnostic: look.diagnostic });
    }
    await context.sleep(pauses.next().value);
    if (context.halt.aborted) return failure(interrupted(request));
  }
}

/** Asked before the last questions, as it takes a way to the host: they see a job that comes meanwhile. */
async function lockHolds(context: ApplyContext, { host, lock }: RestRequest): Promise<Result<undefined>> {
  return lock === undefined ? success(undefined) : checkLock(context, { host, lock });
}

/** The lock is another's, or its host cannot look at it. */
const LOST: ReadonlySet<string> = new Set(['SF609', 'SF602']);

/** What another look does not change. */
const FINAL: ReadonlySet<string> = new Set(['SF514', 'SF546', 'SF616']);

/** The node does not tell whether a proof is due. */
export const UNTOLD: ReadonlySet<string> = new Set(['SF586', 'SF655']);

/** So long a miner may list a worker that has ended, in milliseconds. Lotus: storage/sealer/sched_worker.go */
const LINGERS = 60_000;

function isCertain(
  nevers: readonly number[],
  { certainty }: ApplyContext['times'],
  { blockers }: DrainDecision,
): boolean {
  const seen = (nevers.at(-1) ?? 0) - (nevers[0] ?? 0);
  const lingers = blockers.some(({ kind }) => kind === 'elsewhere');
  return nevers.length >= NEVERS && seen >= (lingers ? Math.max(certainty, LINGERS) : certainty);
}

/** Its tasks are off and it goes on by itself, so that nobody need stay for it. */
function isLeftAlone({ disable, blockers, verdict }: DrainDecision): boolean {
  return disable.length === 0 && blockers.length > 0 && verdict !== 'never';
}

interface Look {
  readonly decision: DrainDecision;
  readonly rest: Pick<AtRest, 'api' | 'keeper' | 'session'>;
  readonly observation: Observation;
}

/**
 * The last questions right before the end: a whole look takes long enough for a new job to come. A job that has ended by the
 * look has its files in the index by now, and so somebody who has begun to read them since is known for a reader.
 * @returns what lies on the worker's paths; undefined where it is at work after all
 */
async function stillAtRest(
  context: ApplyContext,
  request: RestRequest,
  observation: Observation,
): Promise<Pick<AtRest, 'sectors' | 'held' | 'unneeded'> | undefined> {
  const list = await context.miner.storageList();
  const [workers, jobs] = await Promise.all([context.miner.workerStats(), context.miner.workerJobs()]);
  if (!observation.miner.reached || !list.ok || !workers.ok || !jobs.ok) return undefined;
  const miner = withDeclaredNames(observation.hosts, {
    ...observation.miner,
    sectors: new Map(Object.entries(list.value)),
    workers: new Map(Object.entries(workers.value)),
    jobs: new Map(Object.entries(jobs.value)),
  });
  const snapshot = snapshotOf(request, observation, miner, new Map());
  if (drainStep(snapshot, 'quiet', request.tasks).verdict !== 'done') return undefined;
  // Those of a worker that has ended hold no restart, which tells the miner so, but all else.
  if (request.goal === 'empty' && snapshot.jobs.length > 0) return undefined;
  const held = snapshot.held.map(({ sector }) => sector);
  // What the look saw on an empty worker nobody needs any more; what it did not see has just come.
  const isEmpty = request.goal === 'empty';
  const seen = new Set(
    snapshotOf(request, observation, observation.miner, new Map()).held.map(({ sector }) => sector),
  );
  if (isEmpty && held.some((sector) => !seen.has(sector))) return undefined;
  const host = observation.hosts.get(request.host);
  const worker = host?.reached === true ? workerOn(host, request.worker) : undefined;
  const paths = liveOf(worker?.process)?.paths ?? [];
  const ids = paths.map(({ ID }) => ID);
  return {
    sectors: new Set(sectorsOn(miner, ids).map(sectorName)),
    held: isEmpty ? [] : held,
    unneeded: new Set(
      isEmpty ? snapshot.held.flatMap(({ sector, types }) => types.map((type) => `${type}/${sector}`)) : [],
    ),
  };
}

async function lookOnce(
  context: ApplyContext,
  request: RestRequest,
  others: Observation['hosts'] = new Map(),
): Promise<Result<Look>> {
  const probe = await context.observe([request.host]);
  const { miner } = probe.observation;
  const own = ownWorker(probe.observation, request);
  if (!own.ok) return own;
  const worker = own.value;
  const host = probe.observation.hosts.get(request.host);
  const intents = host?.reached === true ? host.manifest?.intents : undefined;
  if (request.drains && intents !== undefined && intents[request.worker] === undefined)
    return failure(takenBack(request));
  if (!miner.reached) return failure(miner.diagnostic);
  const hosts = new Map([...others, ...probe.observation.hosts]);
  const known = withDeclaredNames(hosts, miner);
  const observation = { miner: known, hosts };
  const decided = await decide(context, request, observation, known);
  if (!decided.ok) return decided;
  const decision = decided.value;
  const api = refusesCalls(worker) ? undefined : probe.apis.get(request.worker);
  if (api !== undefined) {
    for (const [codes, on] of [
      [decision.disable, false],
      [decision.enable, true],
    ] as const) {
      const switched = await switchTasks(request, api, codes, on);
      if (!switched.ok) return switched;
    }
  }
  // A job may have been given out until the last task was off: only the next look can tell.
  const settled = decision.disable.length === 0 ? decision : { ...decision, verdict: later(decision) };
  const keeper = worker === undefined ? undefined : keeperOf(worker);
  const live = liveOf(worker?.process);
  const rest = {
    ...(api === undefined ? {} : { api }),
    ...(keeper === undefined ? {} : { keeper }),
    ...(live === undefined ? {} : { session: live.session }),
  };
  return success({ decision: settled, rest, observation });
}

/** One with a token of before can neither be asked nor told anything, nor be given work. Any other that is silent may be at work. */
function refusesCalls(worker: ObservedWorker | undefined): boolean {
  const live = worker?.process?.live;
  return live?.reached === false && live.diagnostic.code === 'SF413';
}

function later(decision: DrainDecision): DrainDecision['verdict'] {
  return decision.verdict === 'done' ? 'working' : decision.verdict;
}
