import { farmCapacity } from '../../capacity/host-capacity.js';
import { capacityJson, formatCapacity } from '../../view/capacity.js';
import { hostsNamed } from '../targets.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { hardwareUnknown, lookForHardware } from '../hardware.js';
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
  const { hardware, troubles } = await lookForHardware(farm, hosts.value, terminal);
  const found = farmCapacity(farm, hosts.value, hardware);
  if (found.hosts.length === 0 && found.unknown.length > 0) {
    const failed = hardwareUnknown(options.config, found.unknown);
    terminal.diagnostics(terminal.json ? [...troubles, failed] : [failed]);
    return EXIT.failed;
  }
  terminal.result(formatCapacity(found, terminal), capacityJson(found, troubles));
  return found.unknown.length === 0 ? EXIT.done : EXIT.partial;
}
