import { describe, expect, it } from 'vitest';
import { type SealedType, Storage } from '../../src/simulate/storage.js';
import { aStorage } from '../support/farm.js';
import { sectorId } from '../support/scheduler-farm.js';
import { GiB, modelAt, type Places } from '../support/simulated-farm.js';

const SEALED = 32 * GiB;
/** 14.1 x 32 GiB while it is sealed, 0.1 x once it is finished */
const CACHE = 484_472_310_988;
const TRIMMED = 3_435_973_836;

/** The paths /m/a and /m/b of w share 1000 GiB; /n has as much as one wants, and takes 100 GiB of it. */
const TWO_ON_ONE: Places = {
  w: {
    worker: {
      storage: [
        aStorage({ path: '/m/a' }),
        aStorage({ path: '/m/b', store: true }),
        aStorage({ path: '/n', maxStorage: 100 * GiB }),
      ],
    },
    hardware: { disk: new Map([['/m', 1000 * GiB]]) },
  },
};

class Room {
  readonly storage: Storage;
  /** Sessions that were told of another room. */
  readonly told: string[] = [];

  constructor(places: Places) {
    this.storage = new Storage(modelAt(places), (session) => this.told.push(session));
  }

  /** Puts a file where Lotus would, and gives the path. */
  put(session: string, sector: number, type: SealedType): string | undefined {
    const path = this.storage.choose(session, type, 'sealing');
    if (path === undefined) return undefined;
    this.storage.put(sector, type, this.storage.reserve(path, type, 'sealing'));
    return path.info.ID;
  }

  available(id: string): number | undefined {
    return this.storage.paths.get(id)?.available;
  }
}

describe('the room on a path', () => {
  it('is shared on one file system and never more than MaxStorage', () => {
    const room = new Room(TWO_ON_ONE);
    expect(room.available('w:/m/a')).toBe(1000 * GiB);
    expect(room.available('w:/n')).toBe(100 * GiB);
    expect(room.put('w', 1, 'cache')).toBe('w:/m/a');
    expect(room.available('w:/m/a')).toBe(1000 * GiB - CACHE);
    expect(room.available('w:/m/b')).toBe(1000 * GiB - CACHE);
    expect(room.available('w:/n')).toBe(100 * GiB);
  });

  it('is kept for a file before it is there, and given back when it goes', () => {
    const { storage, ...room } = new Room(TWO_ON_ONE);
    const path = storage.choose('w', 'sealed', 'sealing');
    if (path === undefined) throw new Error('no path');
    const file = storage.reserve(path, 'sealed', 'sealing');
    expect(path.available).toBe(968 * GiB);
    expect(storage.file(1, 'sealed')).toBeUndefined();
    storage.put(1, 'sealed', file);
    expect(path.available).toBe(968 * GiB);
    storage.remove(1, 'sealed');
    expect(path.available).toBe(1000 * GiB);
    storage.remove(1, 'sealed');
    expect(path.available).toBe(1000 * GiB);
    storage.release(storage.reserve(path, 'sealed', 'sealing'));
    expect(path.available).toBe(1000 * GiB);
    expect(room.told).toEqual([]);
  });

  it('is given back by the file that is replaced', () => {
    const { storage } = new Room(TWO_ON_ONE);
    const path = storage.paths.get('w:/m/b');
    if (path === undefined) throw new Error('no path');
    storage.put(1, 'cache', storage.reserve(path, 'cache', 'sealing'));
    expect(path.available).toBe(1000 * GiB - CACHE);
    storage.put(1, 'cache', storage.reserve(path, 'cache', 'stored'));
    expect(path.available).toBe(1000 * GiB - TRIMMED);
  });

  it('stays taken by a sector that is finished', () => {
    const room = new Room(TWO_ON_ONE);
    room.put('w', 1, 'sealed');
    room.storage.declare(1, 'sealed');
    room.storage.forget(1);
    expect(room.storage.holders(sectorId(1)).size).toBe(0);
    expect(room.available('w:/m/a')).toBe(1000 * GiB - SEALED);
  });

  it('is endless where nobody said how much there is', () => {
    const room = new Room({ w: {} });
    for (let sector = 0; sector < 1000; sector++) room.put('w', sector, 'cache');
    expect(room.available('w:/mnt/nvme0/seal')).toBe(Infinity);
    expect(room.told).toEqual([]);
  });
});

