import { farmCapacity } from '../../capacity/host-capacity.js';
import { capacityJson, formatCapacity } from '../../view/capacity.js';
import { hostsNamed } from '../examine.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { hardwareOf, hardwareUnknown } from '../hardware.js';
import { loadFarm } from '../load-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface CapacityOptions extends GlobalOptions {
  /** Names of hosts; all without it. */
  readonly host?: readonly string[];
}

/** How many of each task run at once, and what stops the next. Hosts whose hardware the file has not are asked. */
export async function capacity(options: CapacityOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  // A layout that cannot work is what this command explains: only the file itself must be right.
  const farm = await loadFarm(options.config, terminal);
  if (farm === undefined) return EXIT.badConfig;
  const hosts = hostsNamed(farm, options.host ?? []);
  if (!hosts.ok) {
    terminal.diagnostics([hosts.diagnostic]);
    return EXIT.usage;
  }
  const found = farmCapacity(farm, hosts.value, await hardwareOf(farm, hosts.value, terminal));
  if (found.hosts.length === 0 && found.unknown.length > 0) {
    terminal.diagnostics([hardwareUnknown(options.config, found.unknown)]);
    return EXIT.failed;
  }
  terminal.result(formatCapacity(found, terminal), capacityJson(found));
  return EXIT.done;
}
