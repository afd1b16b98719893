import type { RunningJob } from './plan.js';

interface Named {
  readonly worker: string;
}

interface Busy extends Named {
  readonly jobs: readonly RunningJob[];
}

const NUMBERED = new Intl.Collator('en', { numeric: true });

/** What an earlier run has begun comes before all others, whatever their order. */
export function begunFirst<M extends Named & { readonly begun?: true }>(order: (a: M, b: M) => number) {
  return (a: M, b: M): number => Number(b.begun ?? false) - Number(a.begun ?? false) || order(a, b);
}

/** `pc1-2` before `pc1-10`. Names that only differ in zeros in front have an order all the same. */
function byName({ worker: a }: Named, { worker: b }: Named): number {
  return NUMBERED.compare(a, b) || smallerFirst(a, b);
}

/**
 * First who has no job, then whose PC1 have least work behind them, all together. A restart waits for both, and the next wave
 * for it: what can be done at once is done first.
 * @param now of the look at the farm; milliseconds since 1970
 */
export function byQuiet(now: number) {
  return (a: Busy, b: Busy): number =>
    smallerFirst(Number(a.jobs.length > 0), Number(b.jobs.length > 0)) ||
    smallerFirst(pc1Work(a, now), pc1Work(b, now)) ||
    byName(a, b);
}

/** Milliseconds; a time that cannot be read counts as the most work, and a clock that is ahead as none. */
function pc1Work({ jobs }: Busy, now: number): number {
  return jobs
    .filter(({ task }) => task === 'PC1')
    .map(({ since }) => now - Date.parse(since))
    .reduce((sum, work) => sum + (Number.isNaN(work) ? Infinity : Math.max(0, work)), 0);
}

/** First whom others stand in for (`irreplaceable` is 0), then fewest jobs, then who has worked least on its PC1. */
export function byLeastToLose<M extends Busy>(irreplaceable: (member: M) => number) {
  return (a: M, b: M): number =>
    smallerFirst(irreplaceable(a), irreplaceable(b)) ||
    smallerFirst(a.jobs.length, b.jobs.length) ||
    smallerFirst(oldestPc1(b), oldestPc1(a)) ||
    byName(a, b);
}

/** When the longest-running PC1 began, in milliseconds; a time that cannot be read counts as the most work. */
function oldestPc1({ jobs }: Busy): number {
  const starts = jobs.filter(({ task }) => task === 'PC1').map(({ since }) => Date.parse(since));
  return Math.min(...starts.map((start) => (Number.isNaN(start) ? -Infinity : start)));
}

function smallerFirst<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
