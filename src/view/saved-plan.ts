import type { DiagnosticCode } from '../diagnostic/codes.js';
import type { Diagnostic, Place } from '../diagnostic/diagnostic.js';
import type { TaskCode } from '../lotus/task.js';
import type { Seal } from '../plan/seal.js';
import type { DiagnosticJson } from './diagnostics.js';
import type { MaskedPlan } from './masked-plan.js';
import { formatPlan, planJson, type PlanJson } from './plan.js';
import type { PlanView } from './plan-block.js';
import type { ShownAction, ShownPlan, ShownStep } from './shown-plan.js';
import type { ActionJson, StepJson } from './step-json.js';
import { oneLine, wrap } from './text.js';

/** Where a plan comes from. */
export interface Made {
  /** ISO 8601, UTC */
  readonly at: string;
  /** `alice@laptop` */
  readonly by: string;
  /** sealfarm's own version */
  readonly version: string;
  /** Absent when the file is in no git repository. */
  readonly commit?: { readonly id: string; readonly dirty: boolean };
  /** The words for the part of the farm it is about; absent when it is about all of it. */
  readonly target?: readonly string[];
  readonly exclude?: readonly string[];
  /** lotus-miner is restarted where something waits for that, whatever the file says. */
  readonly restartMiner?: true;
  /** Workers that somebody else started are restarted, and their units disabled. */
  readonly restartToAdopt?: true;
  readonly disableForeignUnits?: true;
}

/** A plan that can be put away, looked at and applied later: schemas/plan.schema.json. */
export interface SavedPlan extends PlanJson {
  readonly made: Made;
  readonly seal: Seal;
}

export function savedPlan(plan: MaskedPlan, made: Made, seal: Seal): SavedPlan {
  return { ...planJson(plan, new Date(made.at)), made, seal };
}

/** The plan as it read when it was made, ages included. */
export function formatSavedPlan(saved: SavedPlan, view: Omit<PlanView, 'now'>): string {
  const heading = wrap(view.style.dim(madeWords(saved)), view.width, '  ').join('\n');
  return `${heading}\n\n${formatPlan(shownPlan(saved), { ...view, now: new Date(saved.made.at) })}`;
}

/** `Plan of example, made 2026-03-01 12:00 UTC by alice@laptop from commit 0123abcd` */
export function madeWords({ farm, made }: Pick<SavedPlan, 'farm' | 'made'>): string {
  const { at, by, commit } = made;
  const when = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  return `Plan of ${oneLine(farm)}${partWords(made)}, made ${when} by ${oneLine(by)}${commit === undefined ? '' : ` from ${commitWords(commit)}`}`;
}

/** `, pc1-* alone, without pc1-07`; nothing for the whole farm. */
export function partWords({ target, exclude }: Pick<Made, 'target' | 'exclude'>): string {
  const only = target === undefined ? '' : `, ${target.join(', ')} alone`;
  return oneLine(`${only}${exclude === undefined ? '' : `, without ${exclude.join(', ')}`}`);
}

const SHORT = 8;

/** `commit 0123abcd`, and whether that is all. */
export function commitWords({ id, dirty }: NonNullable<Made['commit']>): string {
  return `commit ${id.slice(0, SHORT)}${dirty ? ' and changes that are not committed' : ''}`;
}

export function shownPlan({
  hosts,
  diagnostics,
  drained,
  waves,
  narrowed,
  driftOnly,
  miner,
  foreign,
}: PlanJson): ShownPlan {
  return {
    waves,
    ...(narrowed === undefined ? {} : { narrowed }),
    ...(driftOnly === undefined ? {} : { driftOnly }),
    ...(miner === undefined ? {} : { miner }),
    ...(foreign === undefined ? {} : { foreign }),
    hosts: hosts.map((host) => ({ ...host, steps: host.steps.map(shownStep) })),
    diagnostics: diagnostics.map(shownDiagnostic),
    drained: drained.map(({ host, worker, running, declared, ...intent }) => ({
      host,
      worker,
      running,
      declared,
      intent,
    })),
  };
}

function shownStep({ action, ...step }: StepJson): ShownStep {
  return { ...step, action: shownAction(action) };
}

/** JSON has no maps; else it is the same. */
function shownAction({ expect, unit, from, ...action }: ActionJson): ShownAction {
  const limits = Object.entries(expect?.limits ?? {}) as [TaskCode, number][];
  return {
    ...action,
    ...(expect === undefined ? {} : { expect: { tasks: expect.tasks, limits: new Map(limits) } }),
    ...(from === undefined ? {} : { from: { worker: from } }),
    ...(unit === undefined
      ? {}
      : action.kind === 'disable-unit'
        ? { unit }
        : { service: { unit: { name: unit } } }),
  } as ShownAction;
}

function shownDiagnostic({ code, place, ...said }: DiagnosticJson): Diagnostic {
  return {
    ...said,
    code: code as DiagnosticCode,
    ...(place === undefined ? {} : { place: shownPlace(place) }),
  };
}

/** Where in a file is not said: the file may be another by now. */
function shownPlace(place: Readonly<Record<string, string | number>>): Place {
  return place['kind'] === 'file' ? { kind: 'file', file: String(place['file']) } : (place as Place);
}
