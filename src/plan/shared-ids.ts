import type { DesiredFarm } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import type { Observation, ObservedWorker } from '../observed/observed.js';
import { attachedPath, liveOf } from '../observed/live.js';

export interface IdClash {
  readonly worker: string;
  readonly diagnostic: Diagnostic;
}

interface IdentifiedPath {
  readonly host: string;
  readonly worker: string;
  readonly path: string;
  readonly id: string;
}

/** One ID in two places merges two stores in Lotus's index: sealed data has been deleted that way. */
export function sharedIds(desired: DesiredFarm, observation: Observation): readonly IdClash[] {
  const places = identifiedPaths(desired, observation);
  const byId = new Map<string, IdentifiedPath[]>();
  for (const place of places) byId.set(place.id, [...(byId.get(place.id) ?? []), place]);
  return places.flatMap((place) => {
    const other = byId.get(place.id)?.find((candidate) => candidate !== place);
    return other === undefined ? [] : [clash(place, other)];
  });
}

function clash(place: IdentifiedPath, other: IdentifiedPath): IdClash {
  return {
    worker: place.worker,
    diagnostic: {
      code: 'SF510',
      severity: 'error',
      message: `${place.path} on ${place.host} has the ID ${place.id}, as has ${other.path} on ${other.host}`,
      place: { kind: 'host', host: place.host, worker: place.worker, path: place.path },
      help: 'Take one of the two out: Lotus would treat both as one store. A sectorstore.json must never be copied.',
    },
  };
}

function identifiedPaths(desired: DesiredFarm, observation: Observation): readonly IdentifiedPath[] {
  return desired.hosts.flatMap((host) => {
    const observed = observation.hosts.get(host.name);
    if (observed?.reached !== true) return [];
    return host.workers.flatMap((worker) =>
      worker.storage.flatMap(({ path, id: declared }) => {
        // A path without a file is about to get the ID under which it is attached or declared.
        const id = knownId(observed.workers.get(worker.name), path) ?? declared;
        return id === undefined ? [] : [{ host: host.name, worker: worker.name, path, id }];
      }),
    );
  });
}

function knownId(worker: ObservedWorker | undefined, path: string): string | undefined {
  const file = worker?.storage.get(path)?.sectorStore;
  const store = file?.state === 'present' ? parseSectorStore(file.text.reveal()) : undefined;
  if (store !== undefined && 'id' in store) return store.id;
  return attachedPath(liveOf(worker?.process), path)?.ID;
}
