import type { Farm } from '../../farm/farm.js';
import { intentsOf, withRenamed } from '../../observed/intents.js';
import type { Observation } from '../../observed/observed.js';
import { someOf } from '../../view/words.js';
import { changeIntents } from '../intents.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { leavingOrUnknown } from '../leaving.js';
import { onFarm } from '../on-farm.js';
import { resolveTargets, type TargetWorker } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface ResumeOptions extends GlobalOptions {
  /** Milliseconds to wait for locks that others hold. */
  readonly lockTimeout?: number;
}

/** Gives drained workers back just what the file declares for them. */
export function resume(names: readonly string[], options: ResumeOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm('resume', options, terminal, async (on) => {
    const { workspace } = on;
    const targets = resolveTargets(workspace.farm, names);
    if (!targets.ok) {
      terminal.diagnostics([await leavingOrUnknown(workspace, names, targets.diagnostic)]);
      return EXIT.usage;
    }
    const probe = await terminal.watching(workspace.farm.hosts.length, (emit) => workspace.look(emit));
    const idle = notDrained(targets.value, probe.observation, workspace.farm);
    if (idle.length > 0) terminal.say(`${someOf(idle, 5)} ${idle.length === 1 ? 'is' : 'are'} not drained.`);
    const { code } = await changeIntents(on, terminal, probe, targets.value, () => undefined, options);
    return code;
  });
}

/** Names of those that work already: nobody drains them, nor does the file. Of a host that is not reached nothing is known. */
export function notDrained(
  targets: readonly TargetWorker[],
  observation: Observation,
  farm: Farm,
): readonly string[] {
  const drained = withRenamed(intentsOf(observation), farm);
  return targets
    .filter(
      ({ host, worker }) => observation.hosts.get(host.name)?.reached === true && worker.state === 'running',
    )
    .flatMap(({ worker: { name } }) => (drained.has(name) ? [] : [name]));
}
