import { reveal, type MaybeSecret } from '../secret/secret.js';
import { steps, type FieldChange, type Plan, type Step } from './plan.js';

/** Whether two plans would do the same, secrets included. What a step costs at the moment does not count. */
export function sameSteps(a: Plan, b: Plan): boolean {
  return essence(a) === essence(b);
}

function essence(plan: Plan): string {
  return JSON.stringify(steps(plan).map(stepEssence));
}

/** All that decides what a step does, secrets in the open: to be compared, never to be shown. */
export function stepEssence({ id, host, disruption, reason, changes, action }: Step): unknown {
  const content = action.kind === 'write-file' ? [action.path, action.content.reveal()] : undefined;
  return [id, host, disruption, reason, changes.map(changeEssence), content, whomEssence(action)];
}

/** Which files and processes a step is about that ends one. */
function whomEssence(action: Step['action']): unknown {
  if (action.kind === 'remove-worker' || action.kind === 'drain')
    return [action.service, action.home, action.tasks];
  if (action.kind === 'restart-miner') return [action.miner, action.by, action.leaves, action.last];
  if (action.kind === 'disable-unit') return action.unit;
  return action.kind === 'restart' ? [action.service, action.from] : undefined;
}

function changeEssence({ field, before, after }: FieldChange): unknown {
  const open = (value: MaybeSecret | undefined): string | undefined =>
    value === undefined ? value : reveal(value);
  return [field, open(before), open(after)];
}
