import { checkFarm } from '../../check/check-layout.js';
import { hasErrors } from '../../diagnostic/diagnostic.js';
import { diagnosticsJson, formatDiagnostics, summaryLine } from '../../view/diagnostics.js';
import { printable } from '../../view/text.js';
import { count } from '../../view/words.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readFarmFile } from '../load-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export async function validate(options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const { farm, diagnostics } = await readFarmFile(options.config, checkFarm);
  const valid = farm !== undefined && !hasErrors(diagnostics);
  const workers = farm?.hosts.flatMap((host) => host.workers).length ?? 0;
  const also = diagnostics.length === 0 ? '' : ` ${summaryLine(diagnostics)}.`;
  const verdict = valid
    ? `${options.config} is valid: ${count(farm.hosts.length, 'host')}, ${count(workers, 'worker')}.${also}`
    : `${options.config}:${also}`;
  // Elsewhere than on a terminal the lines stay whole, so that they can be searched.
  const width = process.stderr.isTTY ? terminal.width : Infinity;
  terminal.say(formatDiagnostics(diagnostics, terminal.errorStyle, width));
  terminal.result(printable(verdict), { formatVersion: 1, valid, diagnostics: diagnosticsJson(diagnostics) });
  return valid ? EXIT.done : EXIT.badConfig;
}
