import type { Host } from '../farm/farm.js';
import { machinesOf, type Connections } from '../probe/connections.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { endOnInterrupt } from './interrupt.js';
import { loadFarm } from './load-farm.js';
import { hostsNamed } from './targets.js';
import type { GlobalOptions, Terminal } from './terminal.js';
import { openHosts } from './machines.js';

/**
 * The frame of a command that asks these hosts and nobody else: it works also where the miner's token cannot be had.
 * It can be cut off at any time.
 */
export async function onHosts(
  names: readonly string[],
  options: GlobalOptions,
  terminal: Terminal,
  work: (hosts: readonly Host[], connections: Connections) => Promise<ExitCode>,
): Promise<ExitCode> {
  const farm = await loadFarm(options.config, terminal);
  if (farm === undefined) return EXIT.badConfig;
  // A machine of the miner's own has a lock and a journal, too.
  const hosts = hostsNamed({ ...farm, hosts: machinesOf(farm) }, names);
  if (!hosts.ok) {
    terminal.diagnostics([hosts.diagnostic]);
    return EXIT.usage;
  }
  const connections = openHosts(farm, terminal.askPassphrase);
  const dispose = endOnInterrupt();
  try {
    return await work(hosts.value, connections);
  } finally {
    dispose();
    await connections.close();
  }
}
