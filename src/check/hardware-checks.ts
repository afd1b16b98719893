import { limitsAreReached, preCommit1IsLimited, tasksFit, tasksFitIntoRam } from './hardware/admission.js';
import { cachesHaveRoom } from './hardware/caches.js';
import {
  cpusAreGivenOnce,
  cpusAreLeftForOthers,
  cpusAreLeftForTheMiner,
  cpusExist,
  l3GroupsSuffice,
  sdrThreadsFit,
} from './hardware/cpus.js';
import { oneSectorHasRoom, sectorsHaveRoom } from './hardware/disk.js';
import {
  gpuLocksAreApart,
  gpusAreGivenOnce,
  gpusExist,
  gpuTasksHaveGpus,
  gpuVariablesAgree,
} from './hardware/gpus.js';
import { memoryIsGivenOnce, resourcesAreHonest } from './hardware/memory.js';
import { nodesExist, nodesHaveMemoryLimits } from './hardware/numa.js';
import { parametersHaveAPlace, parentsHaveAPlace, proofSettingsAgree } from './hardware/proofs.js';
import { onceForAll } from './hardware/trouble.js';
import type { LayoutCheck } from './layout.js';

/** What the machines can do: memory, CPUs, GPUs, disks. */
export const HARDWARE_CHECKS: readonly LayoutCheck[] = [
  tasksFit,
  limitsAreReached,
  preCommit1IsLimited,
  tasksFitIntoRam,
  memoryIsGivenOnce,
  resourcesAreHonest,
  nodesHaveMemoryLimits,
  nodesExist,
  l3GroupsSuffice,
  cpusAreGivenOnce,
  cpusExist,
  sdrThreadsFit,
  cpusAreLeftForOthers,
  cpusAreLeftForTheMiner,
  gpusAreGivenOnce,
  gpuLocksAreApart,
  gpuTasksHaveGpus,
  gpusExist,
  gpuVariablesAgree,
  oneSectorHasRoom,
  sectorsHaveRoom,
  parametersHaveAPlace,
  parentsHaveAPlace,
  cachesHaveRoom,
  proofSettingsAgree,
].map(onceForAll);
