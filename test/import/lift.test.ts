import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WrittenFarm, WrittenHost, WrittenWorker } from '../../src/config/written.gen.js';
import type { Farm } from '../../src/farm/farm.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';

const NO_COMMENTS = { hosts: new Map(), workers: new Map() };

function farmWith(hosts: Record<string, WrittenHost>, more: Partial<WrittenFarm> = {}): WrittenFarm {
  const miner = { api: '/ip4/10.0.0.10/tcp/2345/http', token: { env: 'T' } };
  return { version: 1, farm: 'example', sectorSize: '32GiB', miner, ...more, hosts };
}

/** A host with one worker. */
function host(number: number, worker: WrittenWorker = {}, more: Partial<WrittenHost> = {}): WrittenHost {
  const listen = `10.0.1.${number}:3456`;
  return { address: `seal-${number}`, ...more, workers: { [`w-${number}`]: { listen, ...worker } } };
}

function hosts(count: number, each: (number: number) => WrittenHost): Record<string, WrittenHost> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`seal-${at + 1}`, each(at + 1)]));
}

/** What a farm means, wherever it is written. */
function meaning(farm: WrittenFarm): { readonly farm: unknown; readonly errors: readonly string[] } {
  const { farm: read, diagnostics } = readFarm(farmText(farm, NO_COMMENTS), 'sealfarm.yaml');
  return {
    farm: read === undefined ? undefined : withoutPlaces(read),
    errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code),
  };
}

function withoutPlaces(farm: Farm): unknown {
  return {
    ...farm,
    hosts: farm.hosts.map((one) => ({
      ...one,
      yaml: [],
      workers: one.workers.map((worker) => ({
        ...worker,
        yaml: [],
        storage: worker.storage.map((path) => ({ ...path, yaml: [] })),
      })),
    })),
  };
}

