import type { ForeignWorker } from '../plan/foreign-workers.js';
import type { PlanView } from './plan-block.js';
import type { ShownPlan } from './shown-plan.js';
import { oneLine, wrap } from './text.js';
import { shown, sinceWhen } from './words.js';

/** Workers that still run as somebody else started them, a line for each; below it what their next restart changes. */
export function foreignLines(
  { foreign = [] }: Pick<ShownPlan, 'foreign'>,
  view: Pick<PlanView, 'style' | 'width' | 'now'>,
): readonly string[] {
  return foreign.flatMap((worker) => [
    ...wrap(standingWords(worker, view), view.width, '  '),
    ...worker.pending.flatMap(({ field, before, after }) =>
      wrap(`  ${oneLine(field)}: ${shown(before)} → ${shown(after)}`, view.width, '     '),
    ),
  ]);
}

function standingWords(
  { host, worker, starter, since, pending }: ForeignWorker,
  { style, now }: Pick<PlanView, 'style' | 'now'>,
): string {
  const changes = pending.length === 0 ? '' : ', which also changes:';
  return `${style.bold(worker)} on ${host} still runs as it was started, by ${oneLine(starter)} ${sinceWhen(since, now)}; its next restart takes it over${changes}`;
}
