import { success, type Result } from '../diagnostic/result.js';
import type { StorageId } from '../lotus/api.js';
import { minerTrouble } from '../observed/miner-trouble.js';
import type { IndexedStorage, MinerObservation, ObservedMiner } from '../observed/observed.js';
import type { MinerApi } from '../rpc/miner-api.js';

/**
 * Asks the miner for its workers, their jobs and its index of storage paths.
 * @param now milliseconds of a clock that only goes forward
 */
export async function observeMiner(
  miner: MinerApi,
  now = (): number => performance.now(),
): Promise<MinerObservation> {
  const [workers, jobs, sectors, locks, address] = await Promise.all([
    miner.workerStats(),
    miner.workerJobs(),
    miner.storageList(),
    miner.storageGetLocks(),
    miner.actorAddress(),
  ]);
  const failed = [workers, jobs, sectors, locks].find((answer) => !answer.ok);
  if (failed?.ok === false) return minerTrouble(failed.diagnostic, address.ok);
  if (!workers.ok || !jobs.ok || !sectors.ok || !locks.ok) throw new Error('a failed answer went unnoticed');
  const [version, size, ...indexed] = await Promise.all([
    versionOf(miner, now),
    address.ok ? miner.actorSectorSize(address.value) : address,
    ...Object.keys(sectors.value).map((id) => observeStorage(miner, id)),
  ]);
  return {
    reached: true,
    workers: new Map(Object.entries(workers.value)),
    jobs: new Map(Object.entries(jobs.value)),
    sectors: new Map(Object.entries(sectors.value)),
    storage: new Map(indexed.flatMap((answer) => (answer.ok ? [answer.value] : []))),
    locks: locks.value,
    ...(size.ok ? { sectorSize: size.value } : {}),
    ...version,
  };
}

/** Nothing is easier to answer, and by now it is known through which host the miner is reached: what takes long is the miner. */
async function versionOf(
  miner: MinerApi,
  now: () => number,
): Promise<Pick<ObservedMiner, 'version' | 'answeredMs'>> {
  const began = now();
  const version = await miner.version();
  const answeredMs = now() - began;
  return version.ok ? { version: version.value.Version, answeredMs } : { answeredMs };
}

/** A path that vanished since the list was made is left out. */
async function observeStorage(miner: MinerApi, id: StorageId): Promise<Result<[StorageId, IndexedStorage]>> {
  const [info, stat] = await Promise.all([miner.storageInfo(id), miner.storageStat(id)]);
  if (!info.ok) return info;
  return success([id, stat.ok ? { info: info.value, stat: stat.value } : { info: info.value }]);
}
