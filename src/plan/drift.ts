import type { DesiredFarm } from '../desired/desired.js';
import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Observation } from '../observed/observed.js';
import { ownChanges } from './file-cause.js';
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
    diagnostics: plan.diagnostics.filter(({ code }) => !OF_EDITS.has(code)),
    waves: [],
    heldBack: [],
  };
}

/** Beside what an edit asks for, a step may have more: only that is shown. */
function driftOf(host: HostPlan): HostPlan {
  const edits = host.steps.filter(({ reason }) => !DRIFT.has(reason));
  return {
    ...host,
    steps: host.steps
      .filter(({ reason, action, worker }) => {
        const isNew = action.kind === 'start' && isAdded(worker, edits);
        return DRIFT.has(reason) && !isNew;
      })
      .map((step) => ({ ...step, changes: ownChanges(step, edits) })),
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
