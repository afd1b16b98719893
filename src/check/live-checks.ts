import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { LiveCheck, LiveContext } from './live/context.js';
import { missingGpus } from './live/gpus.js';
import { foreignPaths, loopbackUrls, staleUrls } from './live/index-urls.js';
import { longTermRoom, noLongTermStorage } from './live/long-term.js';
import { clocks, lessHardware } from './live/machine.js';
import { memoryInUse } from './live/memory.js';
import { disabledWorkers, foreignWorkers, lostJobs } from './live/miner-work.js';
import { fileLimits, gpuLocks, openSecrets, programs, restarts } from './live/processes.js';
import { parameterRoom, parentRoom, sealingRoom } from './live/room.js';
import { strayEntries } from './live/sector-folders.js';
import { networkStorage, sharedFolders } from './live/shared-storage.js';
import { effectiveLimits, variables } from './live/variables.js';
import { programSkew, versionSkew } from './live/versions.js';

/** In the order in which they are said: what keeps workers from starting, what they work by, where sectors lie. */
const LIVE_CHECKS: readonly LiveCheck[] = [
  programs,
  fileLimits,
  restarts,
  strayEntries,
  versionSkew,
  programSkew,
  variables,
  effectiveLimits,
  openSecrets,
  missingGpus,
  gpuLocks,
  lessHardware,
  memoryInUse,
  clocks,
  parameterRoom,
  parentRoom,
  sealingRoom,
  sharedFolders,
  networkStorage,
  staleUrls,
  loopbackUrls,
  foreignPaths,
  noLongTermStorage,
  longTermRoom,
  foreignWorkers,
  disabledWorkers,
  lostJobs,
];

/** Everything that a look at the running farm shows to be wrong, beside what the plan says. */
export function checkLive(context: LiveContext): readonly Diagnostic[] {
  return LIVE_CHECKS.flatMap((check) => [...check(context)]);
}
