import { unreachable } from '../diagnostic/unreachable.js';
import type { SectorStoreSettings } from '../lotus/sectorstore.js';
import type { TaskCode } from '../lotus/task.js';
import type { Action, Disruption, Expectation, FieldChange, Reason, RestartCost } from '../plan/plan.js';
import { pc1Of } from './cost.js';
import type { MaskedStep } from './masked-plan.js';

export interface StepJson {
  readonly id: string;
  readonly host: string;
  readonly worker?: string;
  readonly action: ActionJson;
  readonly disruption: Disruption;
  readonly reason: Reason;
  readonly changes: readonly ChangeJson[];
  /** Of the file that the step writes, in unified form; only where it was asked for. */
  readonly diff?: string;
  readonly cost?: CostJson;
}

interface CostJson extends RestartCost {
  /** Work done so far by all its PC1 together; absent where they are not known, or the moment does not count. */
  readonly pc1Seconds?: number;
}

/** What is done to what; never what a file holds. */
export interface ActionJson {
  readonly kind: Action['kind'];
  readonly path?: string;
  readonly mode?: string;
  readonly id?: string;
  readonly task?: TaskCode;
  /** Of a new path's sectorstore.json, in Lotus's field names. */
  readonly settings?: SectorStoreSettings;
  /** What a started worker must show before it counts as started. */
  readonly expect?: {
    readonly tasks: readonly TaskCode[];
    /** At most so many at once, by task. */
    readonly limits: Readonly<Partial<Record<TaskCode, number>>>;
  };
  /** That is removed, or restarted. */
  readonly unit?: string;
  /** That restarts lotus-miner. */
  readonly command?: readonly string[];
  /** lotus-miner is restarted after all workers, not before them. */
  readonly last?: true;
  /** Whether a worker that is drained is stopped then. */
  readonly stop?: boolean;
  /** Of a worker that is removed: it stays with all that is in it. */
  readonly repo?: string;
  /** The name a restarted worker has until then. */
  readonly from?: string;
}

/** A field that is absent before or after has no value there; a secret's is a mask. */
interface ChangeJson {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** @param now when a plan is shown: what it costs is of that moment */
export function stepJson(step: MaskedStep, now?: Date): StepJson {
  const { id, host, worker, action, disruption, reason, changes, diff, cost } = step;
  return {
    id,
    host,
    ...(worker === undefined ? {} : { worker }),
    action: actionJson(action),
    disruption,
    reason,
    changes: changes.map(changeJson),
    ...(diff === undefined ? {} : { diff }),
    ...(cost === undefined ? {} : { cost: costJson(cost, now) }),
  };
}

function costJson(cost: RestartCost, now: Date | undefined): CostJson {
  return now === undefined || cost.jobs === undefined
    ? cost
    : { ...cost, pc1Seconds: pc1Of([cost], now).seconds };
}

function actionJson(action: Action): ActionJson {
  const { kind } = action;
  switch (kind) {
    case 'write-file':
      return { kind, path: action.path, mode: action.mode };
    case 'create-sectorstore':
      return {
        kind,
        path: action.path,
        settings: action.settings,
        ...(action.id === undefined ? {} : { id: action.id }),
      };
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
      return { kind, expect: expectJson(action.expect) };
    case 'restart': {
      const expect = expectJson(action.expect);
      return { kind, expect, ...(action.from === undefined ? {} : { from: action.from.worker }) };
    }
    case 'restart-miner':
      return { kind, ...action.by, ...(action.last === undefined ? {} : { last: action.last }) };
    case 'drain':
      return { kind, stop: action.stop };
    case 'remove-worker':
      return { kind, ...(action.repo === undefined ? {} : { repo: action.repo }) };
    case 'disable-unit':
      return { kind, unit: action.unit };
    case 'enable-unit':
    case 'remove-unit':
      return { kind, unit: action.service.unit.name };
    default:
      return unreachable(action);
  }
}

function expectJson({ tasks, limits }: Expectation): NonNullable<ActionJson['expect']> {
  return { tasks, limits: Object.fromEntries(limits) };
}

export function changeJson({ field, before, after }: FieldChange): ChangeJson {
  return {
    field,
    ...(before === undefined ? {} : { before: String(before) }),
    ...(after === undefined ? {} : { after: String(after) }),
  };
}
