import type { Finding } from '../../config/finding.js';
import type { Farm, Host, StorageDeclaration, Worker } from '../farm.js';

/** One thing that can be wrong with a farm as a whole. */
export type Rule = (farm: Farm) => Iterable<Finding>;

export interface PlacedWorker {
  readonly host: Host;
  readonly worker: Worker;
}

export interface PlacedStorage extends PlacedWorker {
  readonly storage: StorageDeclaration;
}

export function workersOf(hosts: readonly Host[]): readonly PlacedWorker[] {
  return hosts.flatMap((host) => host.workers.map((worker) => ({ host, worker })));
}

export function storageOf(hosts: readonly Host[]): readonly PlacedStorage[] {
  return workersOf(hosts).flatMap((at) => at.worker.storage.map((storage) => ({ ...at, storage })));
}

/** Pairs of an item and an earlier one with the same key; items without a key are let be. */
export function* repeated<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): Generator<{ readonly again: T; readonly first: T }> {
  const seen = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, item);
    else yield { again: item, first };
  }
}
