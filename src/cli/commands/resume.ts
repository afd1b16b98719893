import { changeIntents } from '../intents.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { leavingOrUnknown } from '../leaving.js';
import { onFarm } from '../on-farm.js';
import { resolveTargets } from '../targets.js';
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
    const { code } = await changeIntents(on, terminal, probe, targets.value, () => undefined, options);
    return code;
  });
}
