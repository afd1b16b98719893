import { EXIT, type ExitCode } from './exit-code.js';
import { interruptSignal } from './interrupt.js';
import { loadFarm } from './load-farm.js';
import type { GlobalOptions, Terminal } from './terminal.js';
import { Workspace } from './workspace.js';

export interface OnFarm {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/** Reads the file, opens the farm, does the work, closes everything: the frame of each command on live hosts. */
export async function onFarm(
  options: GlobalOptions,
  terminal: Terminal,
  work: (on: OnFarm) => Promise<ExitCode>,
  load = loadFarm,
): Promise<ExitCode> {
  const farm = await load(options.config, terminal);
  if (farm === undefined) return EXIT.badConfig;
  const workspace = await Workspace.open(farm);
  if (!workspace.ok) {
    terminal.diagnostics([workspace.diagnostic]);
    return EXIT.failed;
  }
  const { signal, dispose } = interruptSignal(() => {
    terminal.say('Stopping: no new step is begun. Ctrl-C again ends at once.');
  });
  try {
    const code = await work({ workspace: workspace.value, signal });
    terminal.finish();
    return signal.aborted ? EXIT.interrupted : code;
  } finally {
    dispose();
    await workspace.value.close();
  }
}
