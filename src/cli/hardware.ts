import { declaredHardware } from '../check/layout.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm, Hardware, Host } from '../farm/farm.js';
import { examine, knownHardware } from './examine.js';
import { endOnInterrupt } from './interrupt.js';
import type { Terminal } from './terminal.js';
import { openConnections } from './machines.js';

export interface HardwareFound {
  /** By host; without those that could not be asked. */
  readonly hardware: ReadonlyMap<string, Hardware>;
  /** Why they could not; said already, but to programs. */
  readonly troubles: readonly Diagnostic[];
}

/**
 * What the machines of these hosts have: as the file declares, else as they themselves show. Hosts that cannot be
 * asked are said, and are not in it.
 */
export async function lookForHardware(
  farm: Farm,
  hosts: readonly Host[],
  terminal: Terminal,
): Promise<HardwareFound> {
  const declared = declaredHardware(farm);
  const others = hosts.filter(({ name }) => !declared.has(name));
  if (others.length === 0) return { hardware: declared, troubles: [] };
  const found = await ask(farm, others, terminal);
  if (!terminal.json) terminal.diagnostics(found.troubles);
  return found;
}

async function ask(farm: Farm, hosts: readonly Host[], terminal: Terminal): Promise<HardwareFound> {
  const connections = await openConnections(farm, terminal.askPassphrase);
  const dispose = endOnInterrupt();
  try {
    const found = await terminal.watching(hosts.length, (emit) =>
      examine({ farm, connections }, hosts, emit),
    );
    const unreached = [...found.probe.observation.hosts.values()].flatMap((host) =>
      host.reached ? [] : [host.diagnostic],
    );
    return { hardware: knownHardware(farm, found, 'declared'), troubles: [...unreached, ...found.failures] };
  } finally {
    dispose();
    await connections.close();
  }
}

/** What to say where a command cannot go on without it. @param hosts names, at least one */
export function hardwareUnknown(file: string, [first = '', ...others]: readonly string[]): Diagnostic {
  const whom =
    others.length === 0
      ? `the machine of ${first} has`
      : `the machines of ${first} and ${others.length} more have`;
  return {
    code: 'SF617',
    severity: 'error',
    message: `nobody knows what ${whom}`,
    place: { kind: 'file', file },
    help: 'Write `hardware:` under the host: hardware: { cpus: 64, memory: 512GiB, gpus: 1 }',
  };
}
