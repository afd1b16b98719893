import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import { repeated, storageOf, workersOf } from '../../farm/rules/rule.js';
import { PC1_OUTPUT } from '../../flow/paths.js';
import { doersOf, outputPlaces, soleStore } from '../../flow/routes.js';
import { FILE_TYPES } from '../../lotus/file-type.js';
import type { TaskCode } from '../../lotus/task.js';
import type { Layout } from '../layout.js';
import { quoted, workerNames } from './words.js';

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

/** The miner may have long-term paths of its own, of which the file says nothing. */
export function* storageHasTwoPlaces({ farm }: Layout): Generator<Finding> {
  if (farm.miner.disallowRemoteFinalize) return;
  const doers = doersOf(farm);
  const only = soleStore(doers);
  if (only === undefined) return;
  const others = doers.PC2.filter(({ worker }) => worker !== only.worker);
  const message = `${quote(only.worker.name)} alone has long-term paths, for the sectors of ${quoted(workerNames(others))} too`;
  const help =
    'While it is away or full they stay on the sealing paths; a second worker with a long-term path, or the miner, takes them then.';
  yield finding('SF276', only.worker.yaml, message, { severity: 'note', on: 'key', help });
}

const { update } = FILE_TYPES;

/** PC2 and RU leave their results on the paths of their worker, and there they must be kept. */
const LEAVES: readonly (readonly [TaskCode, number])[] = [
  ['PC2', PC1_OUTPUT],
  ['RU', update | FILE_TYPES['update-cache']],
];

/** A long-term path beside the sealing path is no help: the worker may not move what lies on another path, either. */
export function* sealingPathsStore({ farm }: Layout): Generator<Finding> {
  if (!farm.miner.disallowRemoteFinalize) return;
  for (const placed of workersOf(farm.hosts)) {
    const { worker } = placed;
    const stuck = new Set(
      LEAVES.filter(([code]) => worker.tasks.includes(code))
        .flatMap(([, types]) => outputPlaces(placed, types))
        .flatMap(({ paths }) => (paths.some(({ store }) => store) ? [] : paths))
        .map(({ path }) => path),
    );
    if (stuck.size === 0) continue;
    const message = `with disallowRemoteFinalize no sector of ${quote(worker.name)} that lies on ${quoted([...stuck])} ever comes to long-term storage: ${stuck.size === 1 ? 'that path is' : 'those paths are'} only for sealing`;
    const help =
      'Give it one path that says `seal: true, store: true`, or take `disallowRemoteFinalize` out; a long-term path of its own beside this one is not enough for Lotus.';
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
