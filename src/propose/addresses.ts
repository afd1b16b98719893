import type { WrittenSsh } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { canonicalIp, formatSocketAddress, isPublicIp } from '../farm/address.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { DEFAULT_PORT } from '../farm/worker.js';
import type { Machine } from './machine.js';
import type { MinerAnswer, SeenHost } from './proposal.js';
import type { Givers } from './workers.js';

const LOOPBACK = /^127\.|^::1$/;

/** As a farm for trying out, in which loopback is reached by all. */
export function isOneMachine(hosts: readonly { readonly address: string }[], miner: MinerAnswer): boolean {
  const parsed = miner.kind === 'api' ? parseMinerAddress(miner.api) : undefined;
  const of = miner.kind === 'host' ? miner.host : parsed?.ok === true ? parsed.address.host : undefined;
  const addresses = [...hosts.map(({ address }) => address), ...(of === undefined ? [] : [of])];
  return addresses.every(
    (address) => LOOPBACK.test(canonicalIp(address) ?? address) || address === 'localhost',
  );
}

/**
 * Under which the other machines reach a worker there: what a person named, where that is an IP address of the machine, else the
 * one by which SSH came in, one of a private network first. An address that only a router in front of it has is none that a
 * worker could listen on. Undefined where nobody knows.
 * @param loopback whether all of the farm is on loopback
 */
export function workerAddress({ address, found }: SeenHost, loopback: boolean): string | undefined {
  const named = canonicalIp(address) ?? (loopback && address === 'localhost' ? '127.0.0.1' : undefined);
  if (loopback && named !== undefined) return named;
  const own = found.machine.addresses ?? [];
  const isOwn = named !== undefined && (own.length === 0 || own.includes(named));
  if (isOwn && !LOOPBACK.test(named)) return named;
  return own.find((ip) => !isPublicIp(ip)) ?? own[0];
}

/** Each name once in the farm, and each address with its port: behind one address there may be several machines. */
export function giversFor(loopback: boolean): (machine: Machine) => Givers {
  const names = new Set<string>();
  const listening = new Set<string>();
  return ({ seen }) => ({
    name: (wish) => {
      let name = wish;
      for (let number = 2; names.has(name); number++) name = `${wish.slice(0, 58)}-${number}`;
      names.add(name);
      return name;
    },
    listen: () => {
      const host = workerAddress(seen, loopback) ?? '';
      let port = DEFAULT_PORT;
      while (listening.has(formatSocketAddress({ host, port }))) port += 1;
      const listen = formatSocketAddress({ host, port });
      listening.add(listen);
      return port === DEFAULT_PORT && host === canonicalIp(seen.address) ? undefined : listen;
    },
  });
}

interface Reached {
  readonly address: string;
  readonly ssh: WrittenSsh;
}

/** Each address with its port once: as two hosts the file would not be valid. */
export function oncePerAddress<S extends Reached, U extends Reached>(
  seen: readonly S[],
  unseen: readonly U[],
): {
  readonly seen: readonly S[];
  readonly unseen: readonly U[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const taken = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const isNew = ({ address, ssh }: Reached): boolean => {
    const key = `${(canonicalIp(address) ?? address).toLowerCase()} ${ssh.port ?? 22}`;
    if (!taken.has(key)) return taken.add(key).has(key);
    diagnostics.push({
      code: 'SF666',
      severity: 'warning',
      message: `one of the hosts left out: another has the address ${address}, too`,
      place: { kind: 'host', host: address },
      help: 'Name each machine once.',
    });
    return false;
  };
  return { seen: seen.filter(isNew), unseen: unseen.filter(isNew), diagnostics };
}
