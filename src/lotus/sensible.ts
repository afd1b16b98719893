import type { TaskResources } from './api.js';

/** Numbers that mean something; the schema of sealfarm.yaml takes no others. */
const MOST_AT_ONCE = 1_000_000;
const MOST_THREADS = 65_536;
const MOST_GPUS = 1024;

/** Whether so many tasks or fetches at once are a limit. */
export function isCount(value: number): boolean {
  return value >= 1 && value <= MOST_AT_ONCE;
}

/** Whether a task can count for so much. A limit that is none is as good as no limit. */
export function isSensible(field: keyof TaskResources, value: number): boolean {
  switch (field) {
    case 'MaxConcurrent':
      return true;
    case 'GPUUtilization':
      return value >= 0 && value <= MOST_GPUS;
    case 'MaxParallelism':
    case 'MaxParallelismGPU':
      return value >= -1 && value <= MOST_THREADS;
    case 'MinMemory':
    case 'MaxMemory':
    case 'BaseMinMemory':
      return Number.isSafeInteger(value);
  }
}
