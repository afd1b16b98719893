import type { DesiredFarm } from '../desired/desired.js';
import { TASK_VARIABLES } from '../desired/worker-env.js';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import { sectorStoreFile } from '../host/layout.js';
import { DECLARABLE_TASKS } from '../lotus/task.js';
import type { Observation } from '../observed/observed.js';
import { planSteps } from './make-plan.js';
import type { Part } from './part.js';
import type { HostPlan, Plan, Reason, Step } from './plan.js';

/** What changes by itself, or by somebody on a host. */
const DRIFT: ReadonlySet<Reason> = new Set([
  'edited-on-host',
  'process-older-than-file',
  'program-replaced',
  'lotus-differs',
  'not-running',
]);

/** Findings that an edit of the file brings: what it names no more, or otherwise. */
const OF_EDITS: ReadonlySet<DiagnosticCode> = new Set([
  'SF506', 'SF509', 'SF571', 'SF572', 'SF578', 'SF579',
]); // prettier-ignore

/**
 * What of a plan has its cause on the hosts or in Lotus. It is for the eye alone: without what an edit asks for beside
 * it, it would be another way than the plan's, so that it has no waves.
 */
export function makeDrift(desired: DesiredFarm, observation: Observation, part?: Part): Plan {
  const plan = planSteps(desired, observation, part);
  return {
    ...plan,
    driftOnly: true,
    hosts: plan.hosts.map(driftOf),
    diagnostics: plan.diagnostics.filter(({ code, place }) => place?.kind !== 'file' && !OF_EDITS.has(code)),
    waves: [],
    heldBack: [],
  };
}

function driftOf(host: HostPlan): HostPlan {
  const edits = host.steps.filter(({ reason }) => !DRIFT.has(reason));
  const steps = host.steps.filter(({ reason }) => DRIFT.has(reason));
  return {
    ...host,
    steps: steps.flatMap((step) => {
      const own = edits.filter(({ worker }) => worker === step.worker);
      return step.action.kind === 'start' && isAdded(step.worker, edits) ? [] : withoutAsked(step, own);
    }),
  };
}

/** A worker that is only being put there does not run for that reason. */
function isAdded(worker = '', edits: readonly Step[]): boolean {
  return edits.some(
    (edit) =>
      edit.worker === undefined &&
      edit.changes.some(({ field, before }) => field === 'workers' && !listed(before).includes(worker)),
  );
}

function listed(names: Step['changes'][number]['before']): readonly string[] {
  return typeof names === 'string' ? names.split(', ') : [];
}

/** What also differs in a file that is written differs because of that. */
function withoutAsked(step: Step, edits: readonly Step[]): readonly Step[] {
  const changes = step.changes.filter(({ field }) => !edits.some((edit) => asksFor(edit, step, field)));
  return changes.length === 0 && step.changes.length > 0 ? [] : [{ ...step, changes }];
}

const TASKS: ReadonlySet<string> = new Set(DECLARABLE_TASKS.flatMap(({ code, name }) => [code, name]));

function asksFor({ action, changes }: Step, { action: later }: Step, field: string): boolean {
  if (action.kind !== 'write-file') return false;
  const writes = (isMeant: (name: string) => boolean): boolean =>
    changes.some((change) => isMeant(change.field));
  if (TASKS.has(field)) return writes((name) => TASK_VARIABLES.has(name));
  if (field === 'unit') return later.kind === 'restart' && action.path === later.service.unit.dropIn;
  const [, path] = /^MaxStorage of (.*)$/s.exec(field) ?? [];
  if (path !== undefined)
    return action.path === sectorStoreFile(path) && writes((name) => name === 'MaxStorage');
  return writes((name) => name === field);
}
