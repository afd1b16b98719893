import { join } from 'node:path';
import { layout, readState, writeState } from '../layout.js';
import { minerClient } from '../miner-client.js';
import { endAll, startDetached, waitFor } from '../processes.js';

/** How long it has to end on SIGINT and to answer again, in milliseconds. */
const DEADLINE = 10_000;

/** Ends the miner of a sandbox and starts it again, as a service manager does: `restart-main DIR`. */
async function main(dir: string): Promise<void> {
  const state = readState(dir);
  if (state === undefined) throw new Error(`no sandbox in ${dir}`);
  const { miner } = state.processes;
  if (miner !== undefined) await endAll([miner], DEADLINE);
  const started = startDetached('miner/miner-main.js', dir, join(layout(dir).log, 'miner.log'));
  if (started === undefined) throw new Error('lotus-miner could not be started');
  writeState(dir, { ...state, processes: { ...state.processes, miner: started } });
  const answers = (): Promise<boolean> =>
    minerClient(dir)
      ?.call('Filecoin.Version')
      .then(
        () => true,
        () => false,
      ) ?? Promise.resolve(false);
  if (!(await waitFor(answers, DEADLINE))) throw new Error('lotus-miner does not answer');
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
