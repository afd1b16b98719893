import type { Disruption } from '../plan/plan.js';
import type { ShownStep } from './shown-plan.js';
import { stepSymbol, type StepSymbol } from './step-words.js';

/** So few steps explain themselves. */
const FEW = 3;

const SYMBOLS = { '+': 'comes into being', '~': 'changes', '-': 'goes' } satisfies Record<StepSymbol, string>;
const DISRUPTIONS = {
  live: 'while the worker works',
  restart: 'once the worker is quiet',
  empty: 'once it holds no sector',
} satisfies Partial<Record<Disruption, string>>;

/**
 * What the marks of a plan mean: only those that are in it, and nothing where there are few steps or one mark.
 * @param mark how a mark looks
 */
export function legendWords(
  steps: readonly ShownStep[],
  mark: (mark: StepSymbol | `[${Disruption}]`) => string,
): string | undefined {
  if (steps.length <= FEW) return undefined;
  const symbols = new Set(steps.map(stepSymbol));
  const disruptions = new Set(steps.map(({ disruption }) => disruption));
  const what = entries(SYMBOLS).flatMap(([symbol, words]) =>
    symbols.has(symbol) ? [`${mark(symbol)} ${words}`] : [],
  );
  const when = entries(DISRUPTIONS).flatMap(([disruption, words]) =>
    disruptions.has(disruption) ? [`${mark(`[${disruption}]`)} ${words}`] : [],
  );
  if (what.length + when.length < 2) return undefined;
  const parts = [what, when].filter((words) => words.length > 0).map((words) => words.join(', '));
  return `Marks: ${parts.join('; ')}`;
}

function entries<K extends string>(record: Readonly<Record<K, string>>): readonly [K, string][] {
  return Object.entries(record) as [K, string][];
}
