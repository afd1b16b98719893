import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { SectorStoreSettings } from '../lotus/sectorstore.js';
import type { TaskCode } from '../lotus/task.js';
import type { DrainedWorker } from '../plan/drained-workers.js';
import type { ForeignWorker } from '../plan/foreign-workers.js';
import type { MinerStanding } from '../plan/miner-standing.js';
import type { Expectation, Step, Wave } from '../plan/plan.js';

/** As much of a plan as is shown: a fresh one has more, a saved one has just this. */
export interface ShownPlan {
  readonly hosts: readonly ShownHost[];
  readonly diagnostics: readonly Diagnostic[];
  readonly drained: readonly DrainedWorker[];
  readonly foreign?: readonly ForeignWorker[];
  readonly waves: readonly Wave[];
  readonly narrowed?: true;
  readonly driftOnly?: true;
  readonly miner?: MinerStanding;
}

export interface ShownHost {
  readonly host: string;
  readonly reached: boolean;
  readonly steps: readonly ShownStep[];
}

export interface ShownStep extends Omit<Step, 'action'> {
  readonly action: ShownAction;
  /** Of the file that the step writes, in unified form. */
  readonly diff?: string;
}

export type ShownAction =
  | {
      readonly kind: 'write-file' | 'create-path' | 'redeclare' | 'attach' | 'detach';
      readonly path: string;
    }
  | {
      readonly kind: 'create-sectorstore';
      readonly path: string;
      readonly id?: string;
      readonly settings: SectorStoreSettings;
    }
  | { readonly kind: 'enable-task' | 'disable-task'; readonly task: TaskCode }
  | { readonly kind: 'start'; readonly expect: Pick<Expectation, 'tasks' | 'limits'> }
  | {
      readonly kind: 'restart';
      readonly expect: Pick<Expectation, 'tasks' | 'limits'>;
      readonly from?: { readonly worker: string };
    }
  | { readonly kind: 'restart-miner'; readonly last?: true }
  | { readonly kind: 'disable-unit'; readonly unit: string }
  | {
      readonly kind: 'remove-unit' | 'enable-unit';
      readonly service: { readonly unit: { readonly name: string } };
    }
  | { readonly kind: 'drain'; readonly stop: boolean }
  | { readonly kind: 'remove-worker'; readonly repo?: string };

export function shownSteps({ hosts }: Pick<ShownPlan, 'hosts'>): readonly ShownStep[] {
  return hosts.flatMap((host) => host.steps);
}
