import type { SectorStatus } from './miner-api.js';

/** Where a sector is, and since when: the last that happened to it brought it there. Lotus does not log its own restarts. */
export function sectorState({ State, Log, Pieces }: SectorStatus): {
  readonly state: string;
  /** ISO 8601 */
  readonly since?: string;
  /** No piece asks for an unsealed copy. */
  readonly unsealedIsLeftOver?: true;
} {
  const last = Log?.findLast(({ Kind, Timestamp }) => Kind.startsWith('event;') && Timestamp > 0);
  const isLeftOver =
    Pieces?.length !== 0 &&
    Pieces?.every(({ DealInfo }) => DealInfo === null || DealInfo.KeepUnsealed === false) === true;
  return {
    state: State,
    ...(last === undefined ? {} : { since: new Date(last.Timestamp * 1000).toISOString() }),
    ...(isLeftOver ? { unsealedIsLeftOver: true } : {}),
  };
}
