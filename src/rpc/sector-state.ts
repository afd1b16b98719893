import type { SectorStatus } from './miner-api.js';

/** Where a sector is, and since when: the last that happened to it brought it there. Lotus does not log its own restarts. */
export function sectorState({ State, Log, Pieces }: SectorStatus): {
  readonly state: string;
  /** ISO 8601 */
  readonly since?: string;
  /** It has no deals, so that no unsealed copy is kept of it. */
  readonly unsealedIsLeftOver?: true;
} {
  const last = Log?.findLast(({ Kind, Timestamp }) => Kind.startsWith('event;') && Timestamp > 0);
  // Of deals Lotus keeps one by `[Sealing] AlwaysKeepUnsealedCopy`, too, whatever they ask for.
  const isLeftOver = Pieces?.length !== 0 && Pieces?.every(({ DealInfo }) => DealInfo === null) === true;
  return {
    state: State,
    ...(last === undefined ? {} : { since: new Date(last.Timestamp * 1000).toISOString() }),
    ...(isLeftOver ? { unsealedIsLeftOver: true } : {}),
  };
}
