import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { gather } from '../../import/gather.js';
import { importFarm } from '../../import/import-farm.js';
import { lift } from '../../import/lift.js';
import { farmText } from '../../import/write-yaml.js';
import type { Reach } from '../../probe/connections.js';
import { diagnosticsJson } from '../../view/diagnostics.js';
import { aboutFarm } from '../about-farm.js';
import { askHosts, type Answers, type ImportOptions } from '../ask-hosts.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { Terminal } from '../terminal.js';

/** Prints the file of a farm that is there already. */
export function importHosts(
  words: readonly string[],
  options: ImportOptions,
  reach?: Reach,
): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return askHosts(
    words,
    options,
    terminal,
    undefined,
    (answers) => printFarm(answers, options, terminal),
    reach,
  );
}

async function printFarm(
  { asked, unreached, notes, connections }: Answers,
  options: ImportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { about, diagnostics } = await aboutFarm(asked, options, connections);
  const { farm, comments, diagnostics: ofHosts } = importFarm(asked, about);
  const all = [...unreached, ...notes, ...gather([...diagnostics, ...ofHosts])];
  const hasWorkers = Object.values(farm.hosts).some(({ workers }) => workers !== undefined);
  if (!hasWorkers) {
    terminal.diagnostics([...all, ...(asked.length === 0 ? [] : [NO_WORKERS])]);
    return EXIT.failed;
  }
  const lifted = lift(farm);
  terminal.result(farmText(lifted, comments), {
    formatVersion: 1,
    farm: lifted,
    diagnostics: diagnosticsJson(all),
  });
  if (!terminal.json) terminal.diagnostics(all);
  return unreached.length > 0 ? EXIT.partial : EXIT.done;
}

const NO_WORKERS: Diagnostic = {
  code: 'SF667',
  severity: 'error',
  message: 'no lotus-worker runs on these hosts that could be taken into a file',
  help: 'Look with `pgrep -l lotus-worker` on one of them; as another user than root say --sudo. For machines without workers there is `sealfarm init`.',
};
