import { describe, expect, it } from 'vitest';
import type { MountFacts } from '../../src/observed/facts.js';
import type { Answers, Proposal } from '../../src/propose/proposal.js';
import { propose } from '../../src/propose/propose.js';
import { aSeenHost, type Shape } from '../support/seen-host.js';

const GiB = 2 ** 30;

const ANSWERS: Answers = {
  name: 'north',
  sectorSize: '32GiB',
  miner: { kind: 'api', api: '/ip4/10.9.9.9/tcp/2345/http', token: { env: 'T' } },
};

function proposalFor(shape: Partial<Shape>): Proposal {
  return propose([aSeenHost('g', { ram: 503, gpus: [24], ...shape })], [], ANSWERS);
}

/** The folders of the one machine, and what stands above it. */
function placesOf(shape: Partial<Shape>): { readonly folders: readonly string[]; readonly said: string } {
  const { farm, comments } = proposalFor(shape);
  const workers = Object.values(farm.hosts['g']?.workers ?? {});
  const folders = workers.flatMap(({ storage = [], parentCache, parameterCache }) => [
    ...[parentCache, parameterCache].flatMap((folder) => folder ?? []),
    ...storage.map(({ path }) => path),
  ]);
  const said = [
    ...(comments.hosts.get('g') ?? []),
    ...[...(comments.workers.get('g')?.values() ?? [])].flat(),
  ];
  return { folders, said: said.join('\n') };
}

function dataSet(mount: string, source: string, free: number): MountFacts {
  return { mount, source, device: `0:${mount}`, type: 'zfs', size: free * GiB, free: free * GiB };
}

describe('no place for sectors or caches', () => {
  it.each([
    '/tmp',
    '/var/tmp',
    '/var/cache',
    '/var/spool/mail',
    '/var/lib/ceph/osd',
    '/var/lib/lotus',
    '/var/lib/lotus-miner',
    '/root/.lotus',
    '/home/fil/.lotusminer/seal',
    '/recovery',
  ])('is %s', (mount) => {
    const { folders } = placesOf({ disks: { '/': 40, '/mnt/nvme0': 7000, [mount]: 9000 } });
    expect(folders).toEqual(['/mnt/nvme0/parents', '/mnt/nvme0/params', '/mnt/nvme0/seal']);
  });

  it.each(['/var/lib/filecoin', '/var/lib/sealfarm/x', '/home', '/var/library', '/tmpfast'])(
    'is not %s',
    (mount) => {
      const { folders } = placesOf({ disks: { '/': 40, [mount]: 9000 } });
      expect(folders).toContain(`${mount}/seal`);
    },
  );

  it('is a data set of the pool that the root is on: it is as small as the root', () => {
    const mounts = [
      dataSet('/home', 'rpool/USERDATA/home', 800),
      dataSet('/', 'rpool/ROOT/ubuntu', 800),
      dataSet('/srv', 'rpool/srv', 801),
    ];
    const { folders } = placesOf({ mounts, disks: { '/mnt/nvme0': 7000 } });
    expect(folders.filter((folder) => /^\/(?:home|srv)/.test(folder))).toEqual([]);
    expect(folders).toContain('/mnt/nvme0/seal');
  });
});

describe('a pool', () => {
  it('has its room once, however many data sets are mounted', () => {
    const mounts = [
      dataSet('/tank/store', 'tank/store', 90_000),
      dataSet('/tank', 'tank', 90_000),
      dataSet('/tank/seal', 'tank/seal', 90_000),
    ];
    const { folders, said } = placesOf({ mounts, disks: { '/mnt/nvme0': 7000 } });
    expect(folders.filter((folder) => folder.startsWith('/tank'))).toEqual(['/tank/store']);
    expect(said).toContain('left out: /tank/store and /tank/seal, whose room is that of the pool tank');
  });

  it('is no other pool', () => {
    const mounts = [dataSet('/ssd', 'ssd', 9000), dataSet('/cold', 'cold', 90_000)];
    expect(placesOf({ mounts }).folders).toEqual(['/ssd/parents', '/ssd/params', '/ssd/seal', '/cold/store']);
  });
});

