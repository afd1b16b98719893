import type { ApplyContext, Run } from './context.js';

type Queues = WeakMap<Run, Map<string, Promise<unknown>>>;

const writes: Queues = new WeakMap();
const locks: Queues = new WeakMap();

/** What turns of one wave write into a host's own files, one after the other: each reads before it writes. */
export function oneAtATime<T>({ run }: ApplyContext, host: string, work: () => Promise<T>): Promise<T> {
  return inTurn(writes, run, host, work);
}

/** What one run does under the lock of a host that it takes for this alone; it may write in there. */
export function oneLockAtATime<T>({ run }: ApplyContext, host: string, work: () => Promise<T>): Promise<T> {
  return inTurn(locks, run, host, work);
}

function inTurn<T>(queues: Queues, run: Run, host: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(run) ?? new Map<string, Promise<unknown>>();
  queues.set(run, queue);
  const next = (queue.get(host) ?? Promise.resolve()).then(work, work);
  queue.set(host, next);
  return next;
}
