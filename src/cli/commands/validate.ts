import { checkFarm } from '../../check/check-layout.js';
import { hasErrors } from '../../diagnostic/diagnostic.js';
import { diagnosticsJson, formatDiagnostics, summaryLine } from '../../view/diagnostics.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readFarmFile } from '../load-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export async function validate(options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const { farm, diagnostics } = await readFarmFile(options.config, checkFarm);
  const valid = farm !== undefined && !hasErrors(diagnostics);
  const workers = farm?.hosts.flatMap((host) => host.workers).length ?? 0;
  const verdict = valid
    ? `${options.config} is valid: ${farm.hosts.length} hosts, ${workers} workers.`
    : `${options.config}: ${summaryLine(diagnostics)}.`;
  terminal.say(formatDiagnostics(diagnostics, terminal.style));
  terminal.result(verdict, { valid, diagnostics: diagnosticsJson(diagnostics) });
  return valid ? EXIT.done : EXIT.badConfig;
}
