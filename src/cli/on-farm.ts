import { commitOf } from '../git/commit-of.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { endOnInterrupt, interruptSignal } from './interrupt.js';
import { loadFarm } from './load-farm.js';
import type { GlobalOptions, Terminal } from './terminal.js';
import { Workspace } from './workspace.js';

export interface OnFarm {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/** As the hosts' locks and journals name them. */
export type ChangingCommand = 'apply' | 'drain' | 'resume' | 'rollback' | 'rotate-token';

/** Reads the file, opens the farm, does the work, closes everything: the frame of each command that changes hosts. */
export function onFarm(
  command: ChangingCommand,
  options: GlobalOptions,
  terminal: Terminal,
  work: (on: OnFarm) => Promise<ExitCode>,
  load = loadFarm,
): Promise<ExitCode> {
  return withWorkspace(command, options, terminal, load, commitOf, async (workspace) => {
    const { signal, dispose } = interruptSignal(() => {
      terminal.say('Stopping: no new step is begun. Ctrl-C again ends at once.');
    });
    try {
      const code = await work({ workspace, signal });
      terminal.finish();
      return signal.aborted ? EXIT.interrupted : code;
    } finally {
      dispose();
    }
  });
}

/** The same for a command that only looks: it can be cut off at any time. */
export function lookAtFarm(
  options: GlobalOptions,
  terminal: Terminal,
  look: (workspace: Workspace) => Promise<ExitCode>,
  load = loadFarm,
): Promise<ExitCode> {
  return withWorkspace('look', options, terminal, load, nobodyAsks, async (workspace) => {
    const dispose = endOnInterrupt();
    try {
      return await look(workspace);
    } finally {
      dispose();
    }
  });
}

/** Only what is changed is written down, with the commit that asked for it. */
function nobodyAsks(): Promise<undefined> {
  return Promise.resolve(undefined);
}

async function withWorkspace(
  command: ChangingCommand | 'look',
  { config }: GlobalOptions,
  terminal: Terminal,
  load: typeof loadFarm,
  commitOfFile: typeof commitOf,
  work: (workspace: Workspace) => Promise<ExitCode>,
): Promise<ExitCode> {
  const [farm, commit] = await Promise.all([load(config, terminal), commitOfFile(config)]);
  if (farm === undefined) return EXIT.badConfig;
  const workspace = await Workspace.open(farm, terminal.askPassphrase, { command, commit });
  if (!workspace.ok) {
    terminal.diagnostics([workspace.diagnostic]);
    return EXIT.failed;
  }
  try {
    return await work(workspace.value);
  } finally {
    await workspace.value.close();
  }
}
