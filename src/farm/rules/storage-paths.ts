import { finding, type Finding, type YamlPath } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Farm } from '../farm.js';
import { storageOf } from './rule.js';

/** Lotus reads every entry of a storage path as a sector, and a repo is none. */
export function* storageAndReposAreApart(farm: Farm): Generator<Finding> {
  for (const host of farm.hosts) {
    for (const { storage } of storageOf([host])) {
      const clash = host.workers.find(({ repo }) => overlap(storage.path, repo));
      if (clash === undefined) continue;
      if (clash.repo === storage.path) {
        yield repoAsStorage(storage.path, clash.name, [...storage.yaml, 'path']);
        continue;
      }
      const message = `the storage path ${quote(storage.path)} and the repo ${quote(clash.repo)} of ${quote(clash.name)} lie in one another`;
      yield finding('SF236', [...storage.yaml, 'path'], message, {
        help: 'Put them into folders of their own.',
      });
    }
  }
}

/** As Lotus itself makes it at a first start without no-local-storage: it works, and such farms are there. */
function repoAsStorage(path: string, worker: string, at: YamlPath): Finding {
  const message = `the storage path ${quote(path)} is the repo of ${quote(worker)} as well`;
  const help = 'Give new sectors a path of their own, and take this one out when it is empty.';
  return finding('SF236', at, message, { severity: 'warning', help });
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
