import type { IndexedStorage, Observation } from '../observed/observed.js';
import { storageIds } from './holders.js';
import { observedWorkers } from './snapshot.js';

/** The miner's index as `--resolve` would make it: these groups too may take sectors from the workers' sealing paths. */
export function asResolved(
  observation: Observation,
  workers: ReadonlySet<string>,
  groups: readonly string[],
): Observation {
  const { miner } = observation;
  if (!miner.reached || groups.length === 0) return observation;
  const own = [...observedWorkers(observation)].filter(([name]) => workers.has(name));
  const ids = new Set(own.flatMap(([, worker]) => storageIds(worker)));
  const storage = [...miner.storage].map(
    ([id, indexed]) => [id, ids.has(id) ? withGroups(indexed, groups) : indexed] as const,
  );
  return { ...observation, miner: { ...miner, storage: new Map(storage) } };
}

/** Without a list all may take them already. */
function withGroups(indexed: IndexedStorage, groups: readonly string[]): IndexedStorage {
  const allowTo = indexed.info.AllowTo ?? [];
  if (allowTo.length === 0 || !indexed.info.CanSeal) return indexed;
  return { ...indexed, info: { ...indexed.info, AllowTo: [...new Set([...allowTo, ...groups])] } };
}
