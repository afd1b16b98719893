import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxDown } from '../../sandbox/down.js';
import { sandboxUp } from '../../sandbox/up.js';
import { play } from '../demo/play.js';
import { Stage } from '../demo/stage.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { interruptSignal } from '../interrupt.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

/** The whole tool on an embedded farm, which is gone again in the end, however that comes. */
export async function demo(options: Pick<GlobalOptions, 'color'>): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const folder = await mkdtemp(join(tmpdir(), 'sealfarm-demo-'));
  const dir = join(folder, 'farm');
  const stage = new Stage(dir, terminal.style);
  const { signal, dispose } = interruptSignal(() => {
    terminal.say('Taking the demo down.');
  });
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  try {
    const up = await sandboxUp({ dir, hosts: 3 });
    if (!up.ok) {
      terminal.diagnostics([up.diagnostic]);
      return EXIT.failed;
    }
    await Promise.race([play(stage), interrupted]);
  } finally {
    await sandboxDown({ dir });
    await rm(folder, { recursive: true, force: true });
    dispose();
  }
  if (signal.aborted) return EXIT.interrupted;
  terminal.say(
    stage.failures === 0 ? '\nThe demo ended well.' : `\n${stage.failures} checks of the demo failed.`,
  );
  return stage.failures === 0 ? EXIT.done : EXIT.failed;
}
