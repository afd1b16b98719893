import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../src/diagnostic/result.js';
import type { StorageInfo, StorageStat } from '../../src/lotus/api.js';
import { createLotusClient, type LotusClient } from '../../src/rpc/lotus-client.js';
import { createMinerApi, type MinerApi } from '../../src/rpc/miner-api.js';
import { createWorkerApi, type WorkerApi } from '../../src/rpc/worker-api.js';
import { Secret } from '../../src/secret/secret.js';
import { LotusStub, reply } from '../support/lotus-stub.js';

/** Answers as Lotus's own API documentation gives them. */
type Answers = Readonly<Record<'miner' | 'worker', Readonly<Record<string, unknown>>>>;

let stub: LotusStub;
let client: LotusClient;
let miner: MinerApi;
let worker: WorkerApi;
let answers: Answers;

beforeAll(async () => {
  const file = new URL('../fixtures/rpc/answers.json', import.meta.url);
  answers = JSON.parse(await readFile(file, 'utf8')) as Answers;
  stub = await LotusStub.start();
  client = createLotusClient({ dial: stub.dial, token: new Secret('t'), name: 'miner' });
  miner = createMinerApi(client);
  worker = createWorkerApi(client);
});

beforeEach(() => {
  stub.calls.length = 0;
});

afterAll(() => stub.stop());

function answerWith(result: unknown): void {
  stub.answer = (call, response) => {
    reply(response, { jsonrpc: '2.0', id: call.id, result });
  };
}

interface Case {
  readonly method: string;
  readonly ask: () => Promise<Result<unknown>>;
  readonly params?: readonly unknown[];
  /** What null means, where Lotus may answer it. */
  readonly ofNull?: unknown;
  /** What it gives, where that is not the answer as it comes. */
  readonly gives?: unknown;
}

const MINER: readonly Case[] = [
  { method: 'Version', ask: () => miner.version() },
  { method: 'ActorAddress', ask: () => miner.actorAddress() },
  { method: 'ActorSectorSize', ask: () => miner.actorSectorSize('f01234'), params: ['f01234'] },
  { method: 'WorkerJobs', ask: () => miner.workerJobs() },
  { method: 'StorageList', ask: () => miner.storageList() },
  { method: 'StorageInfo', ask: () => miner.storageInfo('some-id'), params: ['some-id'] },
  { method: 'StorageStat', ask: () => miner.storageStat('some-id'), params: ['some-id'] },
  {
    method: 'StorageGetLocks',
    ask: () => miner.storageGetLocks(),
    gives: [{ Sector: { Miner: 1000, Number: 123 }, Write: [0, 0, 1, 0, 0, 0], Read: [2, 3, 0, 0, 0, 0] }],
  },
  { method: 'SectorsSummary', ask: () => miner.sectorsSummary(), ofNull: {} },
  { method: 'SectorsStatus', ask: () => miner.sectorsStatus(9), params: [9, false] },
];

const WORKER: readonly Case[] = [
  { method: 'Version', ask: () => worker.version() },
  { method: 'Info', ask: () => worker.info() },
  { method: 'Session', ask: () => worker.session() },
  { method: 'ProcessSession', ask: () => worker.processSession() },
  { method: 'TaskTypes', ask: () => worker.taskTypes(), gives: ['seal/v0/precommit/2'] },
  { method: 'Paths', ask: () => worker.paths(), ofNull: [] },
];

describe.each([
  ['miner' as const, MINER],
  ['worker' as const, WORKER],
])('%s', (who, cases) => {
  test.each(cases)('$method', async ({ method, ask, params = [], gives }) => {
    answerWith(answers[who][method]);
    expect(await ask()).toEqual({ ok: true, value: gives ?? answers[who][method] });
    expect(stub.calls).toMatchObject([{ method: `Filecoin.${method}`, params }]);
  });

  test.each(cases)('$method that answers null', async ({ method, ask, ofNull }) => {
    answerWith(null);
    if (ofNull === undefined) expectWrongShape(await ask(), method);
    else expect(await ask()).toEqual({ ok: true, value: ofNull });
  });

  test.each(cases)('$method that answers something else', async ({ method, ask }) => {
    answerWith([{ unheard: 'of' }]);
    expectWrongShape(await ask(), method);
  });
});

