import type { SectorStatus } from './miner-api.js';

/** Where a sector is, and since when: the last that happened to it brought it there. Lotus does not log its own restarts. */
export function sectorState({ State, Log }: SectorStatus): {
  readonly state: string;
  /** ISO 8601 */
  readonly since?: string;
} {
  const last = Log?.findLast(({ Kind, Timestamp }) => Kind.startsWith('event;') && Timestamp > 0);
  return last === undefined
    ? { state: State }
    : { state: State, since: new Date(last.Timestamp * 1000).toISOString() };
}
