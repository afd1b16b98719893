import type { TaskCode } from '../lotus/task.js';

/** What is absent is not known. */
export interface RestartCost {
  readonly jobs?: readonly RunningJob[];
  /** WindowPoSt and WinningPoSt that it computes, which are no jobs of Lotus; absent where there are none, too. */
  readonly posts?: readonly TaskCode[];
  /** Sectors with files on the worker's paths. */
  readonly sectorsHeld?: number;
}

export interface RunningJob {
  readonly task: TaskCode;
  /** `s-t01000-7` */
  readonly sector: string;
  /** ISO 8601 */
  readonly since: string;
}
