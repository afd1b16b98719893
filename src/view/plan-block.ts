import { unreachable } from '../diagnostic/unreachable.js';
import { sectorStoreFile } from '../host/layout.js';
import type { Disruption, RestartCost } from '../plan/plan.js';
import { alignRows } from './columns.js';
import { diffLines, TERMINAL_LINES, type PlanLines } from './plan-lines.js';
import type { ShownHost, ShownStep } from './shown-plan.js';
import { besideDiff, costWords, stepDetails } from './step-details.js';
import { reasonWords, stepSymbol, stepWords, type StepSymbol } from './step-words.js';
import type { Paint, Style } from './style.js';
import { wrap } from './text.js';
import { count, someNames } from './words.js';

export interface PlanView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
  /** For how long something has been running. */
  readonly now: Date;
  /** Every value of every file, every host for itself. */
  readonly verbose?: boolean;
  /** Beneath each file that is written, where the plan has them. */
  readonly diffs?: boolean;
  /** Else those of a terminal. */
  readonly lines?: PlanLines;
}

/** One step's line and what is below it, before the lines are aligned. */
interface Entry {
  readonly cells: readonly string[];
  readonly details: readonly string[];
  readonly diff?: string;
  readonly indent: string;
}

/** The steps of hosts that are all alike, shown by the first of them. */
export function hostBlock(group: readonly ShownHost[], view: PlanView): readonly string[] {
  const [first, ...alike] = group;
  if (first === undefined) return [];
  const { style, width } = view;
  const title = `${style.bold(first.host)}${likeWords(alike)}${whoseDiffs(group, view)}`;
  return [...wrap(title, width, '  '), ...stepLines(group, view)];
}

/** Alike are what changes and what is done, not all that a file holds. */
export function whoseDiffs(
  [first, ...alike]: readonly ShownHost[],
  { diffs }: Pick<PlanView, 'diffs'>,
): string {
  const some = diffs === true && first?.steps.some(({ diff }) => diff !== undefined);
  return alike.length > 0 && some === true ? `; diffs of ${first?.host ?? ''}` : '';
}

/** ` and 2 hosts like it: host-[2-3]`; nothing for none. */
export function likeWords(alike: readonly ShownHost[]): string {
  if (alike.length === 0) return '';
  return ` and ${count(alike.length, 'host')} like it: ${someNames(alike.map(({ host }) => host))}`;
}

/** The same without the hosts' names. */
export function stepLines(group: readonly ShownHost[], view: PlanView): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { style, width, lines = TERMINAL_LINES } = view;
  const entries = first.steps.map((step, index) =>
    entry(step, costsAt(group, index), first.steps.slice(0, index), view),
  );
  const heads = alignRows(
    entries.map(({ cells }) => cells),
    width,
  );
  return first.steps.flatMap((step, index) => [
    ...(step.worker !== undefined && step.worker !== first.steps[index - 1]?.worker
      ? [lines.plain(`  ${style.bold(step.worker)}`)]
      : []),
    ...(heads[index] ?? []).map((line, at) => (at === 0 ? lines.head(line) : lines.plain(line))),
    ...(entries[index] === undefined ? [] : detailLines(entries[index], view, lines)),
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
  const { style, verbose = false, diffs = false } = view;
  const diff = diffs ? step.diff : undefined;
  const indent = step.worker === undefined ? '  ' : '    ';
  const symbol = stepSymbol(step);
  const said = new Set(
    earlier.filter((other) => announces(other, step)).flatMap((other) => stepDetails(other, verbose)),
  );
  const details = diff === undefined ? stepDetails(step, verbose) : besideDiff(step);
  const news = details.filter((detail) => !said.has(detail));
  return {
    cells: [
      `${indent}${markPaint(symbol, style)(symbol)} ${stepWords(step)}`,
      disruptionWord(step.disruption, style),
      style.dim(reasonWords(step)),
    ],
    details: [...news, ...(costs.length === 0 ? [] : [costWords(costs, view.now)])],
    ...(diff === undefined ? {} : { diff }),
    indent: `${indent}    `,
  };
}

/** A restart or a redeclaring brings into effect what was just written: that is not said twice. */
function announces(earlier: ShownStep, { action, worker }: ShownStep): boolean {
  if (earlier.worker !== worker || earlier.action.kind !== 'write-file') return false;
  return (
    action.kind === 'restart' ||
    action.kind === 'restart-miner' ||
    (action.kind === 'redeclare' && earlier.action.path === sectorStoreFile(action.path))
  );
}

function detailLines({ details, diff, indent }: Entry, view: PlanView, lines: PlanLines): readonly string[] {
  return [
    ...details.flatMap((detail) => wrap(`${indent}${detail}`, view.width, `${indent}  `).map(lines.plain)),
    ...(diff === undefined ? [] : diffLines(diff, indent, view, lines)),
  ];
}

/** What nobody can notice needs no word. */
function disruptionWord(disruption: Disruption, style: Style): string {
  return disruption === 'none' ? '' : markPaint(`[${disruption}]`, style)(`[${disruption}]`);
}

export function markPaint(mark: StepSymbol | `[${Disruption}]`, style: Style): Paint {
  switch (mark) {
    case '+':
      return style.green;
    case '~':
    case '[restart]':
      return style.yellow;
    case '-':
    case '[empty]':
      return style.red;
    case '[live]':
      return style.cyan;
    case '[none]':
      return (text) => text;
    default:
      return unreachable(mark);
  }
}
