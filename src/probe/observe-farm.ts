import type { Emit } from '../event/event.js';
import type { Farm, Host } from '../farm/farm.js';
import { withDeclaredNames } from '../observed/declared-names.js';
import type { MinerObservation, Observation } from '../observed/observed.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { Connections } from './connections.js';
import { observeHost } from './observe-host.js';
import { observeMiner } from './observe-miner.js';

export interface FarmProbe {
  readonly observation: Observation;
  /** The running workers that can be called, by name. */
  readonly apis: ReadonlyMap<string, WorkerApi>;
}

/** One look at hosts (all of the farm's by default) and then at the miner. */
export async function observeFarm(
  farm: Farm,
  connections: Connections,
  emit: Emit,
  hosts: readonly Host[] = farm.hosts,
  lookAtMiner = (): Promise<MinerObservation> => observeMiner(connections.miner),
): Promise<FarmProbe> {
  const probes = await Promise.all(
    hosts.map(async (host) => {
      const probe = await observeHost(host, connections);
      const { observation } = probe;
      if (observation.reached) emit({ type: 'host-observed', host: host.name });
      else emit({ type: 'host-unreached', host: host.name, diagnostic: observation.diagnostic });
      return [host.name, probe] as const;
    }),
  );
  const seen = new Map(probes.map(([name, { observation }]) => [name, observation]));
  const miner = withDeclaredNames(seen, await lookAtMiner());
  const declared = new Map(farm.hosts.flatMap((host) => host.workers.map(({ name }) => [name, host.name])));
  return {
    observation: { hosts: seen, miner },
    // Of a name that is on two hosts, the one that the file means.
    apis: new Map([
      ...probes.flatMap(([, { apis }]) => [...apis]),
      ...probes.flatMap(([host, { apis }]) => [...apis].filter(([name]) => declared.get(name) === host)),
    ]),
  };
}