describe('what is lifted', () => {
  it.each<[what: string, farm: WrittenFarm, lifted: Partial<WrittenFarm>]>([
    [
      'how all hosts are reached',
      farmWith({
        a: { address: 'a', ssh: { user: 'x', port: 1 } },
        b: { address: 'b', ssh: { user: 'x', port: 2 } },
      }),
      {
        defaults: { ssh: { user: 'x' } },
        hosts: { a: { address: 'a', ssh: { port: 1 } }, b: { address: 'b', ssh: { port: 2 } } },
      },
    ],
    [
      'the service manager, where there is one',
      farmWith({
        a: { address: 'a', serviceManager: 'process' },
        b: { address: 'b', serviceManager: 'process' },
      }),
      { defaults: { serviceManager: 'process' }, hosts: { a: { address: 'a' }, b: { address: 'b' } } },
    ],
    [
      'not what a host leaves to its default',
      farmWith({ a: { address: 'a', serviceManager: 'process' }, b: { address: 'b' } }),
      { hosts: { a: { address: 'a', serviceManager: 'process' }, b: { address: 'b' } } },
    ],
    [
      'settings of the machine that most have, where all have some',
      farmWith({
        a: host(1, { tmpDir: '/tmp', user: 'x' }),
        c: host(3, { tmpDir: '/t' }),
        e: host(5, { tmpDir: '/tmp' }),
      }),
      {
        defaults: { worker: { tmpDir: '/tmp' } },
        hosts: { a: host(1, { user: 'x' }), c: host(3, { tmpDir: '/t' }), e: host(5) },
      },
    ],
    [
      'hosts that run on',
      farmWith(hosts(3, (n) => host(n))),
      {
        hosts: {
          'seal-[1-3]': { address: 'seal-{n}', workers: { 'w-{n}': { listen: '10.0.1.{n}:3456' } } },
        },
      },
    ],
    [
      'hosts with padded names, by the pad',
      farmWith(Object.fromEntries([9, 10].map((n) => [`s${n === 9 ? '09' : n}x`, host(n + 20)]))),
      {
        hosts: {
          's[09-10]x': { address: 'seal-{n+20}', workers: { 'w-{n+20}': { listen: '10.0.1.{n+20}:3456' } } },
        },
      },
    ],
    [
      'no hosts with a gap',
      farmWith({ 's-1': host(1), 's-3': host(3) }),
      { hosts: { 's-1': host(1), 's-3': host(3) } },
    ],
    [
      'no hosts whose numbers run apart',
      farmWith({ 's-1': host(1), 's-2': host(3) }),
      { hosts: { 's-1': host(1), 's-2': host(3) } },
    ],
    [
      'no number that would have to be taken away',
      farmWith({ 's-5': host(1), 's-6': host(2) }),
      { hosts: { 's-5': host(1), 's-6': host(2) } },
    ],
    [
      'nothing of a single worker',
      farmWith({ a: host(1, { tmpDir: '/tmp', tasks: ['commit'] }) }),
      { hosts: { a: host(1, { tmpDir: '/tmp', tasks: ['commit'] }) } },
    ],
  ])('%s', (_, farm, { hosts: left, ...lifted }) => {
    const { hosts: written, defaults, profiles } = lift(farm);
    expect({ ...(defaults && { defaults }), ...(profiles && { profiles }) }).toEqual(lifted);
    expect(written).toEqual(left);
    expect(meaning(lift(farm))).toEqual(meaning(farm));
  });

  it.each<
    [
      what: string,
      workers: readonly WrittenWorker[],
      profiles: WrittenFarm['profiles'],
      used: readonly unknown[],
    ]
  >([
    [
      'PC1',
      [{ tasks: ['addpiece', 'precommit1'] }, { tasks: ['addpiece', 'precommit1'], gpus: 'none' }],
      { pc1: { tasks: ['addpiece', 'precommit1'] } },
      ['pc1', 'pc1'],
    ],
    [
      'PC2 and C2',
      [{ tasks: ['precommit2', 'commit'] }, { tasks: ['precommit2', 'commit'] }],
      { 'pc2-c2': { tasks: ['precommit2', 'commit'] } },
      ['pc2-c2', 'pc2-c2'],
    ],
    [
      'WindowPoSt',
      [{ tasks: ['windowpost'] }, { tasks: ['windowpost'] }],
      { windowpost: { tasks: ['windowpost'] } },
      ['windowpost', 'windowpost'],
    ],
    [
      'AddPiece alone',
      [{ tasks: ['addpiece'] }, { tasks: ['addpiece'] }],
      { ap: { tasks: ['addpiece'] } },
      ['ap', 'ap'],
    ],
    ['no task', [{ tasks: [] }, { tasks: [] }], { store: { tasks: [] } }, ['store', 'store']],
    ['nothing alike', [{ tasks: ['commit'] }, { tasks: ['precommit1'] }], undefined, [undefined, undefined]],
    [
      'two limits',
      [4, 8, 8, 8, 4].map((PC1) => ({ tasks: ['precommit1'], limits: { PC1 } })),
      {
        pc1: { tasks: ['precommit1'], limits: { PC1: 8 } },
        'pc1-x4': { extends: 'pc1', limits: { PC1: 4 } },
      },
      ['pc1-x4', 'pc1', 'pc1', 'pc1', 'pc1-x4'],
    ],
    [
      'limits that one alone has',
      [8, 8, 4].map((PC1) => ({ tasks: ['precommit1'], limits: { PC1 } })),
      { pc1: { tasks: ['precommit1'], limits: { PC1: 8 } } },
      ['pc1', 'pc1', 'pc1'],
    ],
    [
      'a limit that one does not have',
      [{ tasks: ['precommit1'] }, ...[8, 8].map((PC1) => ({ tasks: ['precommit1'], limits: { PC1 } }))],
      { pc1: { tasks: ['precommit1'], limits: { PC1: 8 } } },
      [undefined, 'pc1', 'pc1'],
    ],
  ])('profiles of %s', (_, workers, profiles, used) => {
    const farm = farmWith(
      Object.fromEntries(workers.map((worker, at) => [`h${at * 2}`, host(at * 2, worker)])),
    );
    const lifted = lift(farm);
    expect(lifted.profiles).toEqual(profiles);
    const names = Object.values(lifted.hosts).flatMap((one) =>
      Object.values(one.workers ?? {}).map(({ profile }) => profile),
    );
    expect(names).toEqual(used);
    expect(meaning(lifted)).toEqual(meaning(farm));
    expect(meaning(farm).errors).toEqual([]);
  });
});

