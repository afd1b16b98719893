import { planMarkdown } from '../../view/plan-markdown.js';
import { formatSavedPlan, shownPlan } from '../../view/saved-plan.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readPlanFile } from '../plan-file.js';
import { withFormat, type PlanFormat } from '../plan-format.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface ShowOptions extends GlobalOptions {
  readonly verbose?: boolean;
  readonly diff?: boolean;
  readonly format?: PlanFormat;
}

/** Prints a saved plan as it was when it was made; asks no host. */
export async function show(file: string, options: ShowOptions): Promise<ExitCode> {
  const terminal = new Terminal(withFormat(options));
  const saved = await readPlanFile(file);
  if (!saved.ok) {
    terminal.diagnostics([saved.diagnostic]);
    return EXIT.failed;
  }
  const { style, width } = terminal;
  const { verbose = false, diff = false, format } = options;
  const text =
    format === 'markdown'
      ? planMarkdown({ ...shownPlan(saved.value), farm: saved.value.farm }, saved.value.made, diff)
      : formatSavedPlan(saved.value, { style, width, verbose, diffs: diff });
  terminal.result(text, saved.value);
  return EXIT.done;
}
