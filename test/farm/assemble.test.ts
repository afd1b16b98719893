import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFarm } from '../../src/farm/read-farm.js';
import { DEFAULT_ROLLOUT } from '../../src/farm/rollout.js';
import type { Worker } from '../../src/farm/farm.js';
import { edited, type Edit, farmOf, said, SAMPLE } from './sample.js';

const EXAMPLE = readFileSync(new URL('../../examples/storage-groups/sealfarm.yaml', import.meta.url), 'utf8');
const WORKER = '        profile: p\n';

function workerOf(...edits: readonly Edit[]): Worker {
  const worker = farmOf(edited(...edits)).hosts[0]?.workers[0];
  if (worker === undefined) throw new Error('no worker');
  return worker;
}

const worker = (line: string): Edit => [WORKER, `${WORKER}        ${line}\n`];
const top = (text: string): Edit => ['profiles:\n', `${text}\nprofiles:\n`];

describe('the example', () => {
  it('is without fault', () => {
    expect(readFarm(EXAMPLE, 'sealfarm.yaml').diagnostics).toEqual([]);
  });

  it('means this farm', () => {
    const { hosts, ...farm } = farmOf(EXAMPLE);
    expect(farm).toEqual({
      name: 'example',
      sectorSize: '32GiB',
      rollout: { ...DEFAULT_ROLLOUT, canary: true },
      miner: {
        api: '/ip4/10.0.0.10/tcp/2345/http',
        address: { host: '10.0.0.10', port: 2345 },
        token: { env: 'SEALFARM_MINER_TOKEN' },
        disallowRemoteFinalize: false,
      },
      storageGroups: ['example-seal-group-1', 'example-seal-group-2'],
    });
    const group = (n: number): string[] => [`example-seal-group-${n}`];
    expect(
      hosts.map(({ name, address, workers }) => [name, address, workers[0]?.tasks, workers[0]?.gpus]),
    ).toEqual([
      ['host-1', '10.0.0.11', ['AP', 'PC1', 'PC2', 'C2'], [0]],
      ['host-2', '10.0.0.12', ['AP', 'PC1', 'PC2', 'C2'], [0]],
      ['host-3', '10.0.0.13', ['AP', 'PC1'], undefined],
    ]);
    expect(hosts.map(({ workers }) => workers[0]?.storage[0])).toMatchObject([
      { groups: group(1), allowTo: group(1) },
      { groups: group(2), allowTo: group(2) },
      { groups: [], allowTo: group(1) },
    ]);
    expect(hosts[2]).toEqual({
      name: 'host-3',
      address: '10.0.0.13',
      hardware: { cpus: 64, memory: 512 * 2 ** 30, swap: 0, gpus: 0, disk: 15 * 2 ** 40 },
      ssh: { user: 'root' },
      tags: [],
      paths: { config: '/etc/sealfarm', state: '/var/lib/sealfarm' },
      serviceManager: 'systemd',
      yaml: ['hosts', 'host-3'],
      workers: [
        {
          name: 'worker-3',
          binary: '/usr/local/bin/lotus-worker',
          repo: '/var/lib/sealfarm/workers/worker-3',
          listen: { host: '10.0.0.13', port: 3456 },
          tasks: ['AP', 'PC1'],
          limits: new Map([['PC1', 4]]),
          resources: new Map(),
          parameterCache: '/fast/params',
          parentCache: '/fast/parents',
          noSwap: false,
          tmpDir: '/var/lib/sealfarm/tmp/worker-3',
          env: new Map(),
          state: 'running',
          yaml: ['hosts', 'host-3', 'workers', 'worker-3'],
          storage: [
            {
              path: '/mnt/nvme0/seal',
              seal: true,
              store: false,
              weight: 10,
              maxStorage: 0,
              groups: [],
              allowTo: group(1),
              allowTypes: [],
              denyTypes: [],
              allowMiners: [],
              denyMiners: [],
              mount: 'required',
              yaml: ['hosts', 'host-3', 'workers', 'worker-3', 'storage', 0],
            },
          ],
        },
      ],
    });
  });
});

