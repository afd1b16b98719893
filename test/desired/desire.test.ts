import { describe, expect, it } from 'vitest';
import { desire } from '../../src/desired/desire.js';
import type { DesiredWorker } from '../../src/desired/desired.js';
import type { Farm, Worker } from '../../src/farm/farm.js';
import { reveal } from '../../src/secret/secret.js';
import { aFarm, aHost, aStorage, aWorker, CANARY, farmOf, guideFarm, TOKEN } from '../support/farm.js';

const DRAIN = { who: 'alice', when: '2026-01-02T03:04:05Z', why: 'new disk' };

function onlyWorker(farm: Farm, drained = false): DesiredWorker {
  const intents = new Map(drained ? [['worker-1', DRAIN]] : []);
  const [worker] = desire(farm, TOKEN, intents).hosts.flatMap(({ workers }) => workers);
  if (worker === undefined) throw new Error('no worker');
  return worker;
}

function variables(worker: DesiredWorker): readonly string[] {
  return worker.env.filter(({ value }) => reveal(value) === 'true').map(({ name }) => name);
}

describe('what the hosts shall hold', () => {
  it('has the hosts and workers of the file, in its order', () => {
    const desired = desire(guideFarm(), TOKEN, new Map());
    expect(desired).toMatchObject({ name: 'example', sectorSize: '32GiB' });
    expect(desired.hosts.map(({ name, workers }) => [name, workers.map((worker) => worker.name)])).toEqual([
      ['host-1', ['worker-1']],
      ['host-2', ['worker-2']],
      ['host-3', ['worker-3']],
    ]);
  });

  it('says everything by absolute path and exact value', () => {
    const worker = onlyWorker(farmOf({ limits: new Map([['PC1', 4]]) }));
    expect(worker).toMatchObject({
      name: 'worker-1',
      host: 'host-1',
      repo: '/var/lib/lotus/worker-1',
      files: {
        envFile: '/etc/sealfarm/workers/worker-1/worker.env',
        storageJson: '/var/lib/lotus/worker-1/storage.json',
      },
      tasks: ['AP', 'PC1', 'PC2', 'C2'],
      limits: new Map([['PC1', 4]]),
    });
    expect(worker).not.toHaveProperty('drain');
  });

  it("turns every key of a storage path into Lotus's own", () => {
    const storage = aStorage({
      id: 'x',
      seal: false,
      store: true,
      weight: 3,
      maxStorage: 7,
      groups: ['a'],
      allowTo: ['b'],
      allowTypes: ['sealed'],
      denyTypes: ['cache'],
      allowMiners: ['t01'],
      denyMiners: ['t02'],
      mount: 'any',
    });
    expect(onlyWorker(farmOf({ storage: [storage] })).storage).toEqual([
      {
        path: '/mnt/nvme0/seal',
        id: 'x',
        mount: 'any',
        settings: {
          Weight: 3,
          CanSeal: false,
          CanStore: true,
          MaxStorage: 7,
          Groups: ['a'],
          AllowTo: ['b'],
          AllowTypes: ['sealed'],
          DenyTypes: ['cache'],
          AllowMiners: ['t01'],
          DenyMiners: ['t02'],
        },
      },
    ]);
    expect(onlyWorker(farmOf({ storage: [aStorage()] })).storage[0]).not.toHaveProperty('id');
  });

  it('shows no secret when it is printed', () => {
    expect(JSON.stringify(desire(guideFarm(), TOKEN, new Map()))).not.toContain(CANARY);
  });
});

describe('a drained worker', () => {
  it.each([
    ['without DataCid', ['AP', 'PC1'] as const],
    ['with DataCid', ['AP', 'DC', 'PC1'] as const],
    ['that may download', ['DL'] as const],
    ['for posts', ['WDP'] as const],
  ])('%s comes up with every task off', (_, tasks) => {
    const worker = onlyWorker(farmOf({ tasks }), true);
    expect(variables(worker)).toEqual(['LOTUS_WORKER_NO_DEFAULT', 'LOTUS_WORKER_NO_LOCAL_STORAGE']);
  });

  it('keeps its declared tasks in mind, and who drained it', () => {
    const worker = onlyWorker(farmOf({ tasks: ['AP', 'PC1'] }), true);
    expect(worker).toMatchObject({ tasks: ['AP', 'PC1'], drain: DRAIN });
  });

  it('drains no other worker', () => {
    const workers = [aWorker({ name: 'worker-1' }), aWorker({ name: 'worker-2' })];
    const desired = desire(aFarm({ hosts: [aHost({ workers })] }), TOKEN, new Map([['worker-1', DRAIN]]));
    expect(desired.hosts[0]?.workers.map(({ drain }) => drain)).toEqual([DRAIN, undefined]);
  });
});

describe('the drop-in of a unit', () => {
  /** Its lines, but for those that no setting changes. */
  function settings(worker: Partial<Worker>): readonly string[] {
    const farm = aFarm({ hosts: [aHost({ serviceManager: 'systemd', workers: [aWorker(worker)] })] });
    const lines = (onlyWorker(farm).dropIn ?? '').split('\n');
    return lines.filter((line) => /^(?!ExecStart|Environment)\w+=/.test(line));
  }

  it('has the settings of its worker', () => {
    const storage = [
      aStorage({ path: '/mnt/a', mount: 'required' }),
      aStorage({ path: '/srv/b', mount: 'any' }),
    ];
    const worker = {
      ...{ user: 'lotus', cpus: '0-3,8', numaNodes: [0, 2], memory: 2 ** 39 },
      ...{ repo: '/srv/repo', tmpDir: '/fast/tmp', storage },
    };
    expect(settings(worker)).toEqual([
      'RequiresMountsFor=/srv/repo /fast/tmp /mnt/a',
      'User=lotus',
      'CPUAffinity=0-3,8',
      'AllowedCPUs=0-3,8',
      'NUMAPolicy=bind',
      'NUMAMask=0,2',
      'AllowedMemoryNodes=0,2',
      'MemoryMax=549755813888',
    ]);
  });

  it('is root’s, and binds nothing, unless the file says so', () => {
    expect(settings({ storage: [] })).toEqual([
      'RequiresMountsFor=/var/lib/lotus/worker-1 /var/lib/sealfarm/tmp/worker-1',
      'User=root',
    ]);
  });
});
