import type { ApplyContext, Run } from './context.js';

const queues = new WeakMap<Run, Map<string, Promise<unknown>>>();

/** What turns of one wave write into a host's own files, one after the other: each reads before it writes. */
export function oneAtATime<T>({ run }: ApplyContext, host: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(run) ?? new Map<string, Promise<unknown>>();
  queues.set(run, queue);
  const next = (queue.get(host) ?? Promise.resolve()).then(work, work);
  queue.set(host, next);
  return next;
}
