import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import type { Plan } from '../../plan/plan.js';
import { whatMoved } from '../../plan/seal.js';
import type { FarmProbe } from '../../probe/observe-farm.js';
import { notAsRead } from '../../view/as-read.js';
import { doesNotHold, ofAnotherFarm, ofAnotherVersion } from '../../view/moved.js';
import type { SavedPlan } from '../../view/saved-plan.js';
import { adoptingOf } from '../adopting.js';
import { carryOut } from '../carry-out.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { readPlanFile } from '../plan-file.js';
import { loaderFor } from '../restart-miner-option.js';
import { resolvePart } from '../targets.js';
import { Terminal } from '../terminal.js';
import { version } from '../version.js';
import { refused, rulesOf, type ApplyOptions } from './apply.js';
import { lookAt } from './plan.js';

/** A saved plan has been looked at: no question is asked, and nothing but that is done. */
export async function applySaved(file: string, options: ApplyOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  if (options.target !== undefined || options.exclude !== undefined) {
    terminal.diagnostics([HAS_ITS_PART]);
    return EXIT.usage;
  }
  if (options.restartMiner === true) {
    terminal.diagnostics([HAS_ITS_STEPS]);
    return EXIT.usage;
  }
  if (options.restartToAdopt !== undefined || options.disableForeignUnits !== undefined) {
    terminal.diagnostics([ADOPTS_AS_MADE]);
    return EXIT.usage;
  }
  const saved = await readPlanFile(file);
  if (!saved.ok) {
    terminal.diagnostics([saved.diagnostic]);
    return EXIT.failed;
  }
  return onFarm(
    'apply',
    options,
    terminal,
    (on) => carryOutSaved(on, terminal, file, saved.value, options),
    loaderFor(saved.value.made),
  );
}

async function carryOutSaved(
  on: OnFarm,
  terminal: Terminal,
  file: string,
  saved: SavedPlan,
  options: ApplyOptions,
): Promise<ExitCode> {
  const { workspace } = on;
  const refuse = (diagnostic: Diagnostic): ExitCode => {
    terminal.diagnostics([diagnostic]);
    return EXIT.failed;
  };
  if (saved.made.version !== version()) return refuse(ofAnotherVersion(file, saved.made.version, version()));
  if (saved.farm !== workspace.farm.name) return refuse(ofAnotherFarm(file, saved.farm, workspace.farm.name));
  const chosen = resolvePart(workspace.farm, saved.made);
  if (!chosen.ok) return refuse(chosen.diagnostic);
  const part = chosen.value;
  const replan = (probe: FarmProbe): Result<Plan> => {
    const plan = workspace.plan(probe, part, adoptingOf(saved.made));
    const moved = whatMoved(saved.seal, workspace.seal(plan, probe, saved.seal.salt));
    const refusal =
      moved.length > 0 ? doesNotHold(file, moved) : (refused(plan, options) ?? notAsRead(file, saved, plan));
    return refusal === undefined ? success(plan) : failure(refusal);
  };
  const planned = replan(await lookAt(workspace, terminal, part));
  if (!planned.ok) return refuse(planned.diagnostic);
  const how = { ...options, rules: rulesOf(options), leftOut: part?.leftOut, unseen: true };
  const { code } = await carryOut(on, terminal, planned.value, how, replan);
  if (code === EXIT.failed || on.signal.aborted)
    terminal.say(`For what is left make a new plan: ${file} holds only until its first step is done.`);
  return code;
}

const HAS_ITS_STEPS: Diagnostic = {
  code: 'SF615',
  severity: 'error',
  message: 'a saved plan has its steps: --restart-miner cannot add one',
  help: 'Give it to `sealfarm plan --out FILE`, or apply without a saved plan.',
};

const ADOPTS_AS_MADE: Diagnostic = {
  code: 'SF615',
  severity: 'error',
  message:
    'a saved plan takes over what it was made to: --restart-to-adopt and --disable-foreign-units cannot change that',
  help: 'Give them to `sealfarm plan --out FILE`.',
};

const HAS_ITS_PART: Diagnostic = {
  code: 'SF615',
  severity: 'error',
  message:
    'a saved plan is about the part of the farm it was made for: --target and --exclude cannot change that',
  help: 'Give them to `sealfarm plan --out FILE`, or apply without a saved plan.',
};
