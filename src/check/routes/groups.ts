import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import { storageOf } from '../../farm/rules/rule.js';
import type { Layout } from '../layout.js';

/** One that only `allowTo` names is found elsewhere. */
export function* storageGroupsAreUsed({ farm }: Layout): Generator<Finding> {
  const used = new Set(
    storageOf(farm.hosts).flatMap(({ storage }) => [...storage.groups, ...storage.allowTo]),
  );
  for (const group of farm.storageGroups.filter((name) => !used.has(name))) {
    const message = `no storage path is in the group ${quote(group)}, or lets its sectors go there`;
    const help = 'Write it under `groups` or `allowTo` of a path, or take it out.';
    yield finding('SF294', ['storageGroups', group], message, { severity: 'warning', on: 'key', help });
  }
}
