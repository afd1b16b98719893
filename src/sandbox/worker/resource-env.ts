import type { TaskResources, WorkerResources } from '../../lotus/api.js';
import { defaultResources, sealProofKey } from '../../lotus/resources.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import { LIMITABLE_TASKS, SECTOR_SIZES } from '../../lotus/sector-size.js';
import type { TaskCode } from '../../lotus/task.js';
import { task } from '../../lotus/task.js';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES: Readonly<Record<string, keyof TaskResources>> = {
  MIN_MEMORY: 'MinMemory',
  MAX_MEMORY: 'MaxMemory',
  GPU_UTILIZATION: 'GPUUtilization',
  MAX_PARALLELISM: 'MaxParallelism',
  MAX_PARALLELISM_GPU: 'MaxParallelismGPU',
  BASE_MIN_MEMORY: 'BaseMinMemory',
  MAX_CONCURRENT: 'MaxConcurrent',
};

/**
 * The resource table a worker with these variables announces.
 * Lotus: storage/sealer/storiface/resources.go ParseResourceEnv
 */
export function resourcesFromEnvironment(env: Environment): WorkerResources['Resources'] {
  const sizes = Object.keys(SECTOR_SIZES) as SectorSize[];
  return Object.fromEntries(
    LIMITABLE_TASKS.map((code) => [
      task(code).rpc,
      Object.fromEntries(sizes.map((size) => [sealProofKey(size), resourcesOf(code, size, env)])),
    ]),
  );
}

function resourcesOf(code: TaskCode, size: SectorSize, env: Environment): TaskResources {
  let resources: TaskResources = { ...defaultResources(code, size), ...sdrThreads(code, env) };
  for (const [variable, field] of Object.entries(VARIABLES)) {
    const written = env[`${code}_${SECTOR_SIZES[size].short}_${variable}`] ?? env[`${code}_${variable}`];
    if (written !== undefined) resources = { ...resources, [field]: parseNumber(written, field) };
  }
  return resources;
}

/** Multicore SDR takes its producers and the thread that hashes. */
function sdrThreads(code: TaskCode, env: Environment): Partial<TaskResources> {
  if (code !== 'PC1' && code !== 'UNS') return {};
  if (env['FIL_PROOFS_USE_MULTICORE_SDR'] !== '1') return {};
  return {
    MaxParallelism: parseNumber(env['FIL_PROOFS_MULTICORE_SDR_PRODUCERS'] ?? '3', 'MaxParallelism') + 1,
  };
}

/** A bad manner of Lotus: what is no number counts as 0, and as a limit 0 is none. */
function parseNumber(text: string, field: keyof TaskResources): number {
  if (field === 'GPUUtilization') return /^[\d.eE+-]+$/.test(text) ? Number(text) || 0 : 0;
  const signed = field === 'MaxParallelism' || field === 'MaxParallelismGPU' || field === 'MaxConcurrent';
  return (signed ? /^[+-]?\d+$/ : /^\d+$/).test(text) ? Number(text) : 0;
}
