import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { StorageId } from '../lotus/api.js';
import { settingsFrom, type SectorStoreSettings } from '../lotus/sectorstore.js';
import type { MinerApi } from '../rpc/miner-api.js';

export interface ObservedIndex {
  /** The settings by which Lotus goes. */
  readonly known: ReadonlyMap<StorageId, SectorStoreSettings>;
  /** Of which it did not tell, and why; those that it does not know are in neither. */
  readonly untold: ReadonlyMap<StorageId, Diagnostic>;
}

/** Asks the miner for the settings of these storage paths. */
export async function observeIndex(
  miner: Pick<MinerApi, 'storageInfo'>,
  ids: readonly StorageId[],
): Promise<ObservedIndex> {
  const known = new Map<StorageId, SectorStoreSettings>();
  const untold = new Map<StorageId, Diagnostic>();
  const answers = await Promise.all(ids.map(async (id) => [id, await miner.storageInfo(id)] as const));
  for (const [id, info] of answers) {
    if (info.ok) known.set(id, settingsFrom(info.value));
    else if (!isNotFound(info.diagnostic)) untold.set(id, info.diagnostic);
  }
  return { known, untold };
}

/** Lotus: storage/paths/index.go StorageInfo */
function isNotFound({ code, message }: Diagnostic): boolean {
  return code === 'SF410' && message.includes('sector store not found');
}
