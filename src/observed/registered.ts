import type { StorageId, WorkerStats } from '../lotus/api.js';
import { parseSectorStore } from '../lotus/sectorstore.js';
import { attachedPath, liveOf } from './live.js';
import type { MinerObservation, ObservedWorker } from './observed.js';

/** A worker as the miner has it registered, by its Lotus name; one that answers before one that does not. */
export function registeredAs(miner: MinerObservation, name: string): WorkerStats | undefined {
  if (!miner.reached) return undefined;
  const sessions = [...miner.workers.values()].filter(({ Info }) => Info.Hostname === name);
  return sessions.find(({ Enabled }) => Enabled) ?? sessions[0];
}

/** The ID of a path: under which the running worker has it attached, or which its sectorstore.json says. */
export function storageIdOf(worker: ObservedWorker, path: string): StorageId | undefined {
  const attached = attachedPath(liveOf(worker.process), path);
  if (attached !== undefined) return attached.ID;
  const file = worker.storage.get(path)?.sectorStore;
  const store = file?.state === 'present' ? parseSectorStore(file.text.reveal()) : undefined;
  return store !== undefined && 'id' in store ? store.id : undefined;
}
