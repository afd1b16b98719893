import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Duplex } from 'node:stream';
import { failure, type Result } from '../../src/diagnostic/result.js';
import { observeMiner } from '../../src/probe/observe-miner.js';
import { createLotusClient } from '../../src/rpc/lotus-client.js';
import { createMinerApi, type MinerApi } from '../../src/rpc/miner-api.js';
import { CANARY, TOKEN } from '../support/farm.js';
import { LotusStub, reply } from '../support/lotus-stub.js';
import { aDiagnostic, aJob, indexed, storageInfo, workerStats } from '../support/observation.js';

const SETTINGS = {
  Weight: 10, CanSeal: true, CanStore: false, MaxStorage: 0,
  Groups: [], AllowTo: [], AllowTypes: [], DenyTypes: [], AllowMiners: [], DenyMiners: [],
}; // prettier-ignore

const A = indexed(storageInfo('a', SETTINGS, ['http://10.0.0.11:3456/remote']));
const B = indexed(storageInfo('b', SETTINGS, []));
const DECL = { Miner: 1000, Number: 7, SectorFileType: 2 };
const LOCK = { Sector: { Miner: 1000, Number: 7 }, Write: [0, 1], Read: [0, 0] };

let stub: LotusStub;
let answers: Map<string, unknown>;

beforeEach(async () => {
  stub = await LotusStub.start();
  answers = new Map<string, unknown>([
    ['WorkerStats []', { s1: workerStats('worker-1', ['PC1']) }],
    ['WorkerJobs []', { s1: [aJob('PC1', 7)] }],
    ['StorageList []', { a: [DECL], b: null }],
    ['StorageGetLocks []', { Locks: [LOCK] }],
    ['ActorAddress []', 'f01000'],
    ['ActorSectorSize ["f01000"]', 34_359_738_368],
    ['StorageInfo ["a"]', A.info],
    ['StorageInfo ["b"]', B.info],
    ['StorageStat ["a"]', A.stat],
    ['StorageStat ["b"]', B.stat],
  ]);
  stub.answer = ({ id, method, params }, response) => {
    const result = answers.get(`${method.replace('Filecoin.', '')} ${JSON.stringify(params)}`);
    const error = { code: 1, message: 'not found' };
    reply(response, result === undefined ? { jsonrpc: '2.0', id, error } : { jsonrpc: '2.0', id, result });
  };
});

afterEach(() => stub.stop());

function miner(dial: () => Promise<Result<Duplex>> = stub.dial): MinerApi {
  return createMinerApi(createLotusClient({ dial, token: TOKEN, name: 'the miner' }));
}

describe('the miner', () => {
  it('tells workers, jobs, sectors, paths and locks', async () => {
    expect(await observeMiner(miner())).toEqual({
      reached: true,
      workers: new Map([['s1', workerStats('worker-1', ['PC1'])]]),
      jobs: new Map([['s1', [aJob('PC1', 7)]]]),
      sectors: new Map([
        ['a', [DECL]],
        ['b', []],
      ]),
      storage: new Map([
        ['a', A],
        ['b', B],
      ]),
      locks: [LOCK],
      sectorSize: 34_359_738_368,
    });
    expect(stub.calls).toHaveLength(10);
  });

  it('is not asked for what vanished between list and question: it is left out', async () => {
    answers.delete('StorageInfo ["a"]');
    const seen = await observeMiner(miner());
    expect(seen.reached && [...seen.storage.keys()]).toEqual(['b']);
  });

  it('need not know how full a path is whose worker is away', async () => {
    answers.delete('StorageStat ["a"]');
    const seen = await observeMiner(miner());
    expect(seen.reached && seen.storage.get('a')).toStrictEqual({ info: A.info });
  });

  it.each(['ActorAddress []', 'ActorSectorSize ["f01000"]'])(
    'need not tell its sector size: no answer to %s',
    async (call) => {
      answers.delete(call);
      const seen = await observeMiner(miner());
      expect(seen.reached && 'sectorSize' in seen).toBe(false);
      expect(seen.reached).toBe(true);
    },
  );

  it.each(['WorkerStats []', 'WorkerJobs []', 'StorageList []', 'StorageGetLocks []'])(
    'that gives no answer to %s is not reached',
    async (call) => {
      answers.delete(call);
      const seen = await observeMiner(miner());
      expect(seen).toMatchObject({ reached: false, diagnostic: { code: 'SF511', severity: 'error' } });
      expect(!seen.reached && seen.diagnostic.message).toMatch(/^the miner did not answer: .*not found/);
      expect(JSON.stringify(seen)).not.toContain(CANARY);
    },
  );

  it('that cannot be connected to is not reached', async () => {
    const help = 'Look at the network.';
    const seen = await observeMiner(
      miner(() => Promise.resolve(failure({ ...aDiagnostic('no route'), help }))),
    );
    const message = 'the miner did not answer: no route';
    expect(seen).toEqual({ reached: false, diagnostic: { code: 'SF511', severity: 'error', message, help } });
  });
});
