import type { Outcome } from '../simulate/outcome.js';
import { isBeyondChance, type Tried } from '../simulate/what-if.js';
import { alignRows } from './columns.js';
import { percent, rate } from './simulate-words.js';
import type { Simulation, SimulationView } from './simulate.js';
import type { Style } from './style.js';
import { wrap } from './text.js';
import { count, foldNames, someOf } from './words.js';

const MOST_ROWS = 8;
const MOST_NAMES = 3;

/** What other limits would bring: a row for each that makes a difference, the best first; the others in a sentence. */
export function variationLines(
  { tried, untried, outcome }: Simulation,
  { style, width }: SimulationView,
): readonly string[] {
  if (tried === undefined) {
    return untried === 0
      ? []
      : wrap(`Not tried: other limits, in ${count(untried, 'more run')}; --what-if does it.`, width, '  ');
  }
  const [different, same] = partition(tried, (one) => isBeyondChance(one.sectorsPerDay, outcome));
  const best = different.toSorted((a, b) => b.sectorsPerDay - a.sectorsPerDay);
  const rows = best.slice(0, MOST_ROWS).map((one) => cellsOf(one, outcome, style));
  const more = best.length - rows.length;
  return [
    ...(tried.length === 0 ? [] : ['With one limit changed:']),
    ...alignRows(rows, width).flat(),
    ...(more === 0 ? [] : [style.dim(`  and ${count(more, 'more limit')}; --json has them all`)]),
    ...(same.length === 0 ? [] : wrap(sameWords(same), width, '    ')),
  ];
}

function cellsOf(
  { task, workers, from, to, sectorsPerDay }: Tried,
  { sectorsPerDay: base }: Outcome,
  { green, red }: Style,
): readonly string[] {
  const isMore = sectorsPerDay > base;
  const part =
    base === 0 ? 'instead of 0' : `${isMore ? '+' : '−'}${percent(Math.abs(sectorsPerDay / base - 1))}`;
  return [
    `  ${task} ${from} → ${to}`,
    `on ${namesOf(workers)}`,
    `${rate(sectorsPerDay)} sectors a day`,
    isMore ? green(part) : red(part),
  ];
}

/** `no difference beyond chance: PC1 3 or 5 instead of 4 on worker-1; C2 2 instead of 1 on c2-[1-3]` */
function sameWords(tried: readonly Tried[]): string {
  const limits = new Map<string, readonly [Tried, ...(readonly Tried[])]>();
  for (const one of tried) {
    const key = JSON.stringify([one.task, one.workers]);
    limits.set(key, [one, ...(limits.get(key) ?? [])]);
  }
  const texts = [...limits.values()].map((ones) => {
    const [{ task, from, workers }] = ones;
    const limit = ones.map(({ to }) => to).sort((a, b) => a - b);
    return `${task} ${limit.join(' or ')} instead of ${from} on ${namesOf(workers)}`;
  });
  const more = texts.length - MOST_ROWS;
  const rest = more > 0 ? `; and ${more} more` : '';
  return `  no difference beyond chance: ${texts.slice(0, MOST_ROWS).join('; ')}${rest}`;
}

function namesOf(workers: readonly string[]): string {
  return someOf(foldNames(workers), MOST_NAMES);
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}
