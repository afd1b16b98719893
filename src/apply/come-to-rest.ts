import { failure, success, type Result } from '../diagnostic/result.js';
import { expectedEnd, seen } from '../drain/pace.js';
import { drainSnapshot, type SectorStates } from '../drain/snapshot.js';
import { drainStep, type DrainDecision, type DrainGoal } from '../drain/step.js';
import type { ManagerName } from '../host/layout.js';
import { sectorName } from '../lotus/file-type.js';
import type { TaskCode } from '../lotus/task.js';
import { workerOn } from '../observed/departed.js';
import { keeperOf, strangeKeeper } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import { sectorsOn } from '../observed/miner-state.js';
import type { Observation, ObservedMiner } from '../observed/observed.js';
import type { FarmProbe } from '../probe/observe-farm.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import { waits, type ApplyContext } from './context.js';
import { switchTasks, type Target } from './live-changes.js';
import { cannotEnd, interrupted, pending, takenBack, tooLate } from './rest-troubles.js';

export interface RestRequest extends Target {
  readonly goal: DrainGoal;
  /** The declared tasks. */
  readonly tasks: readonly TaskCode[];
  /** Milliseconds; undefined waits as long as it takes. */
  readonly deadline?: number;
  /** It is in the file no more, so that no other command can name it. */
  readonly leaving?: true;
  /** All hosts whose workers may take over sectors; empty where that does not matter. */
  readonly others: readonly string[];
  /** @param expected when its jobs will be over; ISO 8601 */
  readonly onLook: (decision: DrainDecision, expected?: string) => void;
}

/** A worker at rest, as it was seen last. */
export interface AtRest {
  /** Absent where it does not run or does not answer. */
  readonly api?: WorkerApi;
  /** Who keeps it and has to stop it; absent where nobody does. */
  readonly keeper?: ManagerName;
  /** Sectors (`s-t01000-7`) with files on its paths. */
  readonly sectors: ReadonlySet<string>;
}

/** How often "never" must be seen in a row before it is believed: between two stages a sector has no task for a moment. */
const NEVERS = 3;

/**
 * Looks, does what the drain says, and looks again until the goal is reached. The wait may last for hours: a host or
 * a miner that does not answer for a while does not end it.
 * Fails with SF604 or SF610 after the deadline, SF608 when interrupted, SF612 when it can never end, SF616 when the
 * drain was taken back, SF514 or SF546 when others keep the worker: nobody can say then that it is at rest.
 */
export async function comeToRest(context: ApplyContext, request: RestRequest): Promise<Result<AtRest>> {
  const time = (): number => context.now().getTime();
  const end = request.deadline === undefined ? Infinity : time() + request.deadline;
  const pauses = waits(context.times);
  const others = new Others(context, request.others);
  let nevers: number[] = [];
  let movesSince: number | undefined;
  for (let lastSeen = time(); ;) {
    const look = await lookOnce(context, request, await others.hosts(nevers.length > 0));
    if (look.ok) {
      const { decision, rest, observation } = look.value;
      request.onLook(decision, expected(context, look.value));
      const moves = decision.verdict === 'done' && (await areMoving(context, request, observation));
      movesSince = moves ? (movesSince ?? time()) : undefined;
      const awaited = movesSince !== undefined && time() - movesSince < context.times.certainty;
      const asked = decision.verdict === 'done' && !awaited;
      const sectors = asked ? await stillAtRest(context, request, observation) : undefined;
      if (sectors !== undefined) return success({ ...rest, sectors });
      lastSeen = time();
      nevers = decision.verdict === 'never' ? [...nevers, lastSeen] : [];
      if (isCertain(nevers, context.times)) return failure(cannotEnd(request, decision));
      // The tasks are off, so that it has no more to do than this.
      if (context.rules.detach && decision.disable.length === 0 && decision.blockers.length > 0)
        return failure(pending(request, decision));
      if (lastSeen > end) return failure(tooLate(request, decision));
    } else {
      const over = FINAL.has(look.diagnostic.code) || time() - lastSeen > context.times.patience;
      if (over) return look;
      context.emit({ type: 'host-unreached', host: request.host, diagnostic: look.diagnostic });
    }
    await context.sleep(pauses.next().value);
    if (context.halt.aborted) return failure(interrupted(request));
  }
}

/** What another look does not change. */
const FINAL: ReadonlySet<string> = new Set(['SF514', 'SF546', 'SF616']);

function isCertain(nevers: readonly number[], { certainty }: ApplyContext['times']): boolean {
  return nevers.length >= NEVERS && (nevers.at(-1) ?? 0) - (nevers[0] ?? 0) >= certainty;
}

/** What the other hosts look like; old news is looked at again. */
class Others {
  readonly #context: ApplyContext;
  readonly #names: readonly string[];
  #seen: Observation['hosts'] = new Map();
  #at = -Infinity;

  constructor(context: ApplyContext, names: readonly string[]) {
    this.#context = context;
    this.#names = names;
  }

