import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { HostLayout, WorkerLayout } from '../host/layout.js';
import type { StorageId } from '../lotus/api.js';
import type { SectorStoreSettings } from '../lotus/sectorstore.js';
import type { TaskCode } from '../lotus/task.js';
import type { MaybeSecret, Secret } from '../secret/secret.js';
import type { DrainedWorker } from './drained-workers.js';
import type { Expectation } from './expectation.js';
import type { ForeignWorker } from './foreign-workers.js';
import type { LargePlan } from './large-plan.js';
import type { RestartMiner } from './miner-action.js';
import type { MinerStanding } from './miner-standing.js';
import type { RestartCost } from './restart-cost.js';

export type { Expectation } from './expectation.js';
export type { RestartCost, RunningJob } from './restart-cost.js';

/** What to do to make the hosts match the file, in order; nothing else will be done. */
export interface Plan {
  readonly formatVersion: 1;
  readonly farm: string;
  readonly hosts: readonly HostPlan[];
  /** In which order the steps that disturb are done, after all others; what is in no wave is not done. */
  readonly waves: readonly Wave[];
  /** Turns that never come while the farm is as it is: `minAvailable` would be broken. */
  readonly heldBack: readonly Turn[];
  /** Only where so much is disturbed that a person must say that it is meant. */
  readonly large?: LargePlan;
  /** It is about a part of the farm, and says nothing of the rest. */
  readonly narrowed?: true;
  /** It has what is otherwise on the hosts and in Lotus alone, and is not to be applied. */
  readonly driftOnly?: true;
  /** What stands in the way, over all hosts. */
  readonly diagnostics: readonly Diagnostic[];
  /** Workers a person has drained: they stay as they are. */
  readonly drained: readonly DrainedWorker[];
  /** Workers that still run as somebody else started them; absent where there are none. */
  readonly foreign?: readonly ForeignWorker[];
  /** Absent where lotus-miner goes by what its config.toml will say, or its machine was not looked at. */
  readonly miner?: MinerStanding;
}

/** Workers that are taken out of work side by side; the next wave begins when all of them are back. */
export interface Wave {
  /** One worker, to be seen back before any other is touched. */
  readonly canary: boolean;
  readonly turns: readonly Turn[];
}

/** All that a worker must be quiet for, in one go. */
export interface Turn {
  readonly host: string;
  readonly worker: string;
  /** Ids, one after the other. */
  readonly steps: readonly string[];
  /** What kept it out of the waves before this one. */
  readonly putOff: readonly Hindrance[];
  /** What nobody else does meanwhile, or from then on: then the wave is this worker alone. */
  readonly alone: readonly Loss[];
  /** It does not come back from it to do what it did. */
  readonly leaves?: true;
}

/** Something that the farm would have nobody for. */
export type Loss = `last-of-task ${TaskCode}` | `only-pc2-of-group ${string}`;

/** Why a worker is not in a wave, for machines to read. */
export type Hindrance =
  | Loss
  /** The first worker must come back before. */
  | 'canary'
  /** As many are away as may be. */
  | 'budget'
  /** The wave is of a worker for which nobody stands in. */
  | 'another-alone'
  | `one-post-at-a-time ${TaskCode}`
  | `min-available ${TaskCode}`;

export interface HostPlan {
  readonly host: string;
  readonly layout: HostLayout;
  /** False where the host could not be looked at: its steps are not known. */
  readonly reached: boolean;
  readonly steps: readonly Step[];
}

/**
 * How much a step disturbs, lightest first.
 * `none`: no running work can notice it. `live`: Lotus changes it while the worker runs.
 * `restart`: the worker must be quiet first: no job assigned, prepared or running; of lotus-miner: no proof is due. `empty`: it must hold no sector.
 */
export type Disruption = 'none' | 'live' | 'restart' | 'empty';

/** Why a step is needed, for machines to read. */
export type Reason =
  /** It is not there yet. */
  | 'new'
  /** The declaration asks for something else than what stands there; also of what brings such a file into effect. */
  | 'config-changed'
  /** Somebody else changed on the host what sealfarm wrote; also of what runs by that since. */
  | 'edited-on-host'
  /** A person has drained the worker, or takes that back. */
  | 'drain-intent'
  /** The process was started with other files than stand there, whatever this plan writes. */
  | 'process-older-than-file'
  /** Another program stands on disk than the one it runs. */
  | 'program-replaced'
  /** Lotus works by something else than the files that stand there, whatever this plan writes. */
  | 'lotus-differs'
  /** It shall run and does not. */
  | 'not-running'
  /** sealfarm put it there, and the file names it no more. */
  | 'removed-from-config'
  /** A person wants the version before. */
  | 'rolled-back'
  /** Somebody else started the worker, and it is taken over. */
  | 'adopted';

