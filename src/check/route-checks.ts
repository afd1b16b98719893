import type { LayoutCheck } from './layout.js';
import { storageGroupsAreUsed } from './routes/groups.js';
import {
  sealingPathsStore,
  storageHasTwoPlaces,
  largePathsHaveNoLimit,
  longTermPathsAreNotShared,
  someWorkerStores,
} from './routes/long-term.js';
import { listenAddressesAreReached, minerIsPrivate, minerIsReached } from './routes/network.js';
import {
  weightsProtectNothing,
  pathsTakeSomething,
  postWorkersDoNotSeal,
  tasksFindTheirTypes,
  tasksHaveSealingPaths,
} from './routes/paths.js';
import { pc1OutputHasTwoTakers, pc1OutputIsTaken, sealingPathsAreInGroups } from './routes/pc1-output.js';
import {
  commitHasTwoDoers,
  piecesAreAddedWhereSealed,
  pipelineIsWhole,
  postsHaveTwoWorkers,
  proofsAreMade,
  upgradesAreProved,
  workersHaveAUse,
} from './routes/tasks.js';
import { variablesAreKnown } from './routes/variables.js';

/** Where sectors can go: groups, paths, tasks, network. */
export const ROUTE_CHECKS: readonly LayoutCheck[] = [
  pc1OutputIsTaken,
  pc1OutputHasTwoTakers,
  sealingPathsAreInGroups,
  storageGroupsAreUsed,
  tasksHaveSealingPaths,
  tasksFindTheirTypes,
  pathsTakeSomething,
  weightsProtectNothing,
  postWorkersDoNotSeal,
  someWorkerStores,
  sealingPathsStore,
  storageHasTwoPlaces,
  largePathsHaveNoLimit,
  longTermPathsAreNotShared,
  listenAddressesAreReached,
  minerIsReached,
  minerIsPrivate,
  pipelineIsWhole,
  commitHasTwoDoers,
  upgradesAreProved,
  postsHaveTwoWorkers,
  proofsAreMade,
  piecesAreAddedWhereSealed,
  workersHaveAUse,
  variablesAreKnown,
];
