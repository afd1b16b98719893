import type { ActiveTask } from '../lotus/admission.js';
import type { TaskCode } from '../lotus/task.js';
import { counted, MOST, type Count } from './capacity.js';
import { loadWith, refusal, type Load } from './load.js';

/** They make sectors for PC1 and are done long before it: more of them than it takes is no use. */
const FEED_PC1: readonly TaskCode[] = ['AP', 'DC'];

/**
 * What a worker does when each of these tasks has work waiting: it takes one of each in turn, in the order given,
 * again and again, until nothing more is admitted. A task that is refused is out: nothing is given back.
 * AP and DC are out as soon as PC1 is, so they come to one more than PC1 at most: the sector that is next.
 */
export function takeInTurn(
  tasks: readonly ActiveTask[],
  idle: Load,
): { readonly counts: ReadonlyMap<TaskCode, Count>; readonly load: Load } {
  const counts = new Map<TaskCode, Count>();
  let load = idle;
  while (counts.size < tasks.length) {
    for (const task of tasks.filter(({ code }) => !counts.has(code))) {
      const count = finalCount(task, load, counts.has('PC1'));
      if (count === undefined) load = loadWith(task, load);
      else counts.set(task.code, count);
    }
  }
  return { counts, load };
}

/** Undefined while one more is taken. */
function finalCount(task: ActiveTask, load: Load, pc1Full: boolean): Count | undefined {
  const count = load.active.counts.get(task.code) ?? 0;
  if (count === MOST) return { count: 'unlimited' };
  const refused = refusal(task, load);
  if (refused !== undefined) return counted(count, refused);
  return pc1Full && FEED_PC1.includes(task.code) ? { count, binds: 'precommit1' } : undefined;
}
