import type { StorageId } from '../lotus/api.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import type { ObservedFile } from '../observed/observed.js';
import { wayTo, type AskedHost } from './imported.js';

/** All storage paths of these hosts, as `/mnt/a on seal-01`, by the ID under which their workers have opened them or their files say. */
export function storesById(hosts: readonly AskedHost[]): ReadonlyMap<StorageId, string> {
  return new Map(
    hosts.flatMap((host) => {
      const { workers, places } = host.found;
      const open = workers.flatMap(({ paths = [] }) =>
        paths.map(({ ID, LocalPath }) => [ID, withoutTrailingSlash(LocalPath)] as const),
      );
      const inFiles = [...places].map(([path, { sectorStore }]) => [idIn(sectorStore), path] as const);
      return [...open, ...inFiles].flatMap(([id, path]) =>
        id === undefined ? [] : [[id, `${path} on ${wayTo(host)}`] as const],
      );
    }),
  );
}

/** What a sectorstore.json has as its ID; undefined where it cannot be read. */
export function idIn(file: ObservedFile | undefined): StorageId | undefined {
  const store = file?.state === 'present' ? parseSectorStore(file.text.reveal()) : undefined;
  return store !== undefined && 'id' in store ? store.id : undefined;
}
