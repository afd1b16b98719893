import { newestStored, tookBefore, type Took } from '../drain/past.js';
import type { ObservedMiner } from '../observed/observed.js';
import type { MinerApi } from '../rpc/miner-api.js';
import { sectorLogs } from '../rpc/sector-logs.js';

/** What works took before on this farm. A run asks until the miner has told of some sector: it may be busy, or have none yet. */
export function pastDurations(
  miner: Pick<MinerApi, 'sectorsStatus'>,
): (seen: ObservedMiner) => Promise<Took> {
  let asked: Promise<Took> | undefined;
  const ask = async (seen: ObservedMiner): Promise<Took> => {
    const logs = await sectorLogs(miner, newestStored(seen));
    if (logs.length === 0) asked = undefined;
    return tookBefore(logs);
  };
  return (seen) => (asked ??= ask(seen));
}
