import { tasksNow } from '../desired/desired.js';
import { MARK_VARIABLE, markOf } from '../host/systemd-unit.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import type { ForeignStart, ObservedProcess, WorkerLive } from '../observed/observed.js';
import { cannotTakeOver, foreignStart, takeOver } from './adopt-rules.js';
import { restartCost } from './cost.js';
import { planEffective } from './effective-rules.js';
import { staleEnvironment } from './env-rules.js';
import type { Expectation, FieldChange, FormerName, Reason } from './plan.js';
import { leftBehind, minerFirst, PROGRAM_FIELD, replacedProgram } from './program-rules.js';
import { attachedPath, liveOf } from '../observed/live.js';
import {
  combine,
  NOTHING,
  problem,
  workerStep,
  type Findings,
  type WorkerContext,
} from './worker-context.js';

/** Of a change: which service manager keeps the worker. */
export const MANAGER_FIELD = 'serviceManager';

/** Of a change: the mark of the unit it was started with. */
export const UNIT_FIELD = 'unit';

/** Whether the process runs, with what, and which tasks it takes. A drained worker is left as it is. */
export function planProcess(context: WorkerContext): Findings {
  const { desired, observed } = context;
  if (desired.drain !== undefined) return NOTHING;
  const { process } = observed;
  if (process === undefined) return startOf(context);
  const told = foreignStart(process);
  if (told !== undefined) return planForeign(context, process, told);
  const repo = process.environ.get('LOTUS_WORKER_PATH')?.reveal();
  if (repo !== undefined && repo !== desired.repo) return otherRepo(context, repo);
  const early = minerFirst(context, process);
  const planned = early === NOTHING ? planRestart(context, process) : NOTHING;
  // A restart starts with the declared tasks, and switches all off before.
  const rest = planned === NOTHING ? [early, planTasks(context), planEffective(context)] : [planned];
  return combine([...rest, unanswering(context, process)]);
}

/** Somebody else started it in the declared repo: that alone is no reason to disturb it. */
function planForeign(context: WorkerContext, process: ObservedProcess, told: ForeignStart): Findings {
  const wanted = takeOver(context, process, told, lotusDiffers(context, process));
  const hindrance =
    wanted === undefined ? leftBehind(context, process) : cannotTakeOver(context, process, told);
  const silent = unanswering(context, process);
  if (wanted !== undefined && hindrance === NOTHING)
    return combine([restartFor(context, { ...wanted, adopts: true }), silent]);
  return combine([hindrance, planTasks(context), silent]);
}

/** What Lotus itself shows otherwise, and takes only at a start. */
function lotusDiffers(context: WorkerContext, process: ObservedProcess): readonly FieldChange[] {
  const live = liveOf(process);
  return [...staleStorageLimits(context), ...(live === undefined ? [] : staleFixedTasks(context, live))];
}

/** Not while another worker has one of its paths open. */
export function startOf(context: WorkerContext): Findings {
  const { desired } = context;
  if (desired.storage.some(({ path }) => context.openElsewhere.has(path))) return NOTHING;
  const action = { kind: 'start', service: desired.files, expect: expectation(context) } as const;
  return {
    steps: [workerStep(context, { action, disruption: 'none', reason: 'not-running' })],
    diagnostics: [],
  };
}

/** From the service manager that keeps it to the declared one. */
function moves({ desired }: WorkerContext, { manager: before }: ObservedProcess): readonly FieldChange[] {
  const after = desired.files.serviceManager;
  return before === after ? [] : [{ field: MANAGER_FIELD, before, after }];
}

function planRestart(context: WorkerContext, process: ObservedProcess): Findings {
  const moved = moves(context, process);
  const environment = staleEnvironment(context, process);
  const unit = staleUnit(context, process);
  const also = [...lotusDiffers(context, process), ...replacedProgram(process)];
  // Under another service manager it has another unit, or none.
  const changes = [...moved, ...environment, ...(moved.length > 0 ? [] : unit), ...also];
  return changes.length === 0 ? NOTHING : restartFor(context, { reason: restartCause(changes), changes });
}

const CAUSES = ['config-changed', 'process-older-than-file', 'program-replaced', 'lotus-differs'] as const;

/** The first of all that a restart is for. */
export function restartCause(changes: readonly FieldChange[]): Reason {
  const causes = new Set(changes.map(({ field }) => causeOf(field)));
  return CAUSES.find((cause) => causes.has(cause)) ?? 'process-older-than-file';
}

function causeOf(field: string): (typeof CAUSES)[number] {
  if (field === MANAGER_FIELD) return 'config-changed';
  if (field === PROGRAM_FIELD) return 'program-replaced';
  const isLotus = field.startsWith(MAX_STORAGE) || DECLARABLE_TASKS.some(({ name }) => name === field);
  return isLotus ? 'lotus-differs' : 'process-older-than-file';
}

