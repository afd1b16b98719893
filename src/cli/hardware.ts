import { declaredHardware } from '../check/layout.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm, Hardware, Host } from '../farm/farm.js';
import { examine, knownHardware } from './examine.js';
import type { Terminal } from './terminal.js';
import { Workspace } from './workspace.js';

/**
 * What the machines of these hosts have: as the file declares, else as they themselves show. Hosts that cannot be
 * asked are said, and are not in it.
 */
export async function hardwareOf(
  farm: Farm,
  hosts: readonly Host[],
  terminal: Terminal,
): Promise<ReadonlyMap<string, Hardware>> {
  const declared = declaredHardware(farm);
  const others = hosts.filter(({ name }) => !declared.has(name));
  if (others.length === 0) return declared;
  const workspace = await Workspace.open(farm);
  if (!workspace.ok) {
    // What is declared can be shown all the same, and programs see who is missing.
    if (!terminal.json) terminal.diagnostics([{ ...workspace.diagnostic, severity: 'warning' }]);
    return declared;
  }
  try {
    const found = await terminal.watching(others.length, (emit) => examine(workspace.value, others, emit));
    const unreached = [...found.probe.observation.hosts.values()].flatMap((host) =>
      host.reached ? [] : [host.diagnostic],
    );
    if (!terminal.json) terminal.diagnostics([...unreached, ...found.failures]);
    return knownHardware(farm, found);
  } finally {
    await workspace.value.close();
  }
}

/** What to say where a command cannot go on without it. @param hosts names, at least one */
export function hardwareUnknown(file: string, [first = '', ...others]: readonly string[]): Diagnostic {
  const whom = others.length === 0 ? first : `${first} and ${others.length} more`;
  return {
    code: 'SF617',
    severity: 'error',
    message: `nobody knows what the machine of ${whom} has`,
    place: { kind: 'file', file },
    help: 'Write `hardware:` under the host: hardware: { cpus: 64, memory: 512GiB, gpus: 1 }',
  };
}
