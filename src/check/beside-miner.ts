import type { Farm, Host } from '../farm/farm.js';

/** Whether the miner is on this machine: as the file says, or by the address of its API. */
export function isBesideMiner({ miner }: Farm, { name, address, workers }: Host): boolean {
  const api = miner.address.host;
  return name === miner.host?.name || address === api || workers.some(({ listen }) => listen.host === api);
}