export interface Step {
  /** Unique in the plan, stable from one plan to the next. */
  readonly id: string;
  readonly host: string;
  /** Absent for what belongs to the host as a whole. */
  readonly worker?: string;
  readonly action: Action;
  readonly disruption: Disruption;
  readonly reason: Reason;
  readonly changes: readonly FieldChange[];
  /** What the step would cost if it were done now. */
  readonly cost?: RestartCost;
}

/** One field, before and after; undefined means absent. Secret values show as a mask. */
export interface FieldChange {
  readonly field: string;
  readonly before?: MaybeSecret;
  readonly after?: MaybeSecret;
}

export type Action =
  /** Written whole; refused when the file is no longer the one seen (`replaces`, sha256; undefined: absent). */
  | {
      readonly kind: 'write-file';
      readonly path: string;
      /** `keep`: as it is, 644 for a new file. */
      readonly mode: '600' | 'keep';
      readonly content: Secret;
      readonly replaces?: string;
      /** The text that was seen there: for the eye alone, `replaces` is what counts. */
      readonly before?: Secret;
      /** Of an environment file: the names whose values may be shown. */
      readonly open?: readonly string[];
      /** Folder that keeps the version before. */
      readonly backups: string;
      /** Has the file and its folder where they are new; else who makes them. */
      readonly owner?: string;
    }
  /** Makes a storage path's folder, for this user if one is named. */
  | { readonly kind: 'create-path'; readonly path: string; readonly owner?: string }
  /** Gives a storage path its sectorstore.json; without `id` a new one is drawn, once. */
  | {
      readonly kind: 'create-sectorstore';
      readonly path: string;
      readonly id?: StorageId;
      readonly settings: SectorStoreSettings;
      readonly backups: string;
      readonly owner?: string;
    }
  /** Gives the miner's index a path's settings as its sectorstore.json has them; read back. */
  | {
      readonly kind: 'redeclare';
      readonly path: string;
      readonly id: StorageId;
      readonly settings: SectorStoreSettings;
    }
  | { readonly kind: 'attach'; readonly path: string }
  /** Only while the worker is quiet and nothing lies there: its `tasks` are off meanwhile. */
  | {
      readonly kind: 'detach';
      readonly path: string;
      readonly id: StorageId;
      readonly tasks: readonly TaskCode[];
    }
  | { readonly kind: 'enable-task'; readonly task: TaskCode }
  | { readonly kind: 'disable-task'; readonly task: TaskCode }
  /** `expect` is verified afterwards. */
  | { readonly kind: 'start'; readonly service: WorkerLayout; readonly expect: Expectation }
  /** Ends it by whoever keeps it, and starts it by the declared service manager; `from`: it ran under another name. */
  | {
      readonly kind: 'restart';
      readonly service: WorkerLayout;
      readonly expect: Expectation;
      readonly from?: FormerName;
      /** Somebody else started it: what it had before cannot be put back. */
      readonly adopts?: true;
    }
  | RestartMiner
  /** Its unit is started at the next boot; nothing is started now. */
  | { readonly kind: 'enable-unit'; readonly service: WorkerLayout }
  /** Somebody else's unit is not started at boot any more; what runs goes on. */
  | { readonly kind: 'disable-unit'; readonly unit: string }
  /** What is left of its unit where systemd shall not keep it any more: it comes back no more, its drop-in goes. */
  | { readonly kind: 'remove-unit'; readonly service: WorkerLayout }
  /** Emptied, with those of its `tasks` that its sectors still need there; noted on its host. */
  | {
      readonly kind: 'drain';
      readonly service: WorkerLayout;
      readonly home: HostLayout;
      readonly tasks: readonly TaskCode[];
      /** Ended then, so that it stays down over reboots. */
      readonly stop: boolean;
    }
  /**
   * Drained to empty while it runs, with its `tasks` for what its sectors need there, and stopped. Then its unit, its
   * environment file and its name in the manifest go; its repo and its storage paths stay with all that is in them.
   */
  | {
      readonly kind: 'remove-worker';
      readonly service: WorkerLayout;
      readonly home: HostLayout;
      readonly tasks: readonly TaskCode[];
      /** Absent where nothing on the host tells it any more. */
      readonly repo?: string;
    };

/** A name that a worker had, with what is there under it. */
export interface FormerName {
  readonly worker: string;
  readonly service: WorkerLayout;
  readonly home: HostLayout;
}

/** Whether a step waits until its worker is quiet. */
export function disturbs({ disruption }: Step): boolean {
  return disruption === 'restart' || disruption === 'empty';
}

/** A restart of lotus-miner that all workers come after. */
export function isMinerFirst({ action }: Step): boolean {
  return action.kind === 'restart-miner' && action.last !== true;
}

export function steps(plan: Pick<Plan, 'hosts'>): readonly Step[] {
  return plan.hosts.flatMap((host) => host.steps);
}
