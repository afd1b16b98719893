import { unreachable } from '../diagnostic/unreachable.js';
import { sectorStoreFile } from '../host/layout.js';
import type { Disruption, RestartCost } from '../plan/plan.js';
import { alignRows } from './columns.js';
import type { ShownHost, ShownStep } from './shown-plan.js';
import { costWords, stepDetails } from './step-details.js';
import { reasonWords, stepSymbol, stepWords, type StepSymbol } from './step-words.js';
import type { Paint, Style } from './style.js';
import { wrap } from './text.js';
import { count, foldNames } from './words.js';

export interface PlanView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
  /** For how long something has been running. */
  readonly now: Date;
  /** Every value of every file, every host for itself. */
  readonly verbose?: boolean;
}

/** One step's line and what is below it, before the lines are aligned. */
interface Entry {
  readonly cells: readonly string[];
  readonly details: readonly string[];
  readonly indent: string;
}

/** The steps of hosts that are all alike, shown by the first of them. */
export function hostBlock(group: readonly ShownHost[], view: PlanView): readonly string[] {
  const [first, ...alike] = group;
  if (first === undefined) return [];
  const { style, width } = view;
  return [...wrap(`${style.bold(first.host)}${likeWords(alike)}`, width, '  '), ...stepLines(group, view)];
}

/** ` and 2 hosts like it: host-[2-3]`; nothing for none. */
export function likeWords(alike: readonly ShownHost[]): string {
  if (alike.length === 0) return '';
  return ` and ${count(alike.length, 'host')} like it: ${foldNames(alike.map(({ host }) => host)).join(', ')}`;
}

/** The same without the hosts' names. */
export function stepLines(group: readonly ShownHost[], view: PlanView): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const entries = first.steps.map((step, index) =>
    entry(step, costsAt(group, index), first.steps.slice(0, index), view),
  );
  const heads = alignRows(
    entries.map(({ cells }) => cells),
    view.width,
  );
  return first.steps.flatMap((step, index) => [
    ...(step.worker !== undefined && step.worker !== first.steps[index - 1]?.worker
      ? [`  ${view.style.bold(step.worker)}`]
      : []),
    ...(heads[index] ?? []),
    ...(entries[index] === undefined ? [] : detailLines(entries[index], view)),
  ]);
}

function costsAt(group: readonly ShownHost[], index: number): readonly RestartCost[] {
  return group.flatMap(({ steps }) => steps[index]?.cost ?? []);
}

function entry(
  step: ShownStep,
  costs: readonly RestartCost[],
  earlier: readonly ShownStep[],
  view: PlanView,
): Entry {
  const { style, verbose = false } = view;
  const indent = step.worker === undefined ? '  ' : '    ';
  const symbol = stepSymbol(step);
  const said = new Set(
    earlier.filter((other) => announces(other, step)).flatMap((other) => stepDetails(other, verbose)),
  );
  const news = stepDetails(step, verbose).filter((detail) => !said.has(detail));
  return {
    cells: [
      `${indent}${symbolPaint(symbol, style)(symbol)} ${stepWords(step)}`,
      disruptionWord(step.disruption, style),
      style.dim(reasonWords(step.reason)),
    ],
    details: [...news, ...(costs.length === 0 ? [] : [costWords(costs, view.now)])],
    indent: `${indent}    `,
  };
}

/** A restart or a redeclaring brings into effect what was just written: that is not said twice. */
function announces(earlier: ShownStep, { action, worker }: ShownStep): boolean {
  if (earlier.worker !== worker || earlier.action.kind !== 'write-file') return false;
  return (
    action.kind === 'restart' ||
    (action.kind === 'redeclare' && earlier.action.path === sectorStoreFile(action.path))
  );
}

function detailLines({ details, indent }: Entry, { width }: PlanView): readonly string[] {
  return details.flatMap((detail) => wrap(`${indent}${detail}`, width, `${indent}  `));
}

function symbolPaint(symbol: StepSymbol, style: Style): Paint {
  switch (symbol) {
    case '+':
      return style.green;
    case '~':
      return style.yellow;
    case '-':
      return style.red;
    default:
      return unreachable(symbol);
  }
}

/** What nobody can notice needs no word. */
function disruptionWord(disruption: Disruption, style: Style): string {
  switch (disruption) {
    case 'none':
      return '';
    case 'live':
      return style.cyan('[live]');
    case 'restart':
      return style.yellow('[restart]');
    case 'empty':
      return style.red('[empty]');
    default:
      return unreachable(disruption);
  }
}
