import { isPublicIp, isWildcard, parseEndpoint } from '../farm/address.js';
import { parseMinerAddress, spoken } from '../farm/miner-address.js';
import type { MinerMachine } from './observed.js';

/**
 * Addresses by which the internet may come to the API of lotus-miner: those it listens on, and the one it sends others to.
 * @param listen `[API] ListenAddress`, a multiaddr
 * @param remoteListen `[API] RemoteListenAddress`
 */
export function openAddresses(
  { publicAddresses = [] }: Pick<MinerMachine, 'publicAddresses'>,
  listen: string,
  remoteListen: string,
): readonly string[] {
  const parsed = parseMinerAddress(spoken(listen));
  // Go listens on a socket of that family alone.
  const sameFamily = (address: string): boolean => address.includes(':') === listen.startsWith('/ip6/');
  const heard = !parsed.ok
    ? []
    : isWildcard(parsed.address)
      ? publicAddresses.filter(sameFamily)
      : [parsed.address.host];
  const told = parseEndpoint(remoteListen);
  const all = [...heard, ...(told === undefined ? [] : [told.host])];
  return [...new Set(all.filter(isPublicIp))];
}
