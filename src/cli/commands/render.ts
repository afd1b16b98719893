import { desire } from '../../desired/desire.js';
import { Secret } from '../../secret/secret.js';
import { formatRender, renderJson } from '../../view/render.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadFarm } from '../load-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

/** Needs no host and no token: where the token stands, the output has a mask. */
export async function render(options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const farm = await loadFarm(options.config, terminal);
  if (farm === undefined) return EXIT.badConfig;
  const desired = desire(farm, new Secret(''), new Map());
  terminal.result(formatRender(desired), renderJson(desired));
  return EXIT.done;
}
