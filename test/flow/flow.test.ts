import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Farm, Hardware, Worker } from '../../src/farm/farm.js';
import { flowOf, type Flow, TRANSFER_KINDS, type TransferKind } from '../../src/flow/flow.js';
import type { TaskCode } from '../../src/lotus/task.js';
import { aFarm, aHost, aStorage, aWorker, guideFarm } from '../support/farm.js';

const GiB = 2 ** 30;
/** 1 sector, and 1/448 of one that is left of the cache: 73 MiB */
const FINISHED = 32 * GiB + 76_695_844;

/** A farm of one host for each list of workers. */
function farmOf(hosts: readonly (readonly Partial<Worker>[])[], overrides: Partial<Farm> = {}): Farm {
  return aFarm({
    hosts: hosts.map((workers, index) =>
      aHost({
        name: `host-${index + 1}`,
        address: `10.0.0.1${index + 1}`,
        workers: workers.map((worker, place) =>
          aWorker({ name: `w${index + 1}${'abc'[place] ?? ''}`, ...worker }),
        ),
      }),
    ),
    ...overrides,
  });
}

function flow(farm: Farm, hardware: ReadonlyMap<string, Hardware> = new Map()): Flow {
  return flowOf(farm, hardware);
}

/** `from→to` with the bytes; `=` before it where both are on one machine. */
function moved(
  farm: Farm,
  kind: TransferKind,
  hardware?: ReadonlyMap<string, Hardware>,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (const transfer of flow(farm, hardware).transfers()) {
    if (transfer.kind !== kind) continue;
    const name = (site: typeof transfer.from): string => (site === 'miner' ? site : site.worker.name);
    const key = `${transfer.sameHost ? '=' : ''}${name(transfer.from)}→${name(transfer.to)}`;
    found[key] = (found[key] ?? 0) + transfer.bytes;
  }
  return found;
}

function withoutGroups(farm: Farm): Farm {
  const hosts = farm.hosts.map((host) => ({
    ...host,
    workers: host.workers.map((worker) => ({
      ...worker,
      storage: worker.storage.map((path) => ({ ...path, groups: [], allowTo: [] })),
    })),
  }));
  return { ...farm, hosts };
}

function close(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, bytes] of Object.entries(expected)) expect(actual[key], key).toBeCloseTo(bytes, 0);
}

const PC1: Partial<Worker> = { tasks: ['AP', 'PC1'] };
const PC2: Partial<Worker> = { tasks: ['PC2', 'C2'] };
const sealing = (overrides: Parameters<typeof aStorage>[0]): Partial<Worker> => ({
  storage: [aStorage(overrides)],
});

describe("the guide's three workers", () => {
  const guide = guideFarm();

  it('moves the unsealed file from each to each other, groups or not', () => {
    // 1/3 at the one, 1/3 at the other, 32 GiB
    const each = (32 * GiB) / 9;
    const pairs = [1, 2, 3].flatMap((from) =>
      [1, 2, 3].filter((to) => to !== from).map((to) => [`worker-${from}→worker-${to}`, each] as const),
    );
    close(moved(guide, 'unsealed'), Object.fromEntries(pairs));
    close(moved(withoutGroups(guide), 'unsealed'), Object.fromEntries(pairs));
  });

  it('moves PC1 output from worker-3 to worker-1 alone', () => {
    // a third of 448 GiB
    close(moved(guide, 'pc1-output'), { 'worker-3→worker-1': (448 * GiB) / 3 });
  });

  it('drags PC1 output between worker-1 and worker-2 where there are no groups', () => {
    // a third is done at each, and half of it goes to each of the two
    const each = (448 * GiB) / 6;
    close(moved(withoutGroups(guide), 'pc1-output'), {
      'worker-1→worker-2': each,
      'worker-2→worker-1': each,
      'worker-3→worker-1': each,
      'worker-3→worker-2': each,
    });
  });

  it('hands finished sectors to the miner from where PC2 was', () => {
    close(moved(guide, 'finished'), {
      'worker-1→miner': (FINISHED * 2) / 3,
      'worker-2→miner': FINISHED / 3,
    });
    close(moved(withoutGroups(guide), 'finished'), {
      'worker-1→miner': FINISHED / 2,
      'worker-2→miner': FINISHED / 2,
    });
  });

  it('has nothing stuck', () => {
    expect(flow(guide).stuck).toEqual({ pc2: 0, storage: 0 });
  });
});

