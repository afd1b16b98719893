import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { failure, type Result } from '../../src/diagnostic/result.js';
import { minerProblems } from '../../src/observed/miner-trouble.js';
import { observeMiner } from '../../src/probe/observe-miner.js';
import { JumpPool } from '../../src/remote/jump-pool.js';
import { LocalRemote } from '../../src/remote/local-remote.js';
import { OperatorFiles } from '../../src/remote/operator-files.js';
import { dialRefused } from '../../src/remote/remote-error.js';
import { SshAnswers } from '../../src/remote/ssh-answers.js';
import { createLotusClient } from '../../src/rpc/lotus-client.js';
import { createMinerApi, type MinerApi } from '../../src/rpc/miner-api.js';
import { aHost, CANARY, TOKEN } from '../support/farm.js';
import { LotusStub, reply, type StubAnswer } from '../support/lotus-stub.js';
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
    ['Version []', { Version: '1.36.2+mainnet', APIVersion: 66_816 }],
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
    const error = { code: 1, message: 'not there' };
    reply(response, result === undefined ? { jsonrpc: '2.0', id, error } : { jsonrpc: '2.0', id, result });
  };
});

afterEach(() => stub.stop());

function miner(dial: () => Promise<Result<Duplex>> = stub.dial): MinerApi {
  return createMinerApi(createLotusClient({ dial, token: TOKEN, name: 'the miner' }));
}

describe('the miner', () => {
  it('tells workers, jobs, sectors, paths and locks', async () => {
    const times = [500, 512];
    expect(await observeMiner(miner(), () => times.shift() ?? 0)).toEqual({
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
      version: '1.36.2+mainnet',
      answeredMs: 12,
    });
    expect(stub.calls).toHaveLength(11);
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
      expect(!seen.reached && seen.diagnostic.message).toMatch(/^the miner did not answer: .*not there/);
      expect(JSON.stringify(seen)).not.toContain(CANARY);
    },
  );

  it('need not tell its version', async () => {
    answers.delete('Version []');
    const seen = await observeMiner(miner());
    expect(seen.reached && 'version' in seen).toBe(false);
    expect(seen.reached).toBe(true);
  });

  it('that cannot be connected to is not reached', async () => {
    const help = 'Look at the network.';
    const seen = await observeMiner(
      miner(() => Promise.resolve(failure({ ...aDiagnostic('no route'), help }))),
    );
    const message = 'the miner did not answer: no route';
    expect(seen).toEqual({ reached: false, diagnostic: { code: 'SF511', severity: 'error', message, help } });
  });
});

describe('each trouble with the miner has a code of its own:', () => {
  /** What is said of it, with a token that must not be. */
  async function said(asked: MinerApi = miner()): Promise<Diagnostic | undefined> {
    const seen = await observeMiner(asked);
    expect(JSON.stringify(seen)).not.toContain(CANARY);
    return minerProblems(seen)[0];
  }

  const here = (): LocalRemote =>
    new LocalRemote(aHost({ name: 'here' }), {
      environment: {},
      homeDir: '/',
      jumps: new JumpPool(),
      answers: new SshAnswers(),
      files: new OperatorFiles(),
    });

  it('it is down', async () => {
    const { port } = stub;
    await stub.stop();
    const diagnostic = await said(miner(() => here().dial('127.0.0.1', port)));
    expect(diagnostic).toMatchObject({ code: 'SF590', severity: 'error' });
    expect(diagnostic?.message).toMatch(
      /^lotus-miner does not run, or listens on another address: here cannot/,
    );
    // Both are refused alike: the address is told, and how to tell which it is.
    expect(diagnostic?.message).toContain(`127.0.0.1:${port}`);
    expect(diagnostic?.help).toMatch(/`ss -ltnp`.*no lotus-miner/);
    stub = await LotusStub.start();
  });

  it('nobody is at its address', async () => {
    const error = new Error('getaddrinfo ENOTFOUND miner-9');
    const nowhere = failure(dialRefused('host-1', 'miner-9', 2345, error));
    const diagnostic = await said(miner(() => Promise.resolve(nowhere)));
    expect(diagnostic).toMatchObject({ code: 'SF593', severity: 'error' });
    expect(diagnostic?.message).toMatch(/^nobody is at the address of the miner: host-1 cannot connect to/);
  });

  it.each<[what: string, answer: StubAnswer]>([
    ['another program is', (_call, response) => void response.end('<html></html>')],
    [
      'another part of Lotus is',
      ({ id, method }, response) => {
        const known = method === 'Filecoin.Version';
        const error = { code: -32_601, message: `method '${method}' not found` };
        reply(response, known ? { jsonrpc: '2.0', id, result: 67_328 } : { jsonrpc: '2.0', id, error });
      },
    ],
  ])('%s at its address', async (_what, answer) => {
    stub.answer = answer;
    const diagnostic = await said();
    expect(diagnostic).toMatchObject({ code: 'SF593', severity: 'error' });
    expect(diagnostic?.message).toMatch(/^`miner\.api` is not the address of a miner: the miner /);
  });

  it.each<[what: string, stats: object]>([
    [
      'does not know a call',
      { error: { code: -32_601, message: "method 'Filecoin.WorkerStats' not found" } },
    ],
    ['answers in another form', { result: { s1: { Info: 'of another kind' } } }],
  ])('it has another API, which %s', async (_what, stats) => {
    const usual = stub.answer;
    stub.answer = (call, response) => {
      if (call.method !== 'Filecoin.WorkerStats') usual(call, response);
      else reply(response, { jsonrpc: '2.0', id: call.id, ...stats });
    };
    const diagnostic = await said();
    expect(diagnostic).toMatchObject({ code: 'SF594', severity: 'error' });
    expect(diagnostic?.message).toMatch(/^this miner has another API than sealfarm knows: the miner /);
  });

  it.each<[what: string, status: number, body: (id: unknown) => object]>([
    ['is not one of its own', 401, () => ({})],
    [
      'has too little permission',
      200,
      (id) => ({
        id,
        error: { code: 1, message: "missing permission to invoke 'WorkerStats' (need 'admin')" },
      }),
    ],
  ])('the token %s', async (_what, status, body) => {
    stub.answer = ({ id }, response) => {
      reply(response, body(id), status);
    };
    const diagnostic = await said();
    expect(diagnostic).toMatchObject({ code: 'SF592', severity: 'error' });
    expect(diagnostic?.help).toContain('--perm admin');
  });

  it('it is slow, and said to be up', async () => {
    const times = [0, 10_000];
    const seen = await observeMiner(miner(), () => times.shift() ?? 0);
    expect(minerProblems(seen)).toMatchObject([
      { code: 'SF591', severity: 'warning', message: 'the miner is up, but took 10 s for an answer' },
    ]);
  });

  it('it is so slow that nobody waits for the answer', async () => {
    stub.answer = () => undefined;
    const patient = createLotusClient({ dial: stub.dial, token: TOKEN, name: 'the miner', timeoutMs: 100 });
    const diagnostic = await said(createMinerApi(patient));
    expect(diagnostic).toMatchObject({ code: 'SF591', severity: 'error' });
    expect(diagnostic?.message).toMatch(/^the miner is there, but too slow: .* within 0\.1 s$/);
  });

  it('none: nothing is said of it', async () => {
    expect(await said()).toBeUndefined();
  });
});
