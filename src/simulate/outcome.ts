import type { TaskResources } from '../lotus/api.js';
import { admissibleCount } from '../lotus/admission.js';
import { type Eligibility, mayTake, type PipelineTask, type SectorIndexView } from '../lotus/selector.js';
import { needOf, type TaskRequest } from '../scheduler/task-request.js';
import { threadsOf } from '../lotus/resources.js';
import type { Model, ModelWorker } from './model.js';
import type { RunResult } from './run.js';
import type { Storage } from './storage.js';
import { STAGES, type Tally, type Transfer } from './tally.js';
import type { HeldBy } from './shortage.js';
import type { WorkerTally } from './worker-tally.js';

/** What a run of a farm came to. */
export interface Outcome {
  /** Far too much happened, so that the run was ended before its time. */
  readonly cutShort: boolean;
  /** milliseconds that were simulated; less than asked for where all sectors were finished before */
  readonly simulated: number;
  readonly finished: number;
  /** Begun and not finished. */
  readonly inWork: number;
  readonly sectorsPerDay: number;
  /** milliseconds from the beginning, since when everything but `finished` and `inWork` is counted: 0, or half the time */
  readonly since: number;
  /** Finished since then. */
  readonly finishedSince: number;
  readonly stages: readonly StageOutcome[];
  readonly workers: readonly WorkerOutcome[];
  /** From worker to worker, by session; the most bytes first. */
  readonly transfers: readonly Readonly<Transfer>[];
  /** Of all transfers between two machines. */
  readonly bytesBetweenMachines: number;
  readonly stuck: readonly Stuck[];
  readonly bottleneck?: Bottleneck;
}

export interface StageOutcome {
  readonly task: PipelineTask;
  /** How many could run at once on all workers if they did nothing else; undefined: any number. */
  readonly capacity?: number;
  /** How many ran, on average. */
  readonly running: number;
  /** Which part of the time its workers could not take one more: 0 to 1. */
  readonly full: number;
  /** Which part of the time each thing was short: 0 to 1 each, several at once. */
  readonly short: ReadonlyMap<HeldBy, number>;
  /** Sectors that waited for it. */
  readonly queue: { readonly mean: number; readonly peak: number; readonly end: number };
  /** Of these, how many on average were waiting for their files, which were on their way. */
  readonly moving: number;
  /** Times there was no room for its files. */
  readonly failures: number;
}

export interface WorkerOutcome {
  readonly name: string;
  readonly host: string;
  /** How many ran, on average. */
  readonly running: ReadonlyMap<PipelineTask, number>;
  /** Parts of what the worker has that were taken, on average: 0 to 1. */
  readonly use: { readonly memory: number; readonly threads: number; readonly gpus?: number };
}

/** Sectors that nobody may ever take on. */
export interface Stuck {
  readonly task: PipelineTask;
  readonly sectors: number;
  /** Of the workers that do the task, why the one that came furthest may not. */
  readonly why: 'no-worker' | 'never-admitted' | 'data-elsewhere' | 'groups' | 'no-room' | 'path';
}

/** The stage that holds the others up. */
export interface Bottleneck {
  readonly task: PipelineTask;
  /** Which part of the time its workers could not take one more: 0 to 1. */
  readonly full: number;
  /** What was short most of that time. */
  readonly binds: HeldBy;
}

const DAY = 86_400_000;

export function outcomeOf(model: Model, result: RunResult): Outcome {
  const { tally, now, begun } = result;
  const stages = STAGES.map((task) => stageOutcome(model, tally, task, now));
  const hostOf = new Map(model.workers.map(({ session, host }) => [session, host]));
  const between = tally.transfers.filter(({ from, to }) => hostOf.get(from) !== hostOf.get(to));
  const bottleneck = findBottleneck(stages);
  return {
    cutShort: result.cutShort,
    simulated: now,
    finished: tally.finished,
    inWork: begun - tally.finished,
    sectorsPerDay: perDay(tally.finishedSince, now - tally.since),
    since: tally.since,
    finishedSince: tally.finishedSince,
    stages,
    workers: [...tally.workers.values()].map((worker) => workerOutcome(model, worker, now)),
    transfers: tally.transfers.toSorted((a, b) => b.bytes - a.bytes),
    bytesBetweenMachines: sum(between.map(({ bytes }) => bytes)),
    stuck: findStuck(model, result),
    ...(bottleneck === undefined ? {} : { bottleneck }),
  };
}

function perDay(finished: number, time: number): number {
  return time === 0 ? 0 : (finished * DAY) / time;
}

function stageOutcome(model: Model, tally: Tally, task: PipelineTask, now: number): StageOutcome {
  const queue = tally.queues.get(task);
  const able = [...tally.workers.values()]
    .map((worker) => ({ worker, count: admissible(model, worker.worker, task).count }))
    .filter(({ count }) => count > 0);
  const counts = able.map(({ count }) => count);
  const capacity = sum(counts.map((count) => (count === MOST ? Infinity : count)));
  const short = new Map<HeldBy, number>();
  for (const { worker, count } of able) {
    for (const [thing, part] of worker.short(task, now)) {
      short.set(thing, (short.get(thing) ?? 0) + (part * count) / sum(counts));
    }
  }
  return {
    task,
    ...(capacity === Infinity ? {} : { capacity }),
    running: sum(able.map(({ worker }) => worker.running(task, now))),
    full: sum(able.map(({ worker, count }) => (worker.full(task, now) * count) / sum(counts))),
    short,
    queue: { mean: queue?.mean(now) ?? 0, peak: queue?.peak ?? 0, end: queue?.value ?? 0 },
    moving: tally.underway.get(task)?.mean(now) ?? 0,
    failures: tally.failures.get(task) ?? 0,
  };
}

