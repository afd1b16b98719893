import type { TaskCode } from '../lotus/task.js';
import type { HeldSector } from './snapshot.js';
import type { OtherWorker } from './takers.js';

/** A sector whose next task nobody may do for it: it waits for nothing that comes by itself. */
export interface Deadlock {
  readonly kind: 'stranded';
  readonly sector: HeldSector;
  readonly task: TaskCode;
  /** Groups that may take it for PC2; empty where that does not decide. */
  readonly allowTo: readonly string[];
  /** Who does the task otherwise, and stays; sectors come to the groups of their sealing paths. */
  readonly able: readonly Able[];
}

export interface Able {
  readonly worker: string;
  readonly groups: readonly string[];
}

/** The smallest change that lets stranded sectors go on. */
export interface Proposal {
  /** Groups to add to the AllowTo of the worker's sealing paths. */
  readonly allowTo: readonly string[];
  /** `s-t01000-7` */
  readonly frees: readonly string[];
}

export function deadlock(sector: HeldSector, task: TaskCode, others: readonly OtherWorker[]): Deadlock {
  const able = others
    .filter(({ tasks }) => tasks.has(task))
    .map(({ worker, groups }) => ({ worker, groups }))
    .toSorted((a, b) => (a.worker < b.worker ? -1 : 1));
  return { kind: 'stranded', sector, task, allowTo: task === 'PC2' ? sector.allowTo : [], able };
}

/** Why nobody goes on with it; with the groups where they are the reason, so that a person sees which one is missing. */
export function deadlockWords({ task, allowTo, able }: Deadlock): string {
  const needs = `needs ${task}`;
  if (task === 'AP') return `${needs}, which nobody but this worker could do`;
  if (task === 'GET') return `${needs}, and no other worker has a path for long-term storage`;
  if (able.length === 0) return `${needs}, which no other worker takes`;
  const others = able
    .slice(0, MOST)
    .map(({ worker, groups }) => `${worker} (${groups.join(', ') || 'no group'})`);
  const more = able.length > MOST ? ` and ${able.length - MOST} more` : '';
  const allowed = allowTo.length === 0 ? '' : `: its path allows ${allowTo.join(', ')}`;
  return `${needs}, which no worker may take${allowed}; it is a task of ${others.join(', ')}${more}`;
}

/** So many workers are named. */
const MOST = 5;

/**
 * The smallest change is one more group for all sectors that groups hold back: the one that most workers with the task
 * have, the first by name of several. Undefined where no worker has both the task and a group: no list helps then.
 */
export function smallestChange(stranded: readonly Deadlock[]): Proposal | undefined {
  const held = stranded.filter(({ task }) => task === 'PC2');
  const counts = new Map<string, number>();
  for (const group of held[0]?.able.flatMap(({ groups }) => groups) ?? [])
    counts.set(group, (counts.get(group) ?? 0) + 1);
  const [best] = [...counts].toSorted(([a, most], [b, more]) => more - most || (a < b ? -1 : 1));
  return best === undefined
    ? undefined
    : { allowTo: [best[0]], frees: held.map(({ sector }) => sector.sector) };
}