const tasks = fc.constantFrom<string[]>(
  ['addpiece', 'precommit1'],
  ['precommit2', 'commit'],
  ['windowpost'],
  [],
);
const settings: fc.Arbitrary<WrittenWorker> = fc.record(
  {
    tasks,
    limits: fc.dictionary(fc.constantFrom('PC1', 'PC2', 'C2'), fc.integer({ min: 1, max: 3 }), {
      maxKeys: 2,
    }),
    resources: fc.constantFrom<NonNullable<WrittenWorker['resources']>>(
      { PC1: { minMemory: '60GiB' } },
      { PC1: { maxParallelism: 4 }, C2: { gpuUtilization: 0.5 } },
    ),
    gpus: fc.constantFrom<NonNullable<WrittenWorker['gpus']>>('all', 'none', [0], [1]),
    cpus: fc.constantFrom('0-31', '32-63'),
    multicoreSdr: fc.constantFrom<NonNullable<WrittenWorker['multicoreSdr']>>(true, { producers: 2 }),
    user: fc.constantFrom('lotus', 'root'),
    tmpDir: fc.constantFrom('/tmp', '/fast/1', '/fast/2'),
    parentCache: fc.constantFrom('/fast/parents', '/p'),
    noSwap: fc.constant(true),
    env: fc.dictionary(
      fc.constantFrom('RUST_LOG', 'A', 'B1'),
      fc.constantFrom('info', '1', 7, true, 'x y: [z]', ''),
      {
        maxKeys: 2,
      },
    ),
    storage: fc.constantFrom<NonNullable<WrittenWorker['storage']>>(
      [{ path: '/mnt/0', seal: true }],
      [{ path: '/mnt/1', store: true, maxStorage: '1.5TiB', groups: ['g-1'], allowTo: ['g-2'] }],
    ),
  },
  { requiredKeys: ['tasks'], noNullPrototype: true },
);

/** Hosts of which some run on, with one or two workers of few kinds. */
const farms = fc
  .record({
    kinds: fc.array(settings, { minLength: 1, maxLength: 3 }),
    hosts: fc.array(
      fc.record({
        skip: fc.boolean(),
        kinds: fc.array(fc.nat(2), { minLength: 1, maxLength: 2 }),
        own: fc.option(settings, { freq: 6 }),
        manager: fc.constantFrom<WrittenHost['serviceManager'][]>('process', undefined),
        ssh: fc.constantFrom({ user: 'root' }, { user: 'root', port: 2222 }, undefined),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    style: fc.constantFrom('plain', 'padded', 'suffix'),
    first: fc.constantFrom(1, 8, 98),
  })
  .map(({ kinds, hosts: chosen, style, first }) => {
    let number = first;
    const written = chosen.map((choice) => {
      number += choice.skip ? 2 : 1;
      const name = {
        plain: `s${number}`,
        padded: `s-${String(number).padStart(2, '0')}`,
        suffix: `${number}.dc1`,
      }[style];
      const workers = choice.kinds.map((kind, at): [string, WrittenWorker] => {
        const repo = at === 0 ? '/root/.lotusworker' : `/repo/${at}`;
        const listen = `10.0.${at}.${number}:3456`;
        const { storage, ...rest } = (at === 0 ? choice.own : null) ??
          kinds[kind % kinds.length] ?? { tasks: [] };
        const paths = storage?.map((path) => ({ ...path, path: `${path.path}/${at}` }));
        return [`${name}-w${at}`, { listen, repo, ...rest, ...(paths && { storage: paths }) }];
      });
      const { manager: serviceManager, ssh } = choice;
      const one = { address: name, ...(ssh && { ssh }), ...(serviceManager && { serviceManager }) };
      return [name, { ...one, workers: Object.fromEntries(workers) }] as const;
    });
    return farmWith(Object.fromEntries(written), { storageGroups: { 'g-1': {}, 'g-2': {} } });
  });

describe('a farm that is lifted', () => {
  it('means the same as before', () => {
    fc.assert(
      fc.property(farms, (farm) => {
        const before = meaning(farm);
        expect(before.errors).toEqual([]);
        expect(meaning(lift(farm))).toEqual(before);
      }),
      { numRuns: 500 },
    );
  }, 300_000);
});
