import { newestStored, tookBefore, type Took } from '../drain/past.js';
import type { ObservedMiner } from '../observed/observed.js';
import type { MinerApi } from '../rpc/miner-api.js';
import { sectorLogs } from '../rpc/sector-logs.js';

/**
 * What works took before on this farm. A run asks for it once; a miner that told nothing, as it was busy or had no sectors yet, is
 * asked again.
 */
export function pastDurations(
  miner: Pick<MinerApi, 'sectorsStatus'>,
): (seen: ObservedMiner) => Promise<Took> {
  let asked: Promise<Took> | undefined;
  const ask = async (seen: ObservedMiner): Promise<Took> => {
    const took = tookBefore(await sectorLogs(miner, newestStored(seen)));
    if (took.size === 0) asked = undefined;
    return took;
  };
  return (seen) => (asked ??= ask(seen));
}
