import { declaredHardware } from '../../check/layout.js';
import { flowOf } from '../../flow/flow.js';
import { formatFlow } from '../../view/flow.js';
import { flowJson } from '../../view/flow-json.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadFarm } from '../load-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

/** How sectors move between the workers of the file. Needs no host and no token. */
export async function flow(options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  // Ways that are closed are what this command shows: only the file itself must be right.
  const farm = await loadFarm(options.config, terminal);
  if (farm === undefined) return EXIT.badConfig;
  const found = flowOf(farm, declaredHardware(farm));
  // Thousands of workers make millions of pairs: nobody waits for what is not shown.
  if (terminal.json) terminal.result('', flowJson(found));
  else terminal.result(formatFlow(found, terminal), undefined);
  return EXIT.done;
}