describe('shares', () => {
  it('go by the limits where all have one', () => {
    const limited = (limit: number): Partial<Worker> => ({
      ...PC1,
      limits: new Map<TaskCode, number>([['PC1', limit]]),
    });
    const farm = farmOf([[limited(1)], [limited(3)], [PC2]]);
    // PC1 1/4 and 3/4; AP without limits 1/2 and 1/2
    close(moved(farm, 'unsealed'), {
      'w1a→w2a': 32 * GiB * (1 / 2) * (3 / 4),
      'w2a→w1a': 32 * GiB * (1 / 2) * (1 / 4),
    });
    close(moved(farm, 'pc1-output'), { 'w1a→w3a': 448 * GiB * (1 / 4), 'w2a→w3a': 448 * GiB * (3 / 4) });
  });

  it('are alike where one has no limit', () => {
    const farm = farmOf([[{ ...PC1, limits: new Map<TaskCode, number>([['PC1', 9]]) }], [PC1], [PC2]]);
    close(moved(farm, 'pc1-output'), { 'w1a→w3a': 224 * GiB, 'w2a→w3a': 224 * GiB });
  });

  it('go by the hardware where it is known of all', () => {
    const machine = (memory: number): Hardware => ({ cpus: 64, memory: memory * GiB, swap: 0, gpus: 0 });
    const farm = farmOf([[PC1], [PC1], [PC2]]);
    // PC1 wants 64 GiB at most, and 10 MiB: one of them on 127 GiB, four on 257 GiB
    const hardware = new Map([
      ['host-1', machine(127)],
      ['host-2', machine(257)],
    ]);
    close(moved(farm, 'pc1-output', hardware), {
      'w1a→w3a': 448 * GiB * (1 / 5),
      'w2a→w3a': 448 * GiB * (4 / 5),
    });
    hardware.delete('host-2');
    close(moved(farm, 'pc1-output', hardware), { 'w1a→w3a': 224 * GiB, 'w2a→w3a': 224 * GiB });
  });

  it('go by the weight between paths of a worker', () => {
    const storage = [
      aStorage({ path: '/a', weight: 30, allowTo: ['a'] }),
      aStorage({ path: '/b', weight: 10, allowTo: ['b'] }),
    ];
    const farm = farmOf([
      [{ ...PC1, storage }],
      [{ ...PC2, ...sealing({ groups: ['a'] }) }],
      [{ ...PC2, ...sealing({ groups: ['b'] }) }],
    ]);
    close(moved(farm, 'pc1-output'), { 'w1a→w2a': 336 * GiB, 'w1a→w3a': 112 * GiB });
  });
});

describe('machines', () => {
  it('are told apart from workers', () => {
    close(moved(farmOf([[PC1, PC2]]), 'pc1-output'), { '=w1a→w1b': 448 * GiB });
    close(moved(farmOf([[PC1, PC2], [PC2]]), 'pc1-output'), { '=w1a→w1b': 224 * GiB, 'w1a→w2a': 224 * GiB });
  });

  it('may be that of the miner too', () => {
    const miner = { ...aFarm().miner, address: { host: '10.0.0.11', port: 2345 } };
    const listening = { listen: { host: '10.0.9.9', port: 3456 } };
    close(moved(farmOf([[{ ...listening }]], { miner }), 'finished'), { '=w1a→miner': FINISHED });
    const elsewhere = { ...miner, address: { host: '10.0.9.9', port: 2345 } };
    close(moved(farmOf([[{ ...listening }]], { miner: elsewhere }), 'finished'), { '=w1a→miner': FINISHED });
    close(moved(farmOf([[{}]], { miner: elsewhere }), 'finished'), { 'w1a→miner': FINISHED });
  });

  it('move nothing where one worker does all and stores it', () => {
    const farm = farmOf([[{ storage: [aStorage({ seal: true, store: true })] }]]);
    expect([...flow(farm).transfers()]).toEqual([]);
  });
});

