import { canonicalIp, isLoopback } from '../farm/address.js';
import type { Farm, Host } from '../farm/farm.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import type { AskedHost, ImportOf, Into } from './imported.js';

/** Names that a farm has given away, and its hosts by all that tells them. */
export function intoFarm({ hosts }: Farm): Into {
  return {
    hosts: new Set(hosts.map(({ name }) => name)),
    workers: new Set(hosts.flatMap(({ workers }) => workers.map(({ name }) => name))),
    known: (asked) => {
      const host = knownHost(asked, hosts);
      return host === undefined ? undefined : importOf(host);
    },
  };
}

function importOf({ name, workers, paths }: Host): ImportOf {
  return { name, paths, workers: new Map(workers.map((worker) => [worker.repo, worker.name])) };
}

/**
 * By the way it is reached, by the name that a person or ssh_config has for it, or by a worker that listens where the farm has
 * it. Behind one address may be more than one machine, by port: a name that is the address of a host says no more than that.
 */
function knownHost(asked: AskedHost, hosts: readonly Host[]): Host | undefined {
  const port = asked.ssh.port ?? DEFAULT_PORT;
  const there = hosts.filter(({ address }) => address === asked.address);
  const named =
    there.length === 0 && canonicalIp(asked.address) === undefined
      ? hosts.find(({ name }) => name === asked.address)
      : undefined;
  return (
    there.find(({ ssh }) => (ssh.port ?? DEFAULT_PORT) === port) ??
    named ??
    hosts.find((host) => listensAs(asked, host))
  );
}

const DEFAULT_PORT = 22;

/** Any of its workers by address, port and repo; on loopback each machine may have the same. */
function listensAs({ found }: AskedHost, { workers }: Host): boolean {
  return found.workers.some(({ repo = '' }) => {
    const api = found.repos.get(repo)?.api;
    const at = api?.state === 'present' ? parseMinerAddress(api.text.reveal().trim()) : undefined;
    if (at?.ok !== true) return false;
    const { host, port } = at.address;
    if (isLoopback(host)) return false;
    return workers.some(
      ({ listen, repo: declared }) => declared === repo && listen.host === host && listen.port === port,
    );
  });
}
