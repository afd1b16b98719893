import { randomUUID } from 'node:crypto';
import type { ApplyRules } from '../../apply/context.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import { steps, type Plan } from '../../plan/plan.js';
import { tooLarge } from '../../plan/rollout.js';
import { sameSteps } from '../../plan/same-steps.js';
import { masked } from '../../view/masked-plan.js';
import { formatPlan, planJson } from '../../view/plan.js';
import { reportJson } from '../../view/report.js';
import { adoptingOf, type AdoptWords } from '../adopting.js';
import { carryOut } from '../carry-out.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { proofsInTheWay } from '../proof-due.js';
import { loaderFor, notRestarted } from '../restart-miner-option.js';
import { resolvePart, type PartWords } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { DEFAULT_RULES } from '../apply-defaults.js';
import { lookAt, planExitCode } from './plan.js';

export interface ApplyOptions extends GlobalOptions, PartWords, AdoptWords {
  readonly yes?: boolean;
  /** Milliseconds a restart may wait for its worker to get quiet; else as the file says. */
  readonly drainTimeout?: number;
  /** Milliseconds a started worker may take to be back. */
  readonly startTimeout?: number;
  /** Milliseconds to wait for locks that others hold. */
  readonly lockTimeout?: number;
  /** That much of the farm is disturbed is meant. */
  readonly allowLarge?: boolean;
  /** Does what can be done now, and leaves what has to wait to the next run. */
  readonly detach?: boolean;
  /** Names of workers whose restart does not wait for their jobs. */
  readonly forceRestart?: readonly string[];
  /** Hosts at a time. */
  readonly parallelism?: number;
  /** lotus-miner is restarted where something waits for that, whatever the file says. */
  readonly restartMiner?: boolean;
}

export function rulesOf({ detach, forceRestart, parallelism }: ApplyOptions): ApplyRules {
  return {
    parallelism: parallelism ?? DEFAULT_RULES.parallelism,
    detach: detach === true,
    force: new Set(forceRestart),
  };
}

export function apply(options: ApplyOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const work = async (on: OnFarm): Promise<ExitCode> => {
    const { workspace } = on;
    const chosen = resolvePart(workspace.farm, options);
    if (!chosen.ok) {
      terminal.diagnostics([chosen.diagnostic]);
      return EXIT.usage;
    }
    const part = chosen.value;
    const adopt = adoptingOf(options);
    const looked = await lookAt(workspace, terminal, part);
    const planned = workspace.plan(looked, part, adopt);
    showPlan(planned, terminal);
    terminal.diagnostics(await proofsInTheWay(workspace, planned, looked));
    if (options.restartMiner === true) terminal.diagnostics(notRestarted(workspace.farm, planned));
    if (steps(planned).length === 0) {
      if (terminal.json) terminal.result('', reportJson({ done: [], failed: [], skipped: [], pending: [] }));
      return planExitCode(planned);
    }
    const refusal = refused(planned, options);
    if (refusal !== undefined) {
      terminal.diagnostics([refusal]);
      return EXIT.failed;
    }
    const asked = await terminal.mayChange('Apply these steps?', options.yes, on.signal);
    if (asked !== EXIT.done) return asked;
    const how = { ...options, rules: rulesOf(options), leftOut: part?.leftOut };
    const { code } = await carryOut(on, terminal, planned, how, (probe) => {
      const meant = stillMeant(planned, workspace.plan(probe, part, adopt), options);
      if (meant.ok && !sameSteps(planned, meant.value)) {
        terminal.say('Other things are to be done by now. This is the plan that is carried out:');
        showPlan(meant.value, terminal);
      }
      return meant;
    });
    return code;
  };
  return onFarm('apply', options, terminal, work, loaderFor(options));
}

function showPlan(planned: Plan, terminal: Terminal): void {
  const { style, width } = terminal;
  const [plan, now] = [masked(planned, randomUUID(), false), new Date()];
  terminal.event(formatPlan(plan, { style, width, now }), { type: 'plan', ...planJson(plan, now) });
}

/** Whether the plan that was made under the locks may be carried out in place of the one that was shown. */
export function stillMeant(planned: Plan, fresh: Plan, options: ApplyOptions): Result<Plan> {
  const refusal = refused(fresh, options);
  if (refusal !== undefined) return failure(refusal);
  return options.yes === true || sameSteps(planned, fresh) ? success(fresh) : failure(moved(planned));
}

/** Much of the farm at once, and losing work, are only what was asked for where that was said. */
export function refused(plan: Plan, { allowLarge, forceRestart = [] }: ApplyOptions): Diagnostic | undefined {
  if (plan.large !== undefined && allowLarge !== true) return tooLarge(plan.large, 'error');
  const restarted = steps(plan).flatMap(({ action, worker }) => (action.kind === 'restart' ? worker : []));
  const stray = forceRestart.find((name) => !restarted.includes(name));
  return stray === undefined ? undefined : nothingToForce(stray);
}

function nothingToForce(name: string): Diagnostic {
  return {
    code: 'SF634',
    severity: 'error',
    message: `--force-restart ${name}: the plan restarts no worker of this name`,
    help: 'Nothing was changed. It takes names of single workers whose restart stands in the plan.',
  };
}

function moved(planned: Plan): Diagnostic {
  return {
    code: 'SF601',
    severity: 'error',
    message: `the farm ${planned.farm} changed while the question stood: the plan would be another now`,
    help: 'Nothing was changed. Run apply again and look at the new plan.',
  };
}
