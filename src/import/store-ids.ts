import type { StorageId } from '../lotus/api.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import type { FoundHost } from '../observed/found.js';
import type { ObservedFile } from '../observed/observed.js';

/** Of all storage paths of these hosts, as their workers have opened them or their files say. */
export function storeIds(hosts: readonly FoundHost[]): readonly StorageId[] {
  const ids = hosts.flatMap(({ workers, places }) => [
    ...workers.flatMap(({ paths = [] }) => paths.map(({ ID }) => ID)),
    ...[...places.values()].flatMap(({ sectorStore }) => idIn(sectorStore) ?? []),
  ]);
  return [...new Set(ids)];
}

/** What a sectorstore.json has as its ID; undefined where it cannot be read. */
export function idIn(file: ObservedFile | undefined): StorageId | undefined {
  const store = file?.state === 'present' ? parseSectorStore(file.text.reveal()) : undefined;
  return store !== undefined && 'id' in store ? store.id : undefined;
}
