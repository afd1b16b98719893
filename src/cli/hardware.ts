import { declaredHardware } from '../check/layout.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm, Hardware, Host } from '../farm/farm.js';
import { examine, knownHardware } from './examine.js';
import { endOnInterrupt } from './interrupt.js';
import type { Terminal } from './terminal.js';
import { Workspace } from './workspace.js';

/** What the machines of these hosts have, as `lookForHardware` finds it. */
export async function hardwareOf(
  farm: Farm,
  hosts: readonly Host[],
  terminal: Terminal,
): Promise<ReadonlyMap<string, Hardware>> {
  return (await lookForHardware(farm, hosts, terminal)).hardware;
}

interface HardwareFound {
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
  const workspace = await Workspace.open(farm);
  if (!workspace.ok) {
    // What is declared can be shown all the same.
    const trouble: Diagnostic = { ...workspace.diagnostic, severity: 'warning' };
    return { hardware: declaredHardware(farm), troubles: [trouble] };
  }
  const dispose = endOnInterrupt();
  try {
    const found = await terminal.watching(hosts.length, (emit) => examine(workspace.value, hosts, emit));
    const unreached = [...found.probe.observation.hosts.values()].flatMap((host) =>
      host.reached ? [] : [host.diagnostic],
    );
    return { hardware: knownHardware(farm, found), troubles: [...unreached, ...found.failures] };
  } finally {
    dispose();
    await workspace.value.close();
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
