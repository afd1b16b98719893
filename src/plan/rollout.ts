import type { DesiredFarm, DesiredWorker } from '../desired/desired.js';
import type { Diagnostic, Severity } from '../diagnostic/diagnostic.js';
import { liveOf } from '../observed/live.js';
import { openJobs } from '../observed/miner-state.js';
import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import type { MinerObservation, Observation, ObservedMiner, WorkerLive } from '../observed/observed.js';
import type { LargePlan } from './large-plan.js';
import { lastPosts, lastSealers } from './last-ones.js';
import { disturbs, steps, type Plan, type RunningJob, type Step } from './plan.js';
import { leavingWorkers, renamingOf, underNewNames } from './renamed.js';
import { sharedGpus } from './shared-gpus.js';
import { planWaves, type Member } from './waves.js';
import { runningJob } from './worker-context.js';

/** A plan of which it is not said yet in which order it disturbs. */
export type Unordered = Omit<Plan, 'waves' | 'heldBack' | 'large'>;

/** So few workers are nobody's slip: a farm of one or two would be asked each time. */
const FEW = 2;

/** Gives the steps that disturb their order, and says what it means. */
export function inWaves(plan: Unordered, desired: DesiredFarm, observation: Observation): Plan {
  const members = membersOf(plan, desired, observation);
  const ordered = planWaves(members, desired.rollout, seenAt(observation));
  const found = [
    ...lastPosts(ordered, steps(plan), desired, observation),
    ...lastSealers(ordered, steps(plan), members, desired),
    ...heldBack(ordered, desired.rollout),
    ...sharedGpus(ordered, steps(plan), desired, observation),
  ];
  return { ...plan, ...ordered, diagnostics: [...plan.diagnostics, ...found] };
}

/** Where nobody says when, it was not before the youngest job. */
export function seenAt({ at, miner }: Observation): number {
  if (at !== undefined) return at;
  const starts = miner.reached ? openJobs(miner).map(({ job }) => Date.parse(job.Start)) : [];
  return Math.max(0, ...starts.filter((start) => !Number.isNaN(start)));
}

/** Says of a plan that it is large, where it is. */
export function measured(plan: Plan, { rollout }: DesiredFarm, { hosts }: Observation): Plan {
  const concerned = plan.waves.reduce((sum, { turns }) => sum + turns.length, plan.heldBack.length);
  const running = [...hosts.values()]
    .flatMap((host) => (host.reached ? [...host.workers.values(), ...(host.departed?.values() ?? [])] : []))
    .filter(({ process }) => process !== undefined).length;
  if (concerned <= FEW || concerned * 100 <= running * rollout.largePlan) return plan;
  const large: LargePlan = { concerned, running, mostPercent: rollout.largePlan };
  return { ...plan, large, diagnostics: [...plan.diagnostics, tooLarge(large, 'warning')] };
}

/** A warning while it is only planned, an error when it was to be applied. */
export function tooLarge({ concerned, running, mostPercent }: LargePlan, severity: Severity): Diagnostic {
  const share = Math.round((concerned * 100) / running);
  return {
    code: 'SF560',
    severity,
    message: `${concerned} of the ${running} workers that run are to be restarted or made quiet: ${share} %, more than ${mostPercent} %`,
    help: 'If that is meant, apply with --allow-large. To be asked later or never, set `rollout.largePlan`.',
  };
}

