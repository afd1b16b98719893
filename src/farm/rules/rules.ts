import { machinesHaveOneName } from './machines.js';
import type { Rule } from './rule.js';
import { allowedGroupsHavePaths, storageGroupsAreDeclared } from './storage-groups.js';
import { storageAndReposAreApart, storagePathsHaveAUse } from './storage-paths.js';
import {
  listenAddressesAreUnique,
  reposAreUnique,
  storageIdsAreUnique,
  storagePathsAreUnique,
  workerNamesAreUnique,
} from './unique.js';
import { hostsHaveWorkers, renamedWorkersWereOthers } from './workers.js';

/** Everything that is checked of a farm as a whole. */
export const RULES: readonly Rule[] = [
  machinesHaveOneName,
  hostsHaveWorkers,
  renamedWorkersWereOthers,
  workerNamesAreUnique,
  listenAddressesAreUnique,
  reposAreUnique,
  storagePathsAreUnique,
  storageIdsAreUnique,
  storageAndReposAreApart,
  storagePathsHaveAUse,
  storageGroupsAreDeclared,
  allowedGroupsHavePaths,
];
