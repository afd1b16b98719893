import { success, type Result } from '../diagnostic/result.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { StorageId } from '../lotus/api.js';
import type { IndexedStorage, MinerObservation } from '../observed/observed.js';
import type { MinerApi } from '../rpc/miner-api.js';

/** Asks the miner for its workers, their jobs and its index of storage paths. */
export async function observeMiner(miner: MinerApi): Promise<MinerObservation> {
  const [workers, jobs, sectors, locks, size] = await Promise.all([
    miner.workerStats(),
    miner.workerJobs(),
    miner.storageList(),
    miner.storageGetLocks(),
    sectorSizeOf(miner),
  ]);
  const failed = [workers, jobs, sectors, locks].find((answer) => !answer.ok);
  if (!workers.ok || !jobs.ok || !sectors.ok || !locks.ok) {
    return { reached: false, diagnostic: notReached(failed?.ok === false ? failed.diagnostic : undefined) };
  }
  const indexed = await Promise.all(Object.keys(sectors.value).map((id) => observeStorage(miner, id)));
  return {
    reached: true,
    workers: new Map(Object.entries(workers.value)),
    jobs: new Map(Object.entries(jobs.value)),
    sectors: new Map(Object.entries(sectors.value)),
    storage: new Map(indexed.flatMap((answer) => (answer.ok ? [answer.value] : []))),
    locks: locks.value,
    ...(size.ok ? { sectorSize: size.value } : {}),
  };
}

async function sectorSizeOf(miner: MinerApi): Promise<Result<number>> {
  const address = await miner.actorAddress();
  return address.ok ? miner.actorSectorSize(address.value) : address;
}

/** A path that vanished since the list was made is left out. */
async function observeStorage(miner: MinerApi, id: StorageId): Promise<Result<[StorageId, IndexedStorage]>> {
  const [info, stat] = await Promise.all([miner.storageInfo(id), miner.storageStat(id)]);
  if (!info.ok) return info;
  return success([id, stat.ok ? { info: info.value, stat: stat.value } : { info: info.value }]);
}

function notReached(cause: Diagnostic | undefined): Diagnostic {
  return {
    code: 'SF511',
    severity: 'error',
    message: `the miner did not answer: ${cause?.message ?? ''}`,
    help: cause?.help ?? 'Look whether lotus-miner runs and the hosts can reach `miner.api`.',
  };
}