  async hosts(fresh: boolean): Promise<Observation['hosts']> {
    const now = this.#context.now().getTime();
    if (this.#names.length === 0 || (!fresh && now - this.#at < 60_000)) return this.#seen;
    this.#seen = (await this.#context.observe(this.#names)).observation.hosts;
    this.#at = now;
    return this.#seen;
  }
}

/** At the pace of all workers: a restart alone would see too little. */
function expected({ pace, now }: ApplyContext, { decision, observation }: Look): string | undefined {
  if (observation.miner.reached) pace.seen = seen(pace.seen, observation.miner, now().getTime());
  const end = expectedEnd(pace.seen, decision.blockers);
  return end === undefined ? undefined : new Date(end).toISOString();
}

interface Look {
  readonly decision: DrainDecision;
  readonly rest: Omit<AtRest, 'sectors'>;
  readonly observation: Observation;
}

/** States in which a sector's FIN and GET follow each other at once, with no job in between. Lotus: storage/pipeline/states_sealing.go */
const MOVING: ReadonlySet<string> = new Set(['CommitFinalize', 'FinalizeSector', 'FinalizeReplicaUpdate']);

/** Whether a job is likely to come in the next moment: a sector that lies here is on its way to long-term storage. */
async function areMoving(
  context: ApplyContext,
  { worker, goal }: RestRequest,
  observation: Observation,
): Promise<boolean> {
  if (goal !== 'quiet' || !observation.miner.reached) return false;
  const { held } = drainSnapshot(worker, observation, observation.miner, new Map());
  const states = await context.sectorStates(held.map(({ sector }) => sector));
  return [...states.values()].some(({ state }) => MOVING.has(state));
}

/**
 * The last questions right before the end: a whole look takes long enough for a new job to come. A job that has ended by the
 * look has its files in the index by now, and so somebody who has begun to read them since is known for a reader.
 * @returns the sectors that lie on the worker's paths; undefined where it is at work after all
 */
async function stillAtRest(
  context: ApplyContext,
  request: RestRequest,
  observation: Observation,
): Promise<ReadonlySet<string> | undefined> {
  const list = await context.miner.storageList();
  const [workers, jobs] = await Promise.all([context.miner.workerStats(), context.miner.workerJobs()]);
  if (!observation.miner.reached || !list.ok || !workers.ok || !jobs.ok) return undefined;
  const miner: ObservedMiner = {
    ...observation.miner,
    sectors: new Map(Object.entries(list.value)),
    workers: new Map(Object.entries(workers.value)),
    jobs: new Map(Object.entries(jobs.value)),
  };
  const snapshot = drainSnapshot(request.worker, observation, miner, new Map());
  if (drainStep(snapshot, 'quiet', request.tasks).verdict !== 'done') return undefined;
  const host = observation.hosts.get(request.host);
  const worker = host?.reached === true ? workerOn(host, request.worker) : undefined;
  const paths = liveOf(worker?.process)?.paths ?? [];
  const ids = paths.map(({ ID }) => ID);
  return new Set(sectorsOn(miner, ids).map(sectorName));
}

async function lookOnce(
  context: ApplyContext,
  request: RestRequest,
  others: Observation['hosts'],
): Promise<Result<Look>> {
  const probe = await context.observe([request.host]);
  const { miner } = probe.observation;
  const host = probe.observation.hosts.get(request.host);
  if (host?.reached === false) return failure(host.diagnostic);
  const [problem] = host?.problems.filter(({ severity }) => severity === 'error') ?? [];
  if (problem !== undefined) return failure(problem);
  const worker = host === undefined ? undefined : workerOn(host, request.worker);
  const strange = worker === undefined ? undefined : strangeKeeper(worker, request.host, request.worker);
  if (strange !== undefined) return failure(strange);
  if (request.goal === 'empty' && host?.manifest?.intents[request.worker] === undefined)
    return failure(takenBack(request));
  if (!miner.reached) return failure(miner.diagnostic);
  const decision = await decide(context, request, probe, miner, others);
  const api = probe.apis.get(request.worker);
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
  const rest = {
    ...(api === undefined ? {} : { api }),
    ...(keeper === undefined ? {} : { keeper }),
  };
  return success({ decision: settled, rest, observation: probe.observation });
}

function later(decision: DrainDecision): DrainDecision['verdict'] {
  return decision.verdict === 'done' ? 'working' : decision.verdict;
}

async function decide(
  context: ApplyContext,
  request: RestRequest,
  probe: FarmProbe,
  miner: ObservedMiner,
  others: Observation['hosts'],
): Promise<DrainDecision> {
  const observation = { miner, hosts: new Map([...others, ...probe.observation.hosts]) };
  const none: SectorStates = new Map();
  const first = drainSnapshot(request.worker, observation, miner, none);
  const states =
    request.goal === 'quiet' ? none : await context.sectorStates(first.held.map(({ sector }) => sector));
  return drainStep(drainSnapshot(request.worker, observation, miner, states), request.goal, request.tasks);
}
