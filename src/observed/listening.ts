import { isWildcard, parseSocketAddress } from '../farm/address.js';
import type { ObservedWorker } from './observed.js';

/** Where a worker listens that runs, `IP:PORT`: as it was told at its start. */
export function listensOn({ process }: ObservedWorker): string | undefined {
  const { told, environ } = process ?? {};
  return told === undefined
    ? environ?.get('LOTUS_WORKER_LISTEN')?.reveal()
    : (told.listens ?? told.run.listen);
}

/** Whether only one can listen of two addresses, `IP:PORT`, on one machine. */
export function areOnePort(a: string, b: string): boolean {
  const [one, other] = [parseSocketAddress(a), parseSocketAddress(b)];
  if (one === undefined || other === undefined || one.port !== other.port) return a === b;
  return one.host === other.host || isWildcard(one) || isWildcard(other);
}