describe('layers', () => {
  const layers = top(`defaults:
  ssh: { port: 2200, connectTimeout: 1m }
  paths: { state: /state }
  worker:
    binary: /a
    noSwap: true
    limits: { PC1: 1, PC2: 1, C2: 1 }
    env: { A: 1, B: x, C: true }
    multicoreSdr: true
    gpus: all`);
  const profiles: Edit = [
    'p: { tasks: [AP] }',
    'base: { binary: /b, limits: { precommit2: 2, C2: 2 }, env: { B: y }, tasks: [PC1] }\n' +
      '  p: { extends: base, limits: { c2: 3 }, tasks: [AP, PC2], multicoreSdr: { producers: 5 } }',
  ];

  it('lie above one another: built in, defaults, profiles from the lowest, the worker', () => {
    expect(workerOf(layers, profiles, worker('env: { C: z }'))).toMatchObject({
      binary: '/b',
      repo: '/state/workers/w1',
      noSwap: true,
      tasks: ['AP', 'PC2'],
      limits: new Map([
        ['PC1', 1],
        ['PC2', 2],
        ['C2', 3],
      ]),
      env: new Map([
        ['A', '1'],
        ['B', 'y'],
        ['C', 'z'],
      ]),
      multicoreSdr: { producers: 5 },
      gpus: 'all',
    });
  });

  it('do so wherever in the file a profile stands', () => {
    const backwards: Edit = [
      'p: { tasks: [AP] }',
      'p: { extends: middle }\n  middle: { extends: base, binary: /m }\n  base: { binary: /b, noSwap: true }',
    ];
    expect(workerOf(backwards)).toMatchObject({ binary: '/m', noSwap: true });
  });

  it('can be taken back', () => {
    const read = workerOf(
      layers,
      profiles,
      worker('multicoreSdr: false\n        gpus: none\n        noSwap: false'),
    );
    expect(read).toMatchObject({ gpus: 'none', noSwap: false });
    expect(read).not.toHaveProperty('multicoreSdr');
  });

  it('of a host lie above the defaults', () => {
    const text = edited(layers, [
      '    address: 10.0.0.1\n',
      '    address: 10.0.0.1\n    ssh: { user: me, transport: local, connectTimeout: 250ms }\n    paths: { config: /c }\n',
    ]);
    expect(farmOf(text).hosts[0]).toMatchObject({
      ssh: { user: 'me', port: 2200, transport: 'local', connectTimeoutMs: 250 },
      paths: { config: '/c', state: '/state' },
    });
  });

  it('of the worker alone need no profile', () => {
    expect(workerOf([WORKER, '        tasks: [wdp]\n        parallelFetchLimit: 3\n'])).toMatchObject({
      tasks: ['WDP'],
      parallelFetchLimit: 3,
      binary: '/usr/local/bin/lotus-worker',
    });
  });
});

it('one producer setting is the default', () => {
  expect(workerOf(worker('multicoreSdr: true')).multicoreSdr).toEqual({ producers: 3 });
});

it('the short code of the guide means PR2', () => {
  expect(workerOf(['tasks: [AP]', 'tasks: [pru2], limits: { PRU2: 2 }'])).toMatchObject({
    tasks: ['PR2'],
    limits: new Map([['PR2', 2]]),
  });
});

it('storage says what it is told', () => {
  const body =
    'path: /mnt/t/, store: true, weight: 0, maxStorage: 1.5TiB, allowTypes: [sealed], denyTypes: [cache], ' +
    'allowMiners: [f01], denyMiners: [f02], mount: any, id: 2B7E1516-28AE-4D2A-ABF7-158809CF4F3C';
  expect(workerOf(['path: /mnt/s, seal: true', body]).storage[0]).toMatchObject({
    path: '/mnt/t',
    seal: false,
    store: true,
    weight: 0,
    maxStorage: 1_649_267_441_664,
    allowTypes: ['sealed'],
    denyTypes: ['cache'],
    allowMiners: ['f01'],
    denyMiners: ['f02'],
    mount: 'any',
    id: '2b7e1516-28ae-4d2a-abf7-158809cf4f3c',
  });
});

it.each([
  ['{ file: ~/t }', { file: '~/t' }],
  ['{ command: [a, "b c"] }', { command: ['a', 'b c'] }],
])('the token is found by %s', (written, token) => {
  expect(farmOf(SAMPLE.replace('{ env: MINER }', written)).miner.token).toEqual(token);
});

it('names of JavaScript are names like any other', () => {
  const text = SAMPLE.replaceAll(/\bp\b/g, 'constructor')
    .replaceAll('h1', 'toString')
    .replaceAll('w1', 'valueOf');
  const farm = farmOf(text.replace('{ g: {} }', '{ g: {}, __proto__: {} }'));
  expect(farm.hosts[0]).toMatchObject({ name: 'toString', workers: [{ name: 'valueOf', tasks: ['AP'] }] });
  expect(farm.storageGroups).toEqual(['g', '__proto__']);
});

describe('the state of a worker', () => {
  const profile = (state: string): Edit => ['p: { tasks: [AP] }', `p: { tasks: [AP], state: ${state} }`];
  const own = (state: string): Edit => [WORKER, `${WORKER}        state: ${state}\n`];
  const stateOf = (...edits: readonly Edit[]): string | undefined =>
    farmOf(edited(...edits)).hosts[0]?.workers[0]?.state;

  it('is running unless the worker, its profile or the defaults say otherwise, in this order', () => {
    expect(stateOf()).toBe('running');
    expect(stateOf(top('defaults: { worker: { state: stopped } }'))).toBe('stopped');
    expect(stateOf(top('defaults: { worker: { state: stopped } }'), profile('drained'))).toBe('drained');
    expect(stateOf(profile('drained'), own('running'))).toBe('running');
  });

  it('has three values', () => {
    expect(said(edited(own('paused')))).toHaveLength(1);
  });
});