function expectWrongShape(result: Result<unknown>, method: string): void {
  expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF420' } });
  if (!result.ok)
    expect(result.diagnostic.message).toContain(`miner answered Filecoin.${method} with something else`);
}

describe('null in the place of lists', () => {
  test('a worker without tasks', async () => {
    answerWith(answers.miner['WorkerStats']);
    const result = await miner.workerStats();
    if (!result.ok) throw new Error(result.diagnostic.message);
    const [stats] = Object.values(result.value);
    expect(stats).toMatchObject({ Info: { Hostname: 'host' }, Tasks: [], TaskCounts: null });
  });

  test('a miner that says nothing of its workers is not one without workers', async () => {
    answerWith(null);
    expectWrongShape(await miner.workerStats(), 'WorkerStats');
  });

  test('a session without jobs, a path without sectors, no locks', async () => {
    answerWith({ 'a-session': null });
    expect(await miner.workerJobs()).toEqual({ ok: true, value: { 'a-session': [] } });
    expect(await miner.storageList()).toEqual({ ok: true, value: { 'a-session': [] } });
    answerWith({ Locks: null });
    expect(await miner.storageGetLocks()).toEqual({ ok: true, value: [] });
  });

  test('lists of a storage path, null or left out by an older version', async () => {
    const info = {
      ID: 'x',
      URLs: null,
      Weight: 10,
      MaxStorage: 0,
      CanSeal: true,
      CanStore: false,
      Groups: ['g'],
    };
    answerWith(info);
    expect(await miner.storageInfo('x')).toEqual({
      ok: true,
      value: {
        ...info,
        AllowTo: null,
        AllowTypes: null,
        DenyTypes: null,
        AllowMiners: null,
        DenyMiners: null,
      },
    });
  });

  test('tasks that are no set as Go writes it are not let through', async () => {
    answerWith({ Nonsense: [null] });
    expectWrongShape(await worker.taskTypes(), 'TaskTypes');
  });

  test('a job with a field of the wrong type is not let through', async () => {
    answerWith({ 'a-session': [{ ID: { Sector: { Miner: 1, Number: 2 }, ID: 'x' }, RunWait: '0' }] });
    expectWrongShape(await miner.workerJobs(), 'WorkerJobs');
  });
});

test('a miner is told the settings of a path with its disk', async () => {
  answerWith(null);
  const info = answers.miner['StorageInfo'] as StorageInfo;
  const stat = answers.miner['StorageStat'] as StorageStat;
  expect(await miner.storageAttach(info, stat)).toEqual({ ok: true, value: undefined });
  expect(stub.calls).toMatchObject([{ method: 'Filecoin.StorageAttach', params: [info, stat] }]);
});

describe('what a worker is told', () => {
  test.each<[string, () => Promise<Result<undefined>>, readonly unknown[]]>([
    ['StorageAddLocal', () => worker.storageAddLocal('/mnt/a'), ['/mnt/a']],
    ['StorageDetachLocal', () => worker.storageDetachLocal('/mnt/a'), ['/mnt/a']],
    ['StorageDetachAll', () => worker.storageDetachAll(), []],
    ['StorageRedeclareLocal', () => worker.storageRedeclareLocal('some-id', false), ['some-id', false]],
    ['TaskEnable', () => worker.taskEnable('seal/v0/precommit/1'), ['seal/v0/precommit/1']],
    ['TaskDisable', () => worker.taskDisable('seal/v0/precommit/1'), ['seal/v0/precommit/1']],
    ['Shutdown', () => worker.shutdown(), []],
  ])('%s', async (method, tell, params) => {
    answerWith(null);
    expect(await tell()).toEqual({ ok: true, value: undefined });
    expect(stub.calls).toMatchObject([{ method: `Filecoin.${method}`, params }]);
    stub.answer = (call, response) => {
      reply(response, { jsonrpc: '2.0', id: call.id, error: { code: 1, message: 'no' } });
    };
    expect(await tell()).toMatchObject({ ok: false, diagnostic: { code: 'SF410' } });
  });

  test('never SetEnabled', () => {
    expect(Object.keys(worker)).not.toContain('setEnabled');
  });
});
