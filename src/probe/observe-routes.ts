import type { HostObservation, ObservedHost } from '../observed/observed.js';
import type { Connections } from './connections.js';
import type { FarmProbe } from './observe-farm.js';

/**
 * The same look, with whether each host gets a connection to the miner, which its workers cannot do without. Nobody is
 * asked where the miner is out of everybody's reach.
 */
export async function withRoutes(probe: FarmProbe, connections: Connections): Promise<FarmProbe> {
  const { observation } = probe;
  if (!observation.miner.reached) return probe;
  const hosts = await Promise.all(
    [...observation.hosts].map(async ([name, host]): Promise<[string, HostObservation]> => [
      name,
      host.reached && host.workers.size > 0 ? await withRoute(host, connections) : host,
    ]),
  );
  return { ...probe, observation: { ...observation, hosts: new Map(hosts) } };
}

async function withRoute(host: ObservedHost, connections: Connections): Promise<ObservedHost> {
  const noWay = await connections.noWayToMiner(host.name);
  return noWay === undefined ? host : { ...host, noWayToMiner: noWay };
}