describe('caches', () => {
  it.each<[where: string, disks: Shape['disks'], folder: string, why: string]>([
    [
      'a fast disk before a pool',
      { '/tank': '9000 ?', '/mnt/nvme0': 7000 },
      '/mnt/nvme0',
      'beside the sectors',
    ],
    ['another fast disk', { '/mnt/b': 400, '/mnt/a': 7000 }, '/mnt/b', 'on another fast file system'],
    ['a pool before one in use', { '/b': '400 ?', '/a': '7000 ?' }, '/b', 'whether it is fast is not known'],
    ['a disk that turns at last', { '/b': '400 hdd', '/a': 600 }, '/b', 'caches: on /b, which turns'],
  ])('lie on %s, and say so', (_, disks, folder, why) => {
    const { folders, said } = placesOf(disks === undefined ? {} : { disks });
    expect(folders).toContain(`${folder}/params`);
    expect(said).toContain(why);
  });
});

it('the parents stay on the fast disk where only the parameters find no room there', () => {
  const { folders } = placesOf({ disks: { '/b': '400 hdd', '/a': 600 } });
  expect(folders.slice(0, 2)).toEqual(['/a/parents', '/b/params']);
});

describe('a fast root', () => {
  it('seals rather than a disk that turns, which keeps finished sectors', () => {
    const { folders, said } = placesOf({ disks: { '/': 14_000, '/mnt/hdd': '60000 hdd' } });
    expect(folders).toContain('/var/lib/filecoin/seal');
    expect(folders).toContain('/mnt/hdd/store');
    expect(said).toContain('seals on the root file system: fast disks, where a full disk stops the machine');
  });

  it('that is too small does not', () => {
    // 515 for a sector and 50 that stay free
    const { folders } = placesOf({ disks: { '/': 560, '/mnt/hdd': '60000 hdd' } });
    expect(folders).toContain('/mnt/hdd/seal');
  });
});

describe('a worker listens', () => {
  it.each<[what: string, address: string, addresses: string[] | undefined, listen: string | undefined]>([
    ['where a person named it', '10.0.0.5', ['10.1.0.5', '10.0.0.5'], undefined],
    ['where a person named it, though it is public', '8.8.4.7', ['8.8.4.7', '10.1.0.5'], undefined],
    ['where a person named it, if nothing else is known', '10.0.0.5', undefined, undefined],
    ['behind a router on its own address', '8.8.4.7', ['10.1.0.5'], '10.1.0.5:3456'],
    ['by a name where SSH came in', 'seal', ['10.1.0.5', '10.2.0.5'], '10.1.0.5:3456'],
    ['by a name on a private network first', 'seal', ['8.8.4.7', '10.2.0.5'], '10.2.0.5:3456'],
  ])('%s', (_, address, addresses, listen) => {
    const host = aSeenHost('g', { ram: 503, address, disks: { '/mnt/nvme0': 7000 } });
    const { addresses: __, ...machine } = host.found.machine;
    const found = { ...host.found, machine: addresses === undefined ? machine : { ...machine, addresses } };
    const { farm } = propose([{ ...host, found }], [], ANSWERS);
    const [worker] = Object.values(farm.hosts).flatMap(({ workers = {} }) => Object.values(workers));
    expect(worker?.listen).toBe(listen);
  });
});

it.each([
  ['/opt/lotus/bin/lotus-worker', '/opt/lotus/bin/lotus-worker'],
  ['/usr/local/bin/lotus-worker', undefined],
  ["alias lotus-worker='x'", undefined],
  [undefined, undefined],
])('lotus-worker found at %s is %s in the file', (program, binary) => {
  const machine = program === undefined ? {} : { program };
  const { farm } = proposalFor({ machine, gpus: [24, 24], disks: { '/mnt/nvme0': 7000 } });
  const workers = Object.values(farm.hosts['g']?.workers ?? {});
  expect(workers.length).toBeGreaterThan(1);
  expect(workers.map((worker) => worker.binary)).toEqual(workers.map(() => binary));
});