/** Of a change: followed by a path. */
const MAX_STORAGE = 'MaxStorage of ';

interface RestartDetails {
  readonly reason: Reason;
  readonly changes: readonly FieldChange[];
  /** The name under which it runs now, where that is another. */
  readonly from?: FormerName;
  /** Somebody else started it. */
  readonly adopts?: true;
  /** What it has open afterwards; without it all that is declared. */
  readonly paths?: readonly string[];
}

export function restartFor(
  context: WorkerContext,
  { reason, changes, from, paths, adopts }: RestartDetails,
): Findings {
  const expect = { ...expectation(context), ...(paths === undefined ? {} : { paths }) };
  const more = adopts === undefined ? {} : { adopts };
  const action = { kind: 'restart', service: context.desired.files, expect, ...more } as const;
  const step = workerStep(context, {
    action: from === undefined ? action : { ...action, from },
    disruption: 'restart',
    reason,
    changes,
  });
  return { steps: [{ ...step, cost: restartCost(context, from?.worker) }], diagnostics: [] };
}

/** Started with another template or drop-in than the ones that shall be there. */
function staleUnit({ desired }: WorkerContext, { environ }: ObservedProcess): readonly FieldChange[] {
  const after = desired.dropIn === undefined ? undefined : markOf(desired.dropIn);
  const before = environ.get(MARK_VARIABLE)?.reveal();
  if (after === undefined || before === after) return [];
  return [{ field: UNIT_FIELD, ...(before === undefined ? {} : { before }), after }];
}

/** The worker's own accounting of MaxStorage is set when it opens a path. Lotus: storage/paths/local.go */
function staleStorageLimits(context: WorkerContext): readonly FieldChange[] {
  const { miner, desired } = context;
  if (!miner.reached) return [];
  return desired.storage.flatMap(({ path, settings }) => {
    const id = attachedPath(liveOf(context.observed.process), path)?.ID;
    const max = id === undefined ? undefined : miner.storage.get(id)?.stat?.Max;
    if (max === undefined || max === settings.MaxStorage) return [];
    return [{ field: `${MAX_STORAGE}${path}`, before: String(max), after: String(settings.MaxStorage) }];
  });
}

/** Tasks that Lotus can only choose at the start: sector-download and the posts. */
function staleFixedTasks({ desired }: WorkerContext, live: WorkerLive): readonly FieldChange[] {
  return DECLARABLE_TASKS.filter(({ switchable }) => !switchable)
    .filter(({ code }) => live.tasks.has(code) !== desired.tasks.includes(code))
    .map(({ code, name }) => ({
      field: name,
      before: String(live.tasks.has(code)),
      after: String(desired.tasks.includes(code)),
    }));
}

function planTasks(context: WorkerContext): Findings {
  const live = liveOf(context.observed.process);
  if (live === undefined) return NOTHING;
  const steps = DECLARABLE_TASKS.filter(({ switchable }) => switchable)
    .filter(({ code }) => live.tasks.has(code) !== context.desired.tasks.includes(code))
    .map(({ code }) => {
      const kind = live.tasks.has(code) ? 'disable-task' : 'enable-task';
      return workerStep(context, {
        action: { kind, task: code },
        disruption: 'live',
        reason: 'lotus-differs',
        changes: [
          { field: code, before: String(live.tasks.has(code)), after: String(!live.tasks.has(code)) },
        ],
      });
    });
  return { steps, diagnostics: [] };
}

function expectation({ desired, sealProof, openElsewhere }: WorkerContext): Expectation {
  return {
    tasks: tasksNow(desired),
    paths: desired.storage.map(({ path }) => path).filter((path) => !openElsewhere.has(path)),
    limits: desired.limits,
    ...(desired.gpus === undefined ? {} : { gpus: desired.gpus }),
    sealProof,
  };
}

export function otherRepo(context: WorkerContext, repo: string): Findings {
  return problem(context, {
    code: 'SF507',
    message: `${context.desired.name} runs with the repo ${repo}, the file says ${context.desired.repo}`,
    help: `Write \`repo: ${repo}\`; a running worker is not moved to another repo.`,
  });
}

export function unanswering(context: WorkerContext, process: ObservedProcess): Findings {
  if (process.live.reached) return NOTHING;
  return problem(context, {
    code: 'SF508',
    severity: 'warning',
    message: `${context.desired.name} runs but does not answer: ${process.live.diagnostic.message}`,
    help: 'It may still fetch parameters or wait for the miner; its log tells. What it has attached and which tasks it takes is not known.',
  });
}
