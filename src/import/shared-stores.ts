import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { AskedHost, ImportedHost } from './imported.js';
import { listed } from './report.js';
import { idIn } from './store-ids.js';

interface Attached {
  readonly host: string;
  readonly worker: string;
  readonly path: string;
}

/**
 * SF510: of each ID that paths of several workers have, those paths. Most often each worker has attached one shared file system,
 * which Lotus takes and no plan goes on with.
 */
export function sharedStores(
  readings: readonly { readonly asked: AskedHost; readonly host: ImportedHost }[],
): readonly Diagnostic[] {
  const byId = new Map<string, Attached[]>();
  for (const { asked, host } of readings) {
    for (const { name, written } of host.workers) {
      for (const { path } of written.storage ?? []) {
        const id = idAt(asked, path);
        if (id === undefined) continue;
        byId.set(id, [...(byId.get(id) ?? []), { host: host.name, worker: name, path }]);
      }
    }
  }
  return [...byId].flatMap(([id, all]) => {
    const [first] = all;
    return first === undefined || all.length < 2 ? [] : [shared(id, first, all)];
  });
}

function idAt({ found }: AskedHost, path: string): string | undefined {
  return idIn(found.places.get(path)?.sectorStore);
}

function shared(id: string, first: Attached, all: readonly Attached[]): Diagnostic {
  const { host, worker, path } = first;
  return {
    code: 'SF510',
    severity: 'warning',
    message: `one store has the ID ${id} on several workers: ${listed(all.map((one) => `${one.path} on ${one.host}`))}`,
    place: { kind: 'host', host, worker, path },
    help: 'A shared file system is for one worker: run `lotus-worker storage detach` for it on all others, and import again. No plan goes on with workers that share one. A sectorstore.json that was copied is to be removed from the path without sectors.',
  };
}