describe('long-term storage', () => {
  const store = { tasks: [], storage: [aStorage({ path: '/store', seal: false, store: true })] } as const;
  const both = { storage: [aStorage(), aStorage({ path: '/store', seal: false, store: true })] };

  it('is that of all who have some, the sealing worker among them', () => {
    close(moved(farmOf([[both], [store]]), 'finished'), { 'w1a→w2a': FINISHED / 2 });
  });

  it('is where the sector is, if its path is for both', () => {
    const farm = farmOf([[sealing({ store: true })], [store]]);
    expect(moved(farm, 'finished')).toEqual({});
    expect(flow(farm).stuck.storage).toBe(0);
  });

  it('is where the sector is fetched to, if that path is for both', () => {
    const farm = farmOf([[{ tasks: ['PC2'], ...sealing({ store: true }) }], [store]]);
    expect(moved(farm, 'finished')).toEqual({});
    const half = [aStorage({ store: true }), aStorage({ path: '/b' })];
    close(moved(farmOf([[{ tasks: ['PC2'], storage: half }], [store]]), 'finished'), {
      'w1a→w2a': (FINISHED / 2) * (1 / 2),
    });
  });

  it('may be the holder’s alone, and then the others wait for ever', () => {
    const miner = { ...aFarm().miner, disallowRemoteFinalize: true };
    const farm = farmOf([[sealing({ store: true })], [{}], [store]], { miner });
    expect(moved(farm, 'finished')).toEqual({});
    expect(flow(farm).stuck).toEqual({ pc2: 0, storage: 0.5 });
  });

  it('may be the holder’s alone, and a path of its own beside the sealing path is none', () => {
    const miner = { ...aFarm().miner, disallowRemoteFinalize: true };
    const apart = { storage: [aStorage(), aStorage({ path: '/t', seal: false, store: true })] };
    expect(flow(farmOf([[apart]], { miner })).stuck).toEqual({ pc2: 0, storage: 1 });
    const half = { storage: [aStorage(), aStorage({ path: '/b', store: true })] };
    expect(flow(farmOf([[half]], { miner })).stuck).toEqual({ pc2: 0, storage: 0.5 });
  });

  it('is none with no sealed files', () => {
    const path = aStorage({ seal: false, store: true, denyTypes: ['sealed'] });
    const farm = farmOf([[{}], [{ ...store, storage: [path] }]]);
    close(moved(farm, 'finished'), { 'w1a→miner': FINISHED });
  });

  it.each([
    ['a path of weight 0 is the last choice', [{}, { path: '/b', weight: 0, store: true }], FINISHED],
    ['a path of weight 0 alone is for all', [{ weight: 0, store: true }], undefined],
    ['of two of weight 0 either', [{ weight: 0 }, { path: '/b', weight: 0, store: true }], FINISHED / 2],
  ])('%s', (_, paths, expected) => {
    const farm = farmOf([[{ storage: paths.map((path) => aStorage(path)) }], [store]]);
    const toStore = moved(farm, 'finished')['w1a→w2a'];
    const atStore = paths.some(({ store: own }: { readonly store?: boolean }) => own) ? 1 / 2 : 1;
    if (expected === undefined) expect(toStore).toBeUndefined();
    else expect(toStore).toBeCloseTo(expected * atStore, 0);
  });
});

describe('what nobody can do', () => {
  it.each<[tasks: readonly TaskCode[] | undefined, stuck: number]>([
    [undefined, 0],
    [['PC2'], 0],
    [['C2'], 1],
  ])('is the miner’s, unless the file says that it does not: %j', (tasks, stuck) => {
    const miner = { ...aFarm().miner, ...(tasks && { config: { tasks } }) };
    const farm = farmOf([[{ tasks: ['AP', 'PC1'] }]], { miner });
    expect(flow(farm).stuck).toEqual({ pc2: stuck, storage: 0 });
    expect(Object.keys(moved(farm, 'pc1-output'))).toEqual(stuck === 0 ? ['w1a→miner'] : []);
  });

  it('is done by the miner', () => {
    const farm = farmOf([[{ tasks: ['PC1'] }]]);
    close(moved(farm, 'unsealed'), { 'miner→w1a': 32 * GiB });
    close(moved(farm, 'pc1-output'), { 'w1a→miner': 448 * GiB });
    expect(moved(farm, 'finished')).toEqual({});
    close(moved(farmOf([[PC2]]), 'pc1-output'), { 'miner→w1a': 448 * GiB });
  });

  it('is stuck where groups are in the way', () => {
    const farm = farmOf([[{ ...PC1, ...sealing({ allowTo: ['g'] }) }], [PC1], [PC2]]);
    close(moved(farm, 'pc1-output'), { 'w2a→w3a': 224 * GiB });
    expect(flow(farm).stuck).toEqual({ pc2: 0.5, storage: 0 });
  });

  it('is not done by workers for the posts', () => {
    const farm = farmOf([[PC1], [{ tasks: ['WDP'] }], [PC2]]);
    close(moved(farm, 'pc1-output'), { 'w1a→w3a': 448 * GiB });
    expect(moved(farmOf([[{ tasks: ['WDP'] }]]), 'pc1-output')).toEqual({});
  });
});

