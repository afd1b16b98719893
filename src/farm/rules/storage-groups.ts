import { finding, type Finding } from '../../config/finding.js';
import { didYouMean, quote } from '../../config/wording.js';
import type { Farm } from '../farm.js';
import { storageOf } from './rule.js';

/** A misspelt group leaves sectors stuck between two tasks. */
export function* storageGroupsAreDeclared(farm: Farm): Generator<Finding> {
  const declared = new Set(farm.storageGroups);
  for (const { storage } of storageOf(farm.hosts)) {
    for (const list of ['groups', 'allowTo'] as const) {
      for (const [index, group] of storage[list].entries()) {
        if (declared.has(group)) continue;
        const message = `the storage group ${quote(group)} is not declared`;
        const help = didYouMean(group, declared, 'Declare it under `storageGroups`.');
        yield finding('SF230', [...storage.yaml, list, index], message, help);
      }
    }
  }
}

/** Sectors may go only where no path is. */
export function* allowedGroupsHavePaths(farm: Farm): Generator<Finding> {
  const declared = new Set(farm.storageGroups);
  const withPath = new Set(storageOf(farm.hosts).flatMap(({ storage }) => storage.groups));
  for (const { storage } of storageOf(farm.hosts)) {
    for (const [index, group] of storage.allowTo.entries()) {
      if (withPath.has(group) || !declared.has(group)) continue;
      const message = `no storage path belongs to the group ${quote(group)}, so nothing can be fetched there`;
      const help = 'Add the group to the `groups` of the paths that shall receive sectors.';
      yield finding('SF239', [...storage.yaml, 'allowTo', index], message, { severity: 'warning', help });
    }
  }
}