/** All workers of the farm as far as turns go, with the steps of this plan. */
export function membersOf(
  plan: Unordered,
  desired: DesiredFarm,
  { hosts, miner }: Observation,
): readonly Member[] {
  const planned = grouped(steps(plan).map((step) => [step.worker ?? '', step] as const));
  const jobs = jobsByWorker(miner);
  return desired.hosts.flatMap((host) => {
    const seen = hosts.get(host.name);
    // Another host may remember a worker of the same name.
    const stepsOf = (worker: string): readonly Step[] =>
      (planned.get(worker) ?? []).filter((step) => step.host === host.name);
    const reached = seen?.reached === true ? seen : undefined;
    const known = reached === undefined ? undefined : underNewNames(host, reached);
    const declared = host.workers.map((worker): Member => {
      const live = liveOf(known?.workers.get(worker.name)?.process);
      const own = stepsOf(worker.name);
      const running = reached === undefined ? undefined : renamingOf(worker, reached)?.from;
      const its = jobs.get(running ?? worker.name) ?? [];
      if (worker.drain === undefined && worker.state !== 'running') {
        const isBegun = reached?.manifest?.intents[worker.name] !== undefined;
        return notToWork(worker, live, own, isBegun, its);
      }
      const restarts = own.some(({ disruption }) => disruption === 'restart');
      const begun = live !== undefined && worker.drain === undefined && restarts && isResting(worker, live);
      const away = live === undefined || worker.drain !== undefined || begun;
      return {
        host: host.name,
        worker: worker.name,
        tasks: worker.tasks,
        doing: away ? [] : worker.tasks.filter((code) => live.tasks.has(code) || switchesOn(own, code)),
        groups: pc2Groups(worker),
        away,
        ...(begun ? { begun } : {}),
        jobs: its,
        steps: own.filter(disturbs).map(({ id }) => id),
      };
    });
    if (reached === undefined) return declared;
    const leaving = leavingWorkers(host, reached).map(([name, worker]): Member => {
      const live = liveOf(worker.process);
      const away = live === undefined || reached.manifest?.intents[name] !== undefined;
      const does = DECLARABLE_TASKS.map(({ code }) => code).filter((code) => live?.tasks.has(code));
      return {
        host: host.name,
        worker: name,
        leaves: true,
        tasks: [],
        doing: away ? [] : does,
        groups: away || !miner.reached ? [] : attachedGroups(live, miner),
        away,
        jobs: jobs.get(name) ?? [],
        steps: stepsOf(name)
          .filter(disturbs)
          .map(({ id }) => id),
      };
    });
    return [...declared, ...leaving];
  });
}

/** The file wants it to do nothing: it is missed by nobody, but for what it does until its turn has come. */
function notToWork(
  worker: DesiredWorker,
  live: WorkerLive | undefined,
  own: readonly Step[],
  isBegun: boolean,
  jobs: readonly RunningJob[],
): Member {
  const turn = own.filter(disturbs).map(({ id }) => id);
  const rests = live === undefined || isBegun;
  const does = DECLARABLE_TASKS.map(({ code }) => code).filter((code) => live?.tasks.has(code));
  return {
    host: worker.host,
    worker: worker.name,
    leaves: true,
    tasks: [],
    doing: rests ? [] : does,
    groups: pc2Groups(worker),
    away: rests && turn.length > 0,
    jobs,
    steps: turn,
  };
}

/** It is to do something, and takes nothing of it. */
function isResting({ tasks }: DesiredWorker, live: WorkerLive): boolean {
  const asked = DECLARABLE_TASKS.filter(({ code, switchable }) => switchable && tasks.includes(code));
  return asked.length > 0 && asked.every(({ code }) => !live.tasks.has(code));
}

function attachedGroups({ paths }: WorkerLive, { storage }: ObservedMiner): readonly string[] {
  const indexed = paths.flatMap(({ ID }) => storage.get(ID)?.info ?? []);
  return [...new Set(indexed.flatMap(({ CanSeal, Groups }) => (CanSeal ? (Groups ?? []) : [])))];
}

/** That is done before the first wave. */
function switchesOn(own: readonly Step[], code: TaskCode): boolean {
  return own.some(({ action }) => action.kind === 'enable-task' && action.task === code);
}

/** Lotus lets a sector go for PC2 to a sealing path that has one of the groups it is allowed to. */
function pc2Groups({ storage }: DesiredWorker): readonly string[] {
  return [...new Set(storage.flatMap(({ settings }) => (settings.CanSeal ? settings.Groups : [])))];
}

function jobsByWorker(miner: MinerObservation): ReadonlyMap<string, readonly RunningJob[]> {
  if (!miner.reached) return new Map();
  return grouped(
    openJobs(miner).flatMap(({ worker, job }) =>
      runningJob(job).map((running) => [worker, running] as const),
    ),
  );
}

function grouped<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const [name, item] of entries) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

type Order = Pick<Plan, 'waves' | 'heldBack'>;

function heldBack(
  { heldBack: turns }: Order,
  { minAvailable }: DesiredFarm['rollout'],
): readonly Diagnostic[] {
  return [...minAvailable].flatMap(([code, least]): readonly Diagnostic[] => {
    const names = turns
      .filter(({ putOff }) => putOff.includes(`min-available ${code}`))
      .map(({ worker }) => worker);
    if (names.length === 0) return [];
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    return [
      {
        code: 'SF561',
        severity: 'warning',
        message: `${names.slice(0, SHOWN).join(', ')}${more} cannot be restarted now: fewer than ${least} would go on doing ${code}`,
        help: `Bring the other workers for ${code} back first, or lower \`rollout.minAvailable\`.`,
      },
    ];
  });
}

/** Names in one message. */
const SHOWN = 5;
