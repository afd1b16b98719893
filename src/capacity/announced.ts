import { workerEnv } from '../desired/worker-env.js';
import { parseCpuSet } from '../farm/cpu-set.js';
import type { Farm, Hardware, Worker } from '../farm/farm.js';
import type { WorkerResources } from '../lotus/api.js';
import { resourcesFromEnvironment } from '../lotus/resource-env.js';
import { Secret } from '../secret/secret.js';

const NO_TOKEN = new Secret('');

/**
 * What a worker tells the miner of its machine when it starts, on a machine where nothing else uses memory.
 * Lotus reads it once, the memory as the smaller of the machine's and the cgroup's, the swap as the machine's:
 * storage/sealer/worker_local.go Info
 */
export function announcedResources(farm: Farm, worker: Worker, hardware: Hardware): WorkerResources {
  const env = workerEnv(farm, worker, NO_TOKEN, worker.tasks).map(({ name, value }): [string, string] => [
    name,
    typeof value === 'string' ? value : value.reveal(),
  ]);
  return {
    MemPhysical: Math.min(hardware.memory, worker.memory ?? Infinity),
    MemUsed: 0,
    MemSwap: worker.noSwap ? 0 : hardware.swap,
    MemSwapUsed: 0,
    CPUs: cpusOf(worker, hardware),
    GPUs: Array.from({ length: gpusSeen(worker, hardware) }, () => 'GPU'),
    Resources: resourcesFromEnvironment(Object.fromEntries(env)),
  };
}

/** Lotus counts the CPUs of the process's affinity mask. */
function cpusOf({ cpus }: Worker, hardware: Hardware): number {
  if (cpus === undefined) return hardware.cpus;
  return [...(parseCpuSet(cpus) ?? [])].filter((cpu) => cpu < hardware.cpus).length;
}

/** CUDA takes the devices of a list up to the first that is not there; a UUID is taken to be there. */
function gpusSeen({ gpus }: Worker, hardware: Hardware): number {
  if (gpus === 'none') return 0;
  if (gpus === undefined || gpus === 'all') return hardware.gpus;
  const missing = gpus.findIndex((gpu) => typeof gpu === 'number' && gpu >= hardware.gpus);
  return missing === -1 ? gpus.length : missing;
}
