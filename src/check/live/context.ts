import type { Diagnostic, Place } from '../../diagnostic/diagnostic.js';
import type { Farm, Host, Worker } from '../../farm/farm.js';
import type { StorageId, WorkerStats } from '../../lotus/api.js';
import type { HostFacts, LotusVersions, WorkerFacts } from '../../observed/facts.js';
import type { Observation, ObservedWorker } from '../../observed/observed.js';
import { registeredAs, storageIdOf } from '../../observed/registered.js';

/** All that is known of a running farm. */
export interface LiveContext {
  /** The whole farm, also where only some hosts were looked at. */
  readonly farm: Farm;
  readonly observation: Observation;
  /** By host; hosts that did not answer are not in it. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly versions: LotusVersions;
  readonly now: Date;
}

/** One thing that a look at a running farm can show. */
export type LiveCheck = (context: LiveContext) => Iterable<Diagnostic>;

/** A declared worker on a host that was reached. */
export interface SeenWorker {
  readonly host: Host;
  readonly worker: Worker;
  readonly observed: ObservedWorker;
  readonly machine: HostFacts | undefined;
  readonly facts: WorkerFacts | undefined;
  /** As the miner knows it; undefined while it is not registered. */
  readonly registered: WorkerStats | undefined;
}

/** The declared workers that were looked at, in the order of the file. */
export function seenWorkers({ farm, observation, facts }: LiveContext): readonly SeenWorker[] {
  return farm.hosts.flatMap((host) => {
    const seen = observation.hosts.get(host.name);
    const machine = facts.get(host.name);
    if (seen?.reached !== true) return [];
    return host.workers.flatMap((worker) => {
      const observed = seen.workers.get(worker.name);
      if (observed === undefined) return [];
      const registered = registeredAs(observation.miner, worker.name);
      return [{ host, worker, observed, machine, facts: machine?.workers.get(worker.name), registered }];
    });
  });
}

export function placeOf({ host, worker }: Pick<SeenWorker, 'host' | 'worker'>, path?: string): Place {
  return { kind: 'host', host: host.name, worker: worker.name, ...(path === undefined ? {} : { path }) };
}

/** A declared path whose ID is known. */
export interface OwnedPath {
  readonly seen: SeenWorker;
  readonly path: string;
}

/** The declared paths that were seen, by ID; of several with one ID the first. */
export function ownedPaths(context: LiveContext): ReadonlyMap<StorageId, OwnedPath> {
  const owned = new Map<StorageId, OwnedPath>();
  for (const seen of seenWorkers(context)) {
    for (const { path } of seen.worker.storage) {
      const id = storageIdOf(seen.observed, path);
      if (id !== undefined && !owned.has(id)) owned.set(id, { seen, path });
    }
  }
  return owned;
}

/** The first three of a list, and how many there are when there are more. */
export function someOf(items: readonly string[]): string {
  if (items.length <= 3) return items.join(', ');
  return `${items.slice(0, 3).join(', ')} and ${items.length - 3} more`;
}
