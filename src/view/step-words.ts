import { unreachable } from '../diagnostic/unreachable.js';
import { sectorStoreFile } from '../host/layout.js';
import { task, type TaskCode } from '../lotus/task.js';
import type { Reason } from '../plan/plan.js';
import type { ShownAction, ShownStep } from './shown-plan.js';
import { oneLine } from './text.js';

/** What a step does, as an order: `write worker.env`, `redeclare /mnt/nvme0/seal`, `restart worker-1`. */
export function stepWords({ action, worker, host }: ShownStep): string {
  return oneLine(actionWords(action, worker ?? host));
}

function actionWords(action: ShownAction, worker: string): string {
  switch (action.kind) {
    case 'write-file':
      return `write ${fileWords(action.path)}`;
    case 'create-path':
      return `make ${action.path}`;
    case 'create-sectorstore':
      return `write ${sectorStoreFile(action.path)}`;
    case 'redeclare':
    case 'attach':
    case 'detach':
      return `${action.kind} ${action.path}`;
    case 'enable-task':
      return `switch ${taskWords(action.task)} on`;
    case 'disable-task':
      return `switch ${taskWords(action.task)} off`;
    case 'restart':
      return action.from === undefined ? `restart ${worker}` : `restart ${action.from.worker} as ${worker}`;
    case 'start':
      return `start ${worker}`;
    case 'restart-miner':
      return 'restart lotus-miner';
    case 'drain':
      return `${action.stop ? 'stop' : 'drain'} ${worker}`;
    case 'remove-worker':
      return `remove ${worker}`;
    case 'enable-unit':
      return `enable ${action.service.unit.name}`;
    case 'disable-unit':
      return `disable ${action.unit}`;
    case 'remove-unit':
      return `remove ${action.service.unit.name}`;
    default:
      return unreachable(action);
  }
}

/** There is one of the others a worker or host; of these one a storage path. */
function fileWords(path: string): string {
  return path.endsWith('/sectorstore.json') ? path : path.slice(path.lastIndexOf('/') + 1);
}

/** `precommit1 (PC1)` */
function taskWords(code: TaskCode): string {
  const { name } = task(code);
  return name === undefined ? code : `${name} (${code})`;
}

export type StepSymbol = '+' | '~' | '-';

/** `+` what comes into being, `~` what changes, `-` what goes. */
export function stepSymbol({ action, reason }: ShownStep): StepSymbol {
  switch (action.kind) {
    case 'create-path':
    case 'create-sectorstore':
    case 'attach':
    case 'start':
    case 'enable-unit':
      return '+';
    case 'write-file':
      return reason === 'new' || reason === 'adopted' ? '+' : '~';
    case 'redeclare':
    case 'enable-task':
    case 'disable-task':
    case 'restart':
    case 'restart-miner':
    case 'drain':
      return '~';
    case 'detach':
    case 'remove-unit':
    case 'disable-unit':
    case 'remove-worker':
      return '-';
    default:
      return unreachable(action);
  }
}

/** Why, as a person sees it: who is restarted for a file does not differ from it, but runs without what it says. */
export function reasonWords({ reason, action }: Pick<ShownStep, 'reason' | 'action'>): string {
  if (action.kind === 'restart' || action.kind === 'restart-miner') {
    if (reason === 'config-changed') return 'gets the new settings';
    if (reason === 'edited-on-host') return 'was started with the edited file';
  }
  return causeWords(reason);
}

function causeWords(reason: Reason): string {
  switch (reason) {
    case 'new':
      return 'new';
    case 'config-changed':
      return 'differs from the file';
    case 'edited-on-host':
      return 'edited on the host';
    case 'drain-intent':
      return 'as its drain asks';
    case 'process-older-than-file':
      return 'was started with other settings';
    case 'program-replaced':
      return 'runs an older program than the one on disk';
    case 'lotus-differs':
      return 'differs in Lotus';
    case 'not-running':
      return 'does not run';
    case 'removed-from-config':
      return 'is in the file no more';
    case 'rolled-back':
      return 'as it was before';
    case 'adopted':
      return 'taken over as it runs';
    default:
      return unreachable(reason);
  }
}