describe('a file is put', () => {
  it('where there is the most room by weight, until there is none', () => {
    const storage = [
      aStorage({ path: '/a' }),
      aStorage({ path: '/b', weight: 20 }),
      aStorage({ path: '/c', weight: 0 }),
      aStorage({ path: '/d', denyTypes: ['sealed'] }),
      aStorage({ path: '/e', seal: false, store: true }),
    ];
    const room = new Room({ w: { worker: { storage }, hardware: { disk: 100 * GiB } } });
    const paths = Array.from({ length: 10 }, (_, sector) => room.put('w', sector, 'sealed'));
    // 10 x 100 against 20 x 100, 68, 36; then 20 x 4 is too little, and only a weight of 0 has room.
    const [a, b, c] = ['w:/a', 'w:/b', 'w:/c'];
    expect(paths).toEqual([b, b, a, b, a, a, c, c, c, undefined]);
    expect(room.storage.choose('w', 'sealed', 'stored')?.info.ID).toBe('w:/e');
  });

  it('on a path of weight 0 last, though its room have no end', () => {
    const storage = [aStorage({ path: '/a', weight: 0 }), aStorage({ path: '/b' })];
    const room = new Room({ w: { worker: { storage } } });
    expect(room.put('w', 1, 'sealed')).toBe('w:/b');
    expect(new Room({ w: { worker: { storage: storage.toReversed() } } }).put('w', 1, 'sealed')).toBe('w:/b');
  });

  it('on paths of its worker only', () => {
    const room = new Room({ v: {}, w: { worker: { storage: [] } } });
    expect(room.put('v', 1, 'sealed')).toBe('v:/mnt/nvme0/seal');
    expect(room.put('w', 1, 'sealed')).toBeUndefined();
    expect(room.put('nobody', 1, 'sealed')).toBeUndefined();
  });
});

describe('the index', () => {
  it('knows what was declared, path by path', () => {
    const room = new Room(TWO_ON_ONE);
    expect(room.put('w', 1, 'unsealed')).toBe('w:/m/a');
    expect(room.storage.holders(sectorId(1))).toEqual(new Map());
    room.storage.declare(1, 'unsealed');
    room.put('w', 1, 'sealed');
    room.storage.declare(1, 'sealed');
    expect(room.storage.holders(sectorId(1))).toEqual(new Map([['w:/m/a', 3]]));
    room.storage.remove(1, 'unsealed');
    expect(room.storage.holders(sectorId(1))).toEqual(new Map([['w:/m/a', 2]]));
    expect(room.storage.holders(sectorId(2))).toEqual(new Map());
    room.storage.declare(2, 'sealed');
    expect(room.storage.holders(sectorId(2))).toEqual(new Map());
  });
});

describe('a worker is told', () => {
  it('when a task fits no more, and when it fits again', () => {
    const room = new Room({ w: { hardware: { disk: 1000 * GiB } } });
    // A whole sector of 483.2 GiB fits into 516.8 and into 484.8.
    room.put('w', 1, 'sealed');
    room.put('w', 1, 'cache');
    room.put('w', 2, 'sealed');
    expect(room.told).toEqual([]);
    // Into 33.6 goes an unsealed file, but no finished sector of 35.2.
    room.put('w', 2, 'cache');
    expect(room.told).toEqual(['w']);
    room.put('w', 3, 'unsealed');
    expect(room.told).toEqual(['w', 'w']);
    // Into 33.6 again, both into 65.6, a whole one into 516.8.
    room.storage.remove(3, 'unsealed');
    expect(room.told).toEqual(['w', 'w', 'w']);
    room.storage.remove(2, 'sealed');
    expect(room.told).toHaveLength(4);
    room.storage.remove(2, 'cache');
    expect(room.told).toHaveLength(5);
  });

  it('of a file system by every path on it', () => {
    const workers = ['v', 'w'].map((name) => ({ name, storage: [aStorage({ path: `/m/${name}` })] }));
    const room = new Room({ h: { workers, hardware: { disk: new Map([['/m', 500 * GiB]]) } } });
    room.put('w', 1, 'sealed');
    expect(room.told).toEqual(['v', 'w']);
  });

  it('of its own MaxStorage by itself', () => {
    const room = new Room(TWO_ON_ONE);
    const path = room.storage.paths.get('w:/n');
    if (path === undefined) throw new Error('no path');
    room.storage.reserve(path, 'sealed', 'sealing');
    expect(path.available).toBe(68 * GiB);
    expect(room.told).toEqual([]);
    room.storage.reserve(path, 'sealed', 'sealing');
    // 36: an unsealed file and a finished sector fit still.
    expect(room.told).toEqual([]);
    room.storage.reserve(path, 'sealed', 'sealing');
    expect(path.available).toBe(4 * GiB);
    expect(room.told).toEqual(['w']);
  });
});
