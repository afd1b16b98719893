import type { SectorLogEntry } from '../lotus/api.js';
import type { MinerApi } from './miner-api.js';

/** What happened to these sectors, oldest first each, of those of which the miner tells. */
export async function sectorLogs(
  miner: Pick<MinerApi, 'sectorsStatus'>,
  sectors: readonly number[],
): Promise<readonly (readonly SectorLogEntry[])[]> {
  const known = await Promise.all(sectors.map((sector) => miner.sectorsStatus(sector)));
  return known.flatMap((status) => (status.ok ? [status.value.Log ?? []] : []));
}
