import type { Host } from '../farm/farm.js';
import { success, type Result } from '../diagnostic/result.js';
import type { HostFacts, LotusVersions } from '../observed/facts.js';
import { factsScript } from '../observed/facts-script.js';
import { parseFacts } from '../observed/parse-facts.js';
import type { MinerApi } from '../rpc/miner-api.js';
import type { WorkerApi } from '../rpc/worker-api.js';
import type { Connections } from './connections.js';

/**
 * Asks each host what its machine has and in which state it is, by one exec. By host; a failure is what kept a host
 * from answering.
 * @param now the operator's clock, milliseconds since the epoch
 */
export async function observeFacts(
  hosts: readonly Host[],
  connections: Connections,
  now: () => number,
): Promise<ReadonlyMap<string, Result<HostFacts>>> {
  const answers = await Promise.all(
    hosts.map(async (host) => [host.name, await askFacts(host, connections, now)] as const),
  );
  return new Map(answers);
}

async function askFacts(host: Host, connections: Connections, now: () => number): Promise<Result<HostFacts>> {
  const before = now();
  const output = await connections.remote(host.name).exec(factsScript(host));
  return output.ok ? parseFacts(host, output.value.stdout, { before, after: now() }) : output;
}

/** Asks the miner and the running workers which Lotus they are; who does not answer is left out. */
export async function observeVersions(
  miner: MinerApi,
  workers: ReadonlyMap<string, WorkerApi>,
): Promise<LotusVersions> {
  const [ofMiner, ...ofWorkers] = await Promise.all([
    miner.version(),
    ...[...workers].map(async ([name, api]) => {
      const version = await api.version();
      return version.ok ? success([name, version.value] as const) : version;
    }),
  ]);
  return {
    ...(ofMiner.ok ? { miner: ofMiner.value.Version } : {}),
    workers: new Map(ofWorkers.flatMap((version) => (version.ok ? [version.value] : []))),
  };
}
