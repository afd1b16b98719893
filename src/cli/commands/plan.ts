import { hasErrors } from '../../diagnostic/diagnostic.js';
import { steps, type HostPlan, type Plan } from '../../plan/plan.js';
import { formatPlan, planJson } from '../../view/plan.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { loadCheckedFarm } from '../load-farm.js';
import { lookAtFarm } from '../on-farm.js';
import type { Workspace } from '../workspace.js';

export interface PlanOptions extends GlobalOptions {
  readonly detailedExitcode?: boolean;
  /** Shows every host and every value instead of folding what is alike. */
  readonly verbose?: boolean;
}

export function plan(options: PlanOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const look = async (workspace: Workspace): Promise<ExitCode> => {
    const made = workspace.plan(
      await terminal.watching(workspace.farm.hosts.length, (emit) => workspace.look(emit)),
    );
    terminal.result(planText(made, terminal, options.verbose), planJson(made));
    const code = planExitCode(made);
    const changes = options.detailedExitcode === true && steps(made).length > 0;
    return code === EXIT.done && changes ? EXIT.changes : code;
  };
  return lookAtFarm(options, terminal, look, loadCheckedFarm);
}

export function planText(made: Plan, { style, width }: Terminal, verbose = false): string {
  return formatPlan(made, { style, width, now: new Date(), verbose });
}

/** Hosts that cannot be reached make a look at the farm partial; anything else that is wrong makes it fail. */
export function planExitCode({ hosts, diagnostics }: Look): ExitCode {
  const unreached = new Set(hosts.filter(({ reached }) => !reached).map(({ host }) => host));
  const others = diagnostics.filter(({ place }) => place?.kind !== 'host' || !unreached.has(place.host));
  if (hasErrors(others)) return EXIT.failed;
  if (unreached.size === 0) return EXIT.done;
  return unreached.size === hosts.length ? EXIT.failed : EXIT.partial;
}

interface Look extends Pick<Plan, 'diagnostics'> {
  readonly hosts: readonly Pick<HostPlan, 'host' | 'reached'>[];
}
