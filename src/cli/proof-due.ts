import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Plan } from '../plan/plan.js';
import { proofDueNow, turnsOfProvers } from '../plan/proof-due.js';
import type { FarmProbe } from '../probe/observe-farm.js';
import type { Workspace } from './workspace.js';

/** Asks whether a proof is due that turns of the plan wait for, where there are such turns: that takes the node some seconds. */
export async function proofsInTheWay(
  workspace: Workspace,
  plan: Plan,
  { observation }: FarmProbe,
): Promise<readonly Diagnostic[]> {
  const turns = turnsOfProvers(plan, observation);
  if (turns.length === 0 || !observation.miner.reached) return [];
  const due = await workspace.proofDue();
  if (!due.ok) return [{ ...due.diagnostic, severity: 'warning' }];
  return due.value === undefined ? [] : [proofDueNow(turns, due.value)];
}
