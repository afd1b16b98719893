import { FILE_TYPES } from '../lotus/file-type.js';
import type { PipelineTask } from '../lotus/selector.js';

const { unsealed, sealed, cache } = FILE_TYPES;

/** What a task does with a sector's files, each as a bit mask of types. */
export interface TaskFiles {
  /** Moved to the worker before it begins, unless they are there. */
  readonly fetch: number;
  /** Onto which kind of path. */
  readonly fetchTo: 'sealing' | 'stored';
  /** What is locked for reading and for writing meanwhile, as StorageGetLocks has it. */
  readonly reads: number;
  readonly writes: number;
}

const NONE: TaskFiles = { fetch: 0, fetchTo: 'sealing', reads: 0, writes: 0 };

/** Lotus: storage/sealer/manager.go */
export const TASK_FILES: Readonly<Record<PipelineTask, TaskFiles>> = {
  AP: { ...NONE, writes: unsealed },
  PC1: { ...NONE, fetch: unsealed, reads: unsealed, writes: sealed | cache },
  PC2: { ...NONE, fetch: sealed | cache, reads: sealed, writes: cache },
  C1: { ...NONE, fetch: sealed | cache, reads: sealed, writes: cache },
  C2: NONE,
  FIN: { ...NONE, writes: unsealed | sealed | cache },
  GET: { ...NONE, fetch: sealed | cache, fetchTo: 'stored', writes: unsealed | sealed | cache },
};
