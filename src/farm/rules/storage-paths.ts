import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Farm } from '../farm.js';
import { storageOf } from './rule.js';

/** Lotus reads every entry of a storage path as a sector, and a repo is none. */
export function* storageAndReposAreApart(farm: Farm): Generator<Finding> {
  for (const host of farm.hosts) {
    for (const { storage } of storageOf([host])) {
      const clash = host.workers.find(({ repo }) => overlap(storage.path, repo));
      if (clash === undefined) continue;
      const message = `the storage path ${quote(storage.path)} and the repo ${quote(clash.repo)} of ${quote(clash.name)} lie in one another`;
      yield finding('SF236', [...storage.yaml, 'path'], message, {
        help: 'Put them into folders of their own.',
      });
    }
  }
}

export function* storagePathsHaveAUse(farm: Farm): Generator<Finding> {
  for (const { storage } of storageOf(farm.hosts)) {
    if (storage.seal || storage.store) continue;
    const message = `the storage path ${quote(storage.path)} is neither for sealing nor for storing`;
    const help = 'Add seal: true or store: true, if sectors shall come here.';
    yield finding('SF237', [...storage.yaml, 'path'], message, { severity: 'warning', help });
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
