import { readConfig } from '../../config/config-file.js';
import { formatConfig } from '../../config/format-config.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { diagnosticsJson } from '../../view/diagnostics.js';
import { printable } from '../../view/text.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readFileText } from '../load-farm.js';
import { replaceFile } from '../replace-file.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface FmtOptions extends GlobalOptions {
  /** Writes nothing, and fails where something would be written. */
  readonly check?: boolean;
}

/** Puts the keys of the file in their usual order; a file that is no YAML is left alone. */
export async function fmt(options: FmtOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const { config: file, check = false } = options;
  const read = await readFileText(file);
  const wrong = read.ok ? readConfig(read.value, file).diagnostics : [read.diagnostic];
  const result = (
    said: string,
    code: ExitCode,
    changed: boolean,
    why: readonly Diagnostic[] = [],
  ): ExitCode => {
    if (!terminal.json) terminal.diagnostics(why);
    terminal.result(printable(said), { formatVersion: 1, changed, diagnostics: diagnosticsJson(why) });
    return code;
  };
  if (!read.ok || wrong.length > 0) return result('', EXIT.badConfig, false, wrong);
  const text = formatConfig(read.value);
  if (text === read.value) return result(`${file} is in order.`, EXIT.done, false);
  if (check) return result(`${file} is not in order: \`sealfarm fmt\` puts it so.`, EXIT.failed, true);
  const unwritten = await replaceFile(file, text);
  return unwritten === undefined
    ? result(`${file} is in order now.`, EXIT.done, true)
    : result('', EXIT.failed, false, [unwritten]);
}
