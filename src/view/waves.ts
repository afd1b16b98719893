import type { Loss, Turn, Wave } from '../plan/plan.js';
import type { PlanView } from './plan-block.js';
import type { ShownPlan } from './shown-plan.js';
import { oneLine, wrap } from './text.js';
import { foldNames } from './words.js';

/** As many waves as anybody reads one by one. */
const FEW = 6;

/** Who is restarted with whom: nothing for a single worker that others stand in for. */
export function waveLines({ waves }: Pick<ShownPlan, 'waves'>, view: PlanView): readonly string[] {
  const turns = waves.flatMap((wave) => wave.turns);
  const [only] = turns;
  if (only === undefined || (turns.length === 1 && only.alone.length === 0)) return [];
  const { style, width, verbose = false } = view;
  const listed = waves.length > 1 && turns.length > waves.length && (verbose || waves.length <= FEW);
  const alone = aloneWords(turns);
  if (turns.length === 1) return alone.flatMap((words) => wrap(words, width, '  '));
  const lines = [
    ...(listed ? waves.map((wave, index) => `  ${index + 1}  ${namesOf(wave.turns)}`) : []),
    ...alone.map((words) => `  ${words}`),
  ];
  return [
    ...wrap(style.bold(orderWords(waves)), width, '  '),
    ...lines.flatMap((line) => wrap(line, width, '     ')),
  ];
}

/** Whoever leaves is emptied or stopped, and not started again. */
function turnsWords(waves: readonly Wave[]): string {
  const kinds = new Set(waves.flatMap(({ turns }) => turns.map(({ leaves }) => leaves === true)));
  if (!kinds.has(true)) return 'Restarts';
  return kinds.has(false) ? 'Restarts and drains' : 'Drains';
}

/** `Restarts in 4 waves: canary pc1-01; then 3, 3, 2 at once.` */
function orderWords(waves: readonly Wave[]): string {
  const [first] = waves;
  const canary = first?.canary === true ? [`canary ${namesOf(first.turns)}`] : [];
  const others = waves.filter((wave) => !wave.canary).map(({ turns }) => turns.length);
  const then = others.every((size) => size === 1) ? 'one after the other' : `${sizes(others)} at once`;
  const only = waves.length === 1 ? '' : ` in ${waves.length} waves`;
  return `${turnsWords(waves)}${only}: ${[...canary, then].join('; then ')}.`;
}

/** `3, 3, 2`; for many waves `12 times 3, then 2`. */
function sizes(numbers: readonly number[]): string {
  if (numbers.length <= FEW) return numbers.join(', ');
  const runs: { size: number; times: number }[] = [];
  for (const size of numbers) {
    const last = runs.at(-1);
    if (last?.size === size) last.times += 1;
    else runs.push({ size, times: 1 });
  }
  const words = runs.map(({ size, times }) => (times === 1 ? String(size) : `${times} times ${size}`));
  if (words.length <= FEW) return words.join(', then ');
  return `up to ${Math.max(...numbers)}`;
}

/** One line for all workers of which the same is missed. */
function aloneWords(turns: readonly Turn[]): readonly string[] {
  const missed = new Map<string, string[]>();
  for (const { worker, alone, leaves } of turns) {
    if (alone.length === 0) continue;
    const what = `${lossWords(alone)} ${leaves === true ? 'from then on' : 'meanwhile'}`;
    missed.set(what, [...(missed.get(what) ?? []), worker]);
  }
  return [...missed].map(([what, workers]) =>
    oneLine(`${foldNames(workers).join(', ')} alone: nobody else does ${what}`),
  );
}

/** `PC1, PC2`, or `PC2 for group-1`, which goes without saying where nobody does PC2 at all. */
function lossWords(losses: readonly Loss[]): string {
  const of = (start: string): readonly string[] =>
    losses.filter((loss) => loss.startsWith(start)).map((loss) => loss.slice(start.length));
  const tasks = of('last-of-task ');
  const groups = tasks.includes('PC2') ? [] : of('only-pc2-of-group ');
  return [...tasks, ...(groups.length === 0 ? [] : [`PC2 for ${groups.join(', ')}`])].join(', ');
}

function namesOf(turns: readonly Turn[]): string {
  return foldNames(turns.map(({ worker }) => worker)).join(', ');
}