function workerOutcome({ size }: Model, tally: WorkerTally, now: number): WorkerOutcome {
  const { name, host, resources } = tally.worker;
  const means = STAGES.map((task) => [task, tally.running(task, now)] as const);
  const running = new Map(means.filter(([, mean]) => mean > 0));
  const gpus = resources.GPUs?.length ?? 0;
  const taken = (of: (need: TaskResources) => number): number =>
    sum([...running].map(([task, mean]) => mean * of(needOf(task, resources, size))));
  return {
    name,
    host,
    running,
    use: {
      memory: taken(({ MinMemory }) => MinMemory) / resources.MemPhysical,
      threads: taken((need) => threadsOf(need, resources.CPUs, gpus)) / resources.CPUs,
      ...(gpus === 0 ? {} : { gpus: taken(({ GPUUtilization }) => GPUUtilization) / gpus }),
    },
  };
}

const MOST = 1000;

function admissible(
  { size }: Model,
  worker: ModelWorker,
  task: PipelineTask,
): ReturnType<typeof admissibleCount> {
  if (!worker.tasks.has(task)) return { count: 0 };
  return admissibleCount({ code: task, need: needOf(task, worker.resources, size) }, worker.resources, MOST);
}

/** Nothing holds the others up where all stages could mostly take more. */
const IDLE = 0.5;

/** A full stage lets its queue grow and leaves those after it idle: of the fullest the one furthest down. */
function findBottleneck(stages: readonly StageOutcome[]): Bottleneck | undefined {
  const most = Math.max(...stages.map(({ full }) => full));
  if (most < IDLE) return undefined;
  const fullest = stages.filter(({ full }) => full >= 0.95 * most);
  const found = fullest.findLast(({ queue }) => queue.mean >= 1) ?? fullest[0];
  const [binds] = found === undefined ? [] : bindingIn(found);
  return found === undefined || binds === undefined
    ? undefined
    : { task: found.task, full: found.full, binds };
}

/** More of one of these alone makes room in each such phase. */
const WHOLE = 0.95;

/**
 * What keeps a stage from more: that which is short whenever it is full, else what is short for a quarter of that time,
 * the most first. Of several that are always short more of each is needed, of several that are so in turn of any.
 */
export function bindingIn({ full, short }: Pick<StageOutcome, 'full' | 'short'>): readonly HeldBy[] {
  const sorted = [...short].sort(([, a], [, b]) => b - a);
  const always = sorted.filter(([, part]) => part > 0 && part >= WHOLE * full);
  const some = sorted.filter(([, part]) => part > 0 && part >= full / 4);
  return (always.length > 0 ? always : some).map(([thing]) => thing);
}

function findStuck(model: Model, { waiting, storage, standsStill }: RunResult): readonly Stuck[] {
  // Room comes back as long as other sectors move on; what finished ones take does not.
  const views = [emptied(model, storage), ...(standsStill ? [storage] : [])];
  const found = new Map<string, Stuck>();
  for (const request of waiting) {
    const why = whyStuck(model, request, views);
    if (why === undefined) continue;
    const key = `${request.task} ${why}`;
    found.set(key, { task: request.task, why, sectors: (found.get(key)?.sectors ?? 0) + 1 });
  }
  return [...found.values()];
}

/** The same index with all the room there is beside finished sectors. */
function emptied({ paths, disallowRemoteFinalize }: Model, storage: Storage): SectorIndexView {
  return {
    disallowRemoteFinalize,
    paths: new Map(
      paths.map(({ info, size }) => {
        const finished = storage.finishedOn(info.ID);
        const room = info.MaxStorage > 0 ? Math.min(size, info.MaxStorage) : size;
        const available = Math.max(0, room - finished);
        return [info.ID, { info, available, healthy: true }];
      }),
    ),
    holders: (sector) => storage.holders(sector),
  };
}

/** Undefined where somebody may take it as all of these views have it. */
function whyStuck(
  model: Model,
  { task, sector }: TaskRequest,
  views: readonly SectorIndexView[],
): Stuck['why'] | undefined {
  const able = model.workers.filter(({ tasks }) => tasks.has(task));
  if (able.length === 0) return 'no-worker';
  const admitting = able.filter((worker) => admissible(model, worker, task).count > 0);
  if (admitting.length === 0) return 'never-admitted';
  for (const view of views) {
    const reasons = admitting.map((worker) => mayTake(task, sector, worker.paths, view, model.size));
    if (!reasons.some(({ ok }) => ok)) return furthest(reasons);
  }
  return undefined;
}

function furthest(reasons: readonly Eligibility[]): Stuck['why'] {
  const named = reasons.flatMap((one) => (one.ok ? [] : [one.reason]));
  // What may come back outweighs what will not.
  return (['no-room', 'groups', 'data-elsewhere'] as const).find((why) => named.includes(why)) ?? 'path';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