describe('paths for one type of file', () => {
  const paths = (allowTo: readonly string[]): Partial<Worker> => ({
    storage: [
      aStorage({ path: '/a', allowTypes: ['unsealed', 'sealed'], allowTo: ['x'] }),
      aStorage({ path: '/b', allowTypes: ['cache'], allowTo }),
    ],
  });

  it('hold a sector together, and the freer of the two decides', () => {
    const stuck = farmOf([[{ ...PC1, ...paths(['y']) }], [PC2]]);
    expect(flow(stuck).stuck.pc2).toBe(1);
    close(moved(farmOf([[{ ...PC1, ...paths([]) }], [PC2]]), 'pc1-output'), { 'w1a→w2a': 448 * GiB });
  });

  it('are targets only if there is one for each', () => {
    const half = { ...PC2, ...sealing({ allowTypes: ['cache'] }) };
    close(moved(farmOf([[PC1], [half], [PC2]]), 'pc1-output'), { 'w1a→w3a': 448 * GiB });
  });
});

const GROUPS = ['a', 'b', 'c'];
const aPath = fc
  .record({
    groups: fc.subarray(GROUPS),
    allowTo: fc.subarray(GROUPS),
    store: fc.boolean(),
    weight: fc.constantFrom(0, 1, 10),
  })
  .map((overrides) => aStorage(overrides));
const someWorkers = fc.array(
  fc.record({
    tasks: fc.subarray<TaskCode>(['AP', 'PC1', 'PC2', 'C2']),
    limits: fc.subarray<TaskCode>(['PC1', 'PC2']).map((codes) => new Map(codes.map((code) => [code, 3]))),
    storage: fc.array(aPath, { maxLength: 2 }),
  }),
  { maxLength: 2 },
);
const someFarm = fc
  .tuple(fc.array(someWorkers, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([hosts, disallowRemoteFinalize]) =>
    farmOf(hosts, { miner: { ...aFarm().miner, disallowRemoteFinalize } }),
  );

function total(farm: Farm, kind: TransferKind): number {
  return Object.values(moved(farm, kind)).reduce((sum, bytes) => sum + bytes, 0);
}

describe('in any farm', () => {
  it('no more than the whole sector moves, and what is stuck does not', () => {
    fc.assert(
      fc.property(someFarm, (farm) => {
        const { stuck, bytes } = flow(farm);
        for (const kind of TRANSFER_KINDS) {
          const lost =
            kind === 'unsealed' ? 0 : kind === 'pc1-output' ? stuck.pc2 : stuck.pc2 + stuck.storage;
          expect(total(farm, kind)).toBeLessThanOrEqual(bytes[kind] * (1 - lost) * (1 + 1e-9) + 1);
        }
      }),
    );
  });

  it('groups never make more PC1 output move between workers', () => {
    fc.assert(
      fc.property(someFarm, (farm) => {
        const free = total(withoutGroups(farm), 'pc1-output');
        expect(total(farm, 'pc1-output')).toBeLessThanOrEqual(free * (1 + 1e-9) + 1);
      }),
    );
  });

  it('groups leave AP and PC1 where they are', () => {
    fc.assert(
      fc.property(someFarm, (farm) => {
        expect(moved(farm, 'unsealed')).toEqual(moved(withoutGroups(farm), 'unsealed'));
      }),
    );
  });
});
