import { parseSectorName } from '../lotus/file-type.js';
import type { MinerApi } from './miner-api.js';
import { sectorState } from './sector-state.js';

/** Where sectors (`s-t01000-7`) are in the pipeline, of those of which the miner tells. */
export async function sectorStates(
  miner: Pick<MinerApi, 'sectorsStatus'>,
  sectors: readonly string[],
): Promise<ReadonlyMap<string, ReturnType<typeof sectorState>>> {
  const states = await Promise.all(
    sectors.map(async (name) => {
      const sector = parseSectorName(name);
      const status = sector === undefined ? undefined : await miner.sectorsStatus(sector.Number);
      return status?.ok === true ? [[name, sectorState(status.value)] as const] : [];
    }),
  );
  return new Map(states.flat());
}
