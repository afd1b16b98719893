import type { TaskCode } from '../lotus/task.js';

/** What a started worker must show before it counts as started. */
export interface Expectation {
  readonly tasks: readonly TaskCode[];
  readonly paths: readonly string[];
  /** Effective MaxConcurrent by task. */
  readonly limits: ReadonlyMap<TaskCode, number>;
  /** How many GPUs Lotus must see; absent where the file says nothing of them. */
  readonly gpus?: number;
  /** `abi.RegisteredSealProof` under which Lotus lists the limits. */
  readonly sealProof: number;
}
