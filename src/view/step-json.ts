import { unreachable } from '../diagnostic/unreachable.js';
import type { Action, Disruption, FieldChange, Reason, RestartCost, Step } from '../plan/plan.js';

export interface StepJson {
  readonly id: string;
  readonly host: string;
  readonly worker?: string;
  readonly action: ActionJson;
  readonly disruption: Disruption;
  readonly reason: Reason;
  readonly changes: readonly ChangeJson[];
  readonly cost?: RestartCost;
}

/** What is done to what; never what a file holds. */
interface ActionJson {
  readonly kind: Action['kind'];
  readonly path?: string;
  readonly mode?: string;
  readonly id?: string;
  readonly task?: string;
}

/** A field that is absent before or after has no value there; a secret's is `(secret)`. */
interface ChangeJson {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

export function stepJson(step: Step): StepJson {
  const { id, host, worker, action, disruption, reason, changes, cost } = step;
  return {
    id,
    host,
    ...(worker === undefined ? {} : { worker }),
    action: actionJson(action),
    disruption,
    reason,
    changes: changes.map(changeJson),
    ...(cost === undefined ? {} : { cost }),
  };
}

function actionJson(action: Action): ActionJson {
  const { kind } = action;
  switch (kind) {
    case 'write-file':
      return { kind, path: action.path, mode: action.mode };
    case 'create-sectorstore':
      return { kind, path: action.path, ...(action.id === undefined ? {} : { id: action.id }) };
    case 'redeclare':
    case 'detach':
      return { kind, path: action.path, id: action.id };
    case 'create-path':
    case 'attach':
      return { kind, path: action.path };
    case 'enable-task':
    case 'disable-task':
      return { kind, task: action.task };
    case 'start':
    case 'restart':
    case 'remove-unit':
      return { kind };
    default:
      return unreachable(action);
  }
}

function changeJson({ field, before, after }: FieldChange): ChangeJson {
  return {
    field,
    ...(before === undefined ? {} : { before: String(before) }),
    ...(after === undefined ? {} : { after: String(after) }),
  };
}
