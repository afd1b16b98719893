import { canonicalIp, isWildcard } from './address.js';
import type { Farm, SocketAddress } from './farm.js';
import { minerMultiaddr, parseMinerAddress, spoken } from './miner-address.js';

export type RoutableApi =
  | { readonly ok: true; readonly api: string; readonly address: SocketAddress }
  /** What is wrong, as the end of a sentence. */
  | { readonly ok: false; readonly problem: string };

/**
 * The address of the miner's API as the workers need it. A miner prints what it listens on, which need not be an address
 * that leads to it from elsewhere.
 * @param printed multiaddr; undefined where the miner does not run
 */
export function routableApi({ miner, hosts }: Farm, printed: string | undefined): RoutableApi {
  const { api, address, apiIsGuess, host } = miner;
  if (apiIsGuess !== true || printed === undefined) return { ok: true, api, address };
  const told = spoken(printed);
  const parsed = parseMinerAddress(told);
  if (!parsed.ok) return { ok: false, problem: `prints an address that ${parsed.problem}` };
  const listens = parsed.address;
  if (isWildcard(listens)) {
    const routable = { host: host?.address ?? address.host, port: listens.port };
    if (isOtherFamily(routable.host, listens.host))
      return {
        ok: false,
        problem: `listens on ${printed}, on ${familyOf(listens.host)} alone, and its machine is reached by ${routable.host}`,
      };
    return { ok: true, api: minerMultiaddr(routable), address: routable };
  }
  const elsewhere = hosts.some((one) => one.workers.length > 0 && one.name !== host?.name);
  if (isOwnMachine(listens) && elsewhere && !isOwnMachine({ host: host?.address ?? '' }))
    return {
      ok: false,
      problem: `listens on ${printed} alone, where workers on other machines find themselves`,
    };
  return { ok: true, api: told, address: listens };
}

/** Go listens on a socket of the one family, also for all addresses. A name may lead to either. Go: net, favoriteAddrFamily */
function isOtherFamily(host: string, wildcard: string): boolean {
  return canonicalIp(host) !== undefined && familyOf(host) !== familyOf(wildcard);
}

function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

function isOwnMachine({ host }: Pick<SocketAddress, 'host'>): boolean {
  return host === 'localhost' || host === '::1' || /^127\.(?:\d+\.){2}\d+$/.test(host);
}
