import { randomUUID } from 'node:crypto';
import { hasErrors, type Diagnostic } from '../../diagnostic/diagnostic.js';
import { commitOf } from '../../git/commit-of.js';
import { steps, type HostPlan, type Plan } from '../../plan/plan.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { masked, type MaskedPlan } from '../../view/masked-plan.js';
import { formatPlan, planJson } from '../../view/plan.js';
import { planMarkdown } from '../../view/plan-markdown.js';
import { savedPlan, type Made } from '../../view/saved-plan.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { adoptingOf, type AdoptWords } from '../adopting.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { lookAtFarm } from '../on-farm.js';
import { keptFromPlan, writePlanFile } from '../plan-file.js';
import { withFormat, type PlanFormat } from '../plan-format.js';
import { proofsInTheWay } from '../proof-due.js';
import { loaderFor, notRestarted } from '../restart-miner-option.js';
import { resolvePart, type ChosenPart, type PartWords } from '../targets.js';
import { version } from '../version.js';
import { who, type Workspace } from '../workspace.js';

export interface PlanOptions extends GlobalOptions, PartWords, AdoptWords {
  readonly detailedExitcode?: boolean;
  /** Shows every host and every value instead of folding what is alike. */
  readonly verbose?: boolean;
  readonly format?: PlanFormat;
  /** A file to put the plan away in. */
  readonly out?: string;
  /** Shows the unified diff of each file that is written. */
  readonly diff?: boolean;
  /** Shows what no edit of the file asks for, and nothing else. */
  readonly refreshOnly?: boolean;
  /** What `apply --restart-miner` would do. */
  readonly restartMiner?: boolean;
}

export async function plan(options: PlanOptions): Promise<ExitCode> {
  const terminal = new Terminal(withFormat(options));
  const refusal = await refused(options);
  if (refusal !== undefined) {
    terminal.diagnostics([refusal]);
    return EXIT.usage;
  }
  const look = async (workspace: Workspace): Promise<ExitCode> => {
    const part = resolvePart(workspace.farm, options);
    if (!part.ok) {
      terminal.diagnostics([part.diagnostic]);
      return EXIT.usage;
    }
    const probe = await lookAt(workspace, terminal, part.value);
    const { diff = false, out } = options;
    const planned =
      options.refreshOnly === true
        ? workspace.drift(probe, part.value)
        : workspace.plan(probe, part.value, adoptingOf(options));
    const vain = options.restartMiner === true ? notRestarted(workspace.farm, planned) : [];
    const due = await proofsInTheWay(workspace, planned, probe);
    const told = { ...planned, diagnostics: [...planned.diagnostics, ...vain, ...due] };
    const made = masked(told, randomUUID(), diff || out !== undefined);
    const from = await madeNow(options);
    terminal.result(planText(made, from, terminal, options), {
      ...planJson(diff ? made : withoutDiffs(made), new Date(from.at)),
      made: from,
    });
    if (out !== undefined) {
      const saved = savedPlan(made, from, workspace.seal(planned, probe, randomUUID()));
      const written = await writePlanFile(out, saved);
      if (!written.ok) {
        terminal.diagnostics([written.diagnostic]);
        return EXIT.failed;
      }
      terminal.say(`\nSaved: \`sealfarm apply ${out}\` does just this.`);
    }
    const code = planExitCode(made);
    const changes = options.detailedExitcode === true && steps(made).length > 0;
    return code === EXIT.done && changes ? EXIT.changes : code;
  };
  return lookAtFarm(options, terminal, look, loaderFor(options));
}

/** Shows how far it is. What is left out of a part is not looked at. */
export function lookAt(
  workspace: Workspace,
  terminal: Terminal,
  part: ChosenPart | undefined,
): Promise<FarmProbe> {
  const hosts = workspace.farm.hosts.filter(({ name }) => part?.leftOut.has(name) !== true).length;
  return terminal.watching(hosts, (emit) => workspace.look(emit, part?.leftOut));
}

async function madeNow({ config, target, exclude, restartMiner, ...adopt }: PlanOptions): Promise<Made> {
  const commit = await commitOf(config);
  return {
    at: new Date().toISOString(),
    by: who(),
    version: version(),
    ...(commit === undefined ? {} : { commit }),
    ...(target === undefined ? {} : { target }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(restartMiner === true ? { restartMiner: true } : {}),
    ...(adopt.restartToAdopt === true ? { restartToAdopt: true } : {}),
    ...(adopt.disableForeignUnits === true ? { disableForeignUnits: true } : {}),
  };
}

function planText(
  plan: MaskedPlan,
  made: Made,
  { style, width }: Terminal,
  { format, verbose = false, diff = false }: PlanOptions,
): string {
  return format === 'markdown'
    ? planMarkdown(plan, made, diff)
    : formatPlan(plan, { style, width, now: new Date(made.at), verbose, diffs: diff });
}

/** Those of a saved plan are for `show`. */
function withoutDiffs(plan: MaskedPlan): MaskedPlan {
  const hosts = plan.hosts.map((host) => ({
    ...host,
    steps: host.steps.map(({ diff: _, ...step }) => step),
  }));
  return { ...plan, hosts };
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

/** What keeps it from planning, before any host is asked. */
async function refused(options: PlanOptions): Promise<Diagnostic | undefined> {
  const { out, config, refreshOnly } = options;
  const drift = refreshOnly === true ? notWithDrift(options) : undefined;
  return drift ?? (out === undefined ? undefined : await keptFromPlan(out, config));
}

function notWithDrift({ out, restartMiner }: PlanOptions): Diagnostic | undefined {
  if (out !== undefined) return NOT_TO_APPLY;
  return restartMiner === true ? NO_RESTART : undefined;
}

const NO_RESTART: Diagnostic = {
  code: 'SF615',
  severity: 'error',
  message: 'a plan of drift alone has no restart that somebody asks for',
  help: 'Leave out --refresh-only or --restart-miner.',
};

const NOT_TO_APPLY: Diagnostic = {
  code: 'SF615',
  severity: 'error',
  message: 'a plan of drift alone cannot be saved: it is not what apply would do',
  help: 'Leave out --refresh-only or --out.',
};
