import { randomUUID } from 'node:crypto';
import { desire } from '../../desired/desire.js';
import { hasErrors } from '../../diagnostic/diagnostic.js';
import type { Farm } from '../../farm/farm.js';
import { planChange } from '../../plan/change.js';
import { Secret } from '../../secret/secret.js';
import { masked } from '../../view/masked-plan.js';
import { changeJson, changeMarkdown, formatChange } from '../../view/change.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadCheckedFarm, loadFarm } from '../load-farm.js';
import { withFormat, type PlanFormat } from '../plan-format.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface DiffOptions extends GlobalOptions {
  readonly detailedExitcode?: boolean;
  readonly verbose?: boolean;
  readonly diff?: boolean;
  readonly format?: PlanFormat;
}

/** Needs no host and no token: what going from one file to another leads to. */
export async function diff(before: string, after: string, options: DiffOptions): Promise<ExitCode> {
  const terminal = new Terminal(withFormat(options));
  const [from, to] = [await loadFarm(before, terminal), await loadCheckedFarm(after, terminal)];
  if (from === undefined || to === undefined) return EXIT.badConfig;
  const desired = (farm: Farm): ReturnType<typeof desire> => desire(farm, new Secret(''), new Map());
  const { style, width } = terminal;
  const { format, verbose = false, diff: diffs = false, detailedExitcode = false } = options;
  const planned = planChange(desired(from), desired(to));
  const change = { ...planned, plan: masked(planned.plan, randomUUID(), diffs) };
  const view = { style, width, verbose, diffs, now: new Date() };
  terminal.result(
    format === 'markdown' ? changeMarkdown(change, diffs) : formatChange(change, view),
    changeJson(change),
  );
  if (hasErrors(change.plan.diagnostics)) return EXIT.failed;
  return detailedExitcode && change.differs ? EXIT.changes : EXIT.done;
}
