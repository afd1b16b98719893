import { spaceOf } from '../../capacity/space.js';
import type { YamlPath } from '../../config/finding.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import type { TaskCode } from '../../lotus/task.js';
import { parameterFolder, parentFolder } from '../../observed/used-folders.js';
import type { Layout } from '../layout.js';
import type { Trouble } from './trouble.js';
import { listed, sizeNeeded, sizeThere } from './words.js';
import { isLarge, type KnownWorker, knownByHost } from './workers.js';

const GiB = 2 ** 30;

/** Tasks for which a worker fetches the proof parameters before it listens. Lotus: cmd/lotus-worker/main.go */
export const WITH_PARAMETERS: readonly TaskCode[] = ['C2', 'PR2', 'WDP', 'WNP'];

/** bytes, of one sector size; those of sizes for tests are small. Lotus: go-paramfetch, build/proof-params/parameters.json */
export const PARAMETERS = 110 * GiB;

/** bytes: 56 for each 32 of a sector, and some room to spare. rust-fil-proofs: storage-proofs-porep/src/stacked/vanilla/cache.rs */
export function parentsOf(size: SectorSize): number {
  return size === '64GiB' ? 120 * GiB : 60 * GiB;
}

/** A folder that workers of a machine fill, each once however many share it. */
interface Cache {
  readonly what: string;
  readonly folder: string;
  /** bytes */
  readonly needed: number;
  readonly worker: string;
  readonly at: YamlPath;
}

/** By declared file systems: one number says nothing of disks besides those of the storage paths. */
export function* cachesHaveRoom(layout: Layout): Generator<Trouble> {
  if (!isLarge(layout.farm.sectorSize)) return;
  for (const workers of knownByHost(layout)) {
    for (const [mount, { size, caches }] of byFileSystem(workers)) {
      const needed = caches.reduce((sum, cache) => sum + cache.needed, 0);
      const [first] = caches;
      if (first === undefined || needed <= size) continue;
      const kinds = listed([...new Set(caches.map(({ what }) => what))]);
      yield {
        code: 'SF272',
        severity: 'warning',
        at: first.at,
        who: first.worker,
        say: (name) =>
          `${name(first.worker)} needs about ${sizeNeeded(needed)} below ${mount} for its ${kinds}, and it has ${sizeThere(size)}`,
        help: 'Put them into a folder on a file system with the room.',
      };
    }
  }
}

interface FileSystem {
  readonly size: number;
  readonly caches: readonly Cache[];
}

function byFileSystem(workers: readonly KnownWorker[]): ReadonlyMap<string, FileSystem> {
  const found = new Map<string, FileSystem>();
  const hardware = workers[0]?.hardware;
  if (typeof hardware?.disk !== 'object') return found;
  const caches = new Map(workers.flatMap(cachesOf).map((cache) => [cache.folder, cache]));
  for (const cache of caches.values()) {
    const space = spaceOf({ path: cache.folder, maxStorage: 0 }, hardware);
    if (space === undefined) continue;
    const before = found.get(space.fileSystem)?.caches ?? [];
    found.set(space.fileSystem, { size: space.size, caches: [...before, cache] });
  }
  return found;
}

function cachesOf({ worker, size }: KnownWorker): readonly Cache[] {
  const { name, tasks, yaml } = worker;
  const parameters: Cache = {
    what: 'proof parameters',
    folder: parameterFolder(worker),
    needed: PARAMETERS,
    worker: name,
    at: [...yaml, 'parameterCache'],
  };
  const parents: Cache = {
    what: 'parents',
    folder: parentFolder(worker),
    needed: parentsOf(size),
    worker: name,
    at: [...yaml, 'parentCache'],
  };
  return [
    ...(tasks.some((code) => WITH_PARAMETERS.includes(code)) ? [parameters] : []),
    ...(tasks.includes('PC1') ? [parents] : []),
  ];
}
