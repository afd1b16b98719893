import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import { steps, type Plan } from '../../plan/plan.js';
import { tooLarge } from '../../plan/rollout.js';
import { sameSteps } from '../../plan/same-steps.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { whatMoved } from '../../plan/seal.js';
import { doesNotHold, ofAnotherFarm } from '../../view/moved.js';
import { planJson } from '../../view/plan.js';
import type { SavedPlan } from '../../view/saved-plan.js';
import { reportJson } from '../../view/report.js';
import { carryOut } from '../carry-out.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadCheckedFarm } from '../load-farm.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { readPlanFile } from '../plan-file.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import type { Workspace } from '../workspace.js';
import { planExitCode, planText } from './plan.js';

export interface ApplyOptions extends GlobalOptions {
  readonly yes?: boolean;
  /** Milliseconds a restart may wait for its worker to get quiet; else as the file says. */
  readonly drainTimeout?: number;
  /** That much of the farm is disturbed is meant. */
  readonly allowLarge?: boolean;
}

/** A saved plan has been looked at: no question is asked, and nothing but that is done. */
export async function applySaved(file: string, options: ApplyOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const saved = await readPlanFile(file);
  if (!saved.ok) {
    terminal.diagnostics([saved.diagnostic]);
    return EXIT.failed;
  }
  const work = async (on: OnFarm): Promise<ExitCode> => {
    const { workspace } = on;
    const replan = (probe: FarmProbe): Result<Plan> =>
      sameAsSaved(file, saved.value, workspace, options, probe);
    const planned = replan(
      await terminal.watching(workspace.farm.hosts.length, (emit) => workspace.look(emit)),
    );
    if (!planned.ok) {
      terminal.diagnostics([planned.diagnostic]);
      return EXIT.failed;
    }
    return (await carryOut(on, terminal, planned.value, options, replan)).code;
  };
  return onFarm(options, terminal, work, loadCheckedFarm);
}

function sameAsSaved(
  file: string,
  saved: SavedPlan,
  workspace: Workspace,
  options: ApplyOptions,
  probe: FarmProbe,
): Result<Plan> {
  const { name } = workspace.farm;
  if (saved.farm !== name) return failure(ofAnotherFarm(file, saved.farm, name));
  const plan = workspace.plan(probe);
  const moved = whatMoved(saved.seal, workspace.seal(plan, probe, saved.seal.salt));
  if (moved.length > 0) return failure(doesNotHold(file, moved));
  const refusal = refused(plan, options);
  return refusal === undefined ? success(plan) : failure(refusal);
}

export function apply(options: ApplyOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const work = async (on: OnFarm): Promise<ExitCode> => {
    const planned = on.workspace.plan(
      await terminal.watching(on.workspace.farm.hosts.length, (emit) => on.workspace.look(emit)),
    );
    terminal.event(planText(planned, terminal), { type: 'plan', ...planJson(planned) });
    if (steps(planned).length === 0) {
      if (terminal.json) terminal.result('', reportJson({ done: [], failed: [], skipped: [] }));
      return planExitCode(planned);
    }
    const refusal = refused(planned, options);
    if (refusal !== undefined) {
      terminal.diagnostics([refusal]);
      return EXIT.failed;
    }
    if (options.yes !== true) {
      if (!terminal.canAsk) {
        terminal.diagnostics([NOBODY_TO_ASK]);
        return EXIT.usage;
      }
      if (!(await terminal.confirm('\nApply these steps? Only "yes" is taken: ', on.signal))) {
        terminal.say('Nothing was changed.');
        return EXIT.failed;
      }
    }
    const { code } = await carryOut(on, terminal, planned, options, (probe) =>
      stillMeant(planned, on.workspace.plan(probe), options),
    );
    return code;
  };
  return onFarm(options, terminal, work, loadCheckedFarm);
}

/** Whether the plan that was made under the locks may be carried out in place of the one that was shown. */
export function stillMeant(planned: Plan, fresh: Plan, options: ApplyOptions): Result<Plan> {
  const refusal = refused(fresh, options);
  if (refusal !== undefined) return failure(refusal);
  return options.yes === true || sameSteps(planned, fresh) ? success(fresh) : failure(moved(planned));
}

function refused({ large }: Plan, { allowLarge }: ApplyOptions): Diagnostic | undefined {
  return large === undefined || allowLarge === true ? undefined : tooLarge(large, 'error');
}

const NOBODY_TO_ASK: Diagnostic = {
  code: 'SF614',
  severity: 'error',
  message: 'nothing was changed: there is no terminal to ask on',
  help: 'Say --yes to apply without a question.',
};

function moved(planned: Plan): Diagnostic {
  return {
    code: 'SF601',
    severity: 'error',
    message: `the farm ${planned.farm} changed while the question stood: the plan would be another now`,
    help: 'Nothing was changed. Run apply again and look at the new plan.',
  };
}
