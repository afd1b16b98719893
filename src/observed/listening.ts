import { isWildcard, parseSocketAddress } from '../farm/address.js';
import type { SocketAddress } from '../farm/farm.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import type { FoundRepo } from './found.js';
import type { ObservedWorker } from './observed.js';
import type { Told } from './unmanaged.js';

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

/** What the file `api` of a worker's repo says; undefined where a worker before it has written that. */
export function writtenAddress(repo: FoundRepo | undefined, { since }: Told): SocketAddress | undefined {
  const { api, apiSince = Infinity } = repo ?? {};
  // The kernel counts from a start of its own, to the second.
  if (api?.state !== 'present' || apiSince < since - 1) return undefined;
  const parsed = parseMinerAddress(api.text.reveal().trim());
  return parsed.ok ? parsed.address : undefined;
}
