import { describe, expect, it } from 'vitest';
import { workerCapacity } from '../../src/capacity/worker-capacity.js';
import type { Farm, Hardware, StorageDeclaration } from '../../src/farm/farm.js';
import { aFarm, aStorage, aWorker } from '../support/farm.js';
import { aloneWords } from './in-words.js';

const GiB = 2 ** 30;

/** 15.1 × 32 GiB in bytes, cut off, as GiB: what sealed and cache of a sector take. */
const SECTOR = 518_832_049_356 / GiB;

/** A machine on which nothing but its disks can bind. */
function alone(
  storage: readonly Partial<StorageDeclaration>[],
  disk?: Hardware['disk'],
  farm: Partial<Farm> = {},
): object {
  const worker = aWorker({ tasks: ['AP', 'PC1', 'PC2', 'C2', 'GET'], storage: storage.map(aStorage) });
  const hardware = { cpus: 60_000, memory: 2 ** 50, swap: 0, gpus: 1000 };
  const found = workerCapacity(aFarm(farm), worker, disk === undefined ? hardware : { ...hardware, disk });
  const { C2, ...others } = aloneWords(found);
  // C2 needs no files.
  expect(C2).toBe('unlimited');
  return others;
}

const mounts = (sizes: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
  new Map(Object.entries(sizes).map(([mount, size]) => [mount, size * GiB]));

const NONE = { AP: '0 path', PC1: '0 path', PC2: '0 path', GET: '0 path' };
const sealing = (AP: string, PC1: string): object => ({ AP, PC1, PC2: PC1, GET: '0 path' });

describe('how many sectors fit on the paths of a worker', () => {
  it.each<[what: string, storage: readonly Partial<StorageDeclaration>[], disk: Hardware['disk'], expected: object]>([
    // 15360/32 = 480; 15360/483.2 = 31.8
    ['one path of 15 TiB', [{}], 15 * 1024 * GiB, sealing('480 disk', '31 disk')],
    // 1000/32 = 31 and 1000/483.2 = 2, twice
    ['two paths, each with a disk', [{ path: '/a' }, { path: '/b' }], 1000 * GiB, sealing('62 disk', '4 disk')],
    // Both files of the first sector go to one path, those of the second to the other.
    ['two paths with room for a sector each', [{ path: '/a' }, { path: '/b' }], 500 * GiB, sealing('30 disk', '2 disk')],
    // 1000/32, 1000/483.2
    ['two paths on one file system', [{ path: '/m/a' }, { path: '/m/b' }], mounts({ '/m': 1000 }), sealing('31 disk', '2 disk')],
    // 1000 on /m, 5000 on / for /m1: 31 + 156, 2 + 10
    ['a mount in a mount', [{ path: '/m/a' }, { path: '/m1/b' }], mounts({ '/': 5000, '/m': 1000 }), sealing('187 disk', '12 disk')],
    ['a path that is a mount itself', [{ path: '/m' }], mounts({ '/m': 1000 }), sealing('31 disk', '2 disk')],
    ['a file system of unknown size', [{ path: '/a' }], mounts({ '/m': 1000 }), sealing('unlimited', 'unlimited')],
    ['disks that nobody told of', [{}], undefined, sealing('unlimited', 'unlimited')],
    // 1000/32, 1000/483.2
    ['MaxStorage below the disk', [{ maxStorage: 1000 * GiB }], 15 * 1024 * GiB, sealing('31 disk', '2 disk')],
    ['MaxStorage above the disk', [{ maxStorage: 2000 * GiB }], 1000 * GiB, sealing('31 disk', '2 disk')],
    ['MaxStorage on an unknown disk', [{ maxStorage: 1000 * GiB }], undefined, sealing('31 disk', '2 disk')],
    // The disk has room for four sectors, each path may have one.
    ['MaxStorage of both paths on one disk', [{ path: '/m/a', maxStorage: 500 * GiB }, { path: '/m/b', maxStorage: 500 * GiB }], mounts({ '/m': 2000 }), sealing('30 disk', '2 disk')],
    // Each path needs room for both: 2000 − 451.2·(n−1) ≥ 483.2 on the one for caches, so 4. Nobody takes unsealed.
    ['a path for each file type', [{ path: '/a', allowTypes: ['sealed'] }, { path: '/b', allowTypes: ['cache'] }], 2000 * GiB, sealing('0 path', '4 disk')],
    ['a path that takes no cache', [{ denyTypes: ['cache'] }], 1000 * GiB, sealing('31 disk', '0 path')],
    // 400/32 = 12.5
    ['a disk too small for a sector', [{}], 400 * GiB, sealing('12 disk', `0 disk ${SECTOR}/400`)],
    // 12 + 9; the roomier of the two counts, and not the one that takes neither file.
    ['disks too small for a sector', [{ path: '/a/1' }, { path: '/b/1' }, { path: '/c/1', denyTypes: ['sealed', 'cache', 'unsealed'] }], mounts({ '/a': 300, '/b': 400, '/c': 9000 }), sealing('21 disk', `0 disk ${SECTOR}/400`)],
    ['a path of weight 0', [{ weight: 0 }], 1000 * GiB, sealing('31 disk', '2 disk')],
    ['a path of weight 0 beside another', [{ path: '/a', weight: 0 }, { path: '/b' }], mounts({ '/a': 500, '/b': 500 }), sealing('30 disk', '2 disk')],
    ['no path', [], 1000 * GiB, NONE],
    // The ID of the farm's own miner is not in the file.
    ['a path for some miners', [{ allowMiners: ['f01234'], denyMiners: ['f01235'] }], 1000 * GiB, sealing('31 disk', '2 disk')],
    // 1.1 × 32 = 35.2; 1000/35.2 = 28.4
    ['long-term storage', [{ seal: false, store: true }], 1000 * GiB, { ...NONE, GET: '28 disk' }],
    ['long-term storage that takes no cache', [{ seal: false, store: true, allowTypes: ['sealed'] }], 1000 * GiB, NONE],
  ])('%s', (_, storage, disk, expected) => {
    expect(alone(storage, disk)).toEqual(expected);
  }); // prettier-ignore

  it('is none without a path, however little else there is', () => {
    const worker = aWorker({ tasks: ['PC1'], storage: [] });
    const hardware = { cpus: 1, memory: GiB, swap: 0, gpus: 0 };
    expect(aloneWords(workerCapacity(aFarm(), worker, hardware))).toEqual({ PC1: '0 path' });
  });

  it('is less for sectors of 64 GiB', () => {
    // 15360/64 = 240, 15360/966.4 = 15.9
    expect(alone([{}], 15 * 1024 * GiB, { sectorSize: '64GiB' })).toEqual(sealing('240 disk', '15 disk'));
  });

  it.each([
    ['not without a sealing path', [{ seal: false, store: true }], '0 path'],
    ['not beside a sealing path', [{ path: '/a' }, { path: '/b', seal: false, store: true }], '0 path'],
    ['on a path for both', [{ seal: true, store: true }], '28 disk'],
  ])('is stored under DisallowRemoteFinalize: %s', (_, storage, GET) => {
    const { miner } = aFarm();
    const strict = { miner: { ...miner, disallowRemoteFinalize: true } };
    expect(alone(storage, 1000 * GiB, strict)).toMatchObject({ GET });
  });
});
