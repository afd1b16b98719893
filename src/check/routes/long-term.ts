import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import { repeated, storageOf, workersOf } from '../../farm/rules/rule.js';
import { doersOf } from '../../flow/routes.js';
import type { Layout } from '../layout.js';

/** bytes; where Lotus's count of what is used begins to hurt. Finished sectors are many small files to a TiB. */
const VERY_LARGE = { store: 20 * 2 ** 40, seal: 100 * 2 ** 40 } as const;

/** What a path's name tells of a file system that many machines mount. */
const SOUNDS_SHARED = /nfs|nas|ceph|gluster|lustre|beegfs|moosefs|samba|smb|cifs|share/i;

/** Then it is the miner's, of which the file knows nothing. */
export function* someWorkerStores({ farm }: Layout): Generator<Finding> {
  if (farm.miner.disallowRemoteFinalize) return;
  const doers = doersOf(farm);
  if (doers.store.length > 0 || doers.PC1.length + doers.PC2.length === 0) return;
  const message =
    'no worker takes finished sectors, so they go to the long-term storage of the miner, if it has some';
  const help = 'See to it that `lotus-miner storage list` shows a path for storage.';
  yield finding('SF279', ['hosts'], message, { severity: 'note', on: 'key', help });
}

/** PC2 and RU leave their results with their worker; nobody else may move them. */
export function* holdersStoreThemselves({ farm }: Layout): Generator<Finding> {
  if (!farm.miner.disallowRemoteFinalize) return;
  const { store } = doersOf(farm);
  const storing = new Set(store.map(({ worker }) => worker));
  for (const { worker } of workersOf(farm.hosts)) {
    const finishes = worker.tasks.includes('PC2') || worker.tasks.includes('RU');
    if (!finishes || storing.has(worker)) continue;
    const message = `${quote(worker.name)} has no long-term path, and with disallowRemoteFinalize nobody else may move its finished sectors`;
    const help = 'Give it a path with `store: true`, or allow others to move them.';
    yield finding('SF280', worker.yaml, message, { on: 'key', help });
  }
}

export function* largePathsHaveNoLimit({ farm }: Layout): Generator<Finding> {
  for (const { storage } of storageOf(farm.hosts)) {
    if (storage.maxStorage <= VERY_LARGE[storage.store ? 'store' : 'seal']) continue;
    const message = `to keep to maxStorage Lotus counts every file on ${quote(storage.path)}, which is slow on a path of this size`;
    const help = 'Take maxStorage out: a file system of its own is limit enough.';
    yield finding('SF290', [...storage.yaml, 'maxStorage'], message, { severity: 'warning', help });
  }
}

/** Disks of their own often have the same name on each machine, so that only some names are a warning. */
export function* longTermPathsAreNotShared({ farm }: Layout): Generator<Finding> {
  const stores = storageOf(farm.hosts).filter(({ storage }) => storage.store && storage.id === undefined);
  const reported = new Set<string>();
  for (const { again, first } of repeated(stores, ({ storage }) => storage.path)) {
    const { path, yaml } = again.storage;
    if (reported.has(path)) continue;
    reported.add(path);
    const message = `the long-term path ${quote(path)} is on ${quote(first.host.name)} and on ${quote(again.host.name)}: if that is one file system, sealed data can be deleted`;
    const severity = SOUNDS_SHARED.test(path) ? 'warning' : 'note';
    const help =
      'Give a shared file system to one worker alone; for disks of their own write the `id` of each.';
    yield finding('SF291', [...yaml, 'path'], message, { severity, help });
  }
}
