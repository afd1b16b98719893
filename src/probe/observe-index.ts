import { failure, success, type Result } from '../diagnostic/result.js';
import type { StorageId } from '../lotus/api.js';
import { settingsFrom, type SectorStoreSettings } from '../lotus/sectorstore.js';
import type { MinerApi } from '../rpc/miner-api.js';

/**
 * The settings of storage paths by which Lotus goes, without paths that it does not know. Fails with what kept the miner from
 * answering, where it tells of none.
 */
export async function observeIndex(
  miner: Pick<MinerApi, 'storageInfo'>,
  ids: readonly StorageId[],
): Promise<Result<ReadonlyMap<StorageId, SectorStoreSettings>>> {
  const answers = await Promise.all(ids.map(async (id) => [id, await miner.storageInfo(id)] as const));
  const known = answers.flatMap(([id, info]) => (info.ok ? [[id, settingsFrom(info.value)] as const] : []));
  const failed = answers.find(([, info]) => !info.ok)?.[1];
  if (known.length === 0 && failed?.ok === false) return failure(failed.diagnostic);
  return success(new Map(known));
}
