import { afterEach, describe, expect, it } from 'vitest';
import { failure, success } from '../../src/diagnostic/result.js';
import { Connections } from '../../src/probe/connections.js';
import { observeFound } from '../../src/probe/observe-found.js';
import { aFarm, aHost, CANARY } from '../support/farm.js';
import { foundAnswer } from '../support/found-answer.js';
import { LotusStub, reply } from '../support/lotus-stub.js';
import { FakeRemote, output } from './fake-remote.js';

let stub: LotusStub | undefined;

afterEach(async () => {
  await stub?.stop();
  stub = undefined;
});

async function asked(
  text: string,
  gives: object | 'error' = { 'seal/v0/precommit/1': {}, 'seal/v0/commit/1': {} },
) {
  const lotus = (stub = await LotusStub.start());
  lotus.answer = (call, response) => {
    reply(response, {
      jsonrpc: '2.0',
      id: call.id,
      ...(gives === 'error' ? { error: { code: 1, message: 'no' } } : { result: gives }),
    });
  };
  const remote = new FakeRemote('host-1');
  remote.onExec = () => Promise.resolve(output(text));
  remote.onDial = lotus.dial;
  const none = failure({ code: 'SF511', severity: 'error', message: 'not asked' } as const);
  const connections = new Connections(
    aFarm({ hosts: [aHost()] }),
    none,
    { environment: {}, homeDir: '/' },
    { connect: () => Promise.resolve(success(remote)) },
  );
  const found = await observeFound('host-1', connections);
  await connections.close();
  const [worker] = found.ok ? found.value.workers : [];
  return { tasks: worker?.tasks, dialled: remote.dialled, calls: lotus.calls };
}

const API = '/ip4/10.0.0.11/tcp/3456/http';
const INFO = `MINER_API_INFO=${CANARY}:/ip4/10.0.0.10/tcp/2345/http\0`;

describe('a worker of which nothing is declared', () => {
  it('says which tasks it takes, where its repo says that it listens, to who has its own token', async () => {
    const { tasks, dialled, calls } = await asked(foundAnswer(INFO, API));
    expect(tasks).toEqual(new Set(['PC1', 'C1']));
    expect(dialled).toEqual(['10.0.0.11:3456']);
    expect(calls.map(({ method }) => method)).toEqual(['Filecoin.TaskTypes']);
    expect(calls[0]?.headers.authorization).toBe(`Bearer ${CANARY}`);
  });

  it.each([
    ['has no token', foundAnswer('HOME=/root\0', API)],
    ['has not written its address', foundAnswer(INFO, 'nonsense')],
    ['has an address of elsewhere', foundAnswer(INFO, '/ip4/203.0.113.5/tcp/3456/http')],
    ['has a name for an address', foundAnswer(INFO, '/dns4/evil.example.com/tcp/3456/http')],
    ['has another port than it was told', foundAnswer(INFO, '/ip4/10.0.0.11/tcp/80/http')],
    [
      'has another address than it was told',
      foundAnswer(`${INFO}LOTUS_WORKER_LISTEN=10.0.0.2:3456\0`, '/ip4/10.0.0.11/tcp/3456/http'),
    ],
    [
      'was told a name',
      foundAnswer(`${INFO}LOTUS_WORKER_LISTEN=evil.example.com:3456\0`, '/ip4/10.0.0.11/tcp/3456/http'),
    ],
    ['has an address of a worker before it', foundAnswer(INFO, API, undefined, '1699999990')],
    ['is in a container', foundAnswer(INFO, API, 'NSpid:\t7\t1')],
  ])('is not asked where it %s', async (_, text) => {
    const { tasks, dialled } = await asked(text);
    expect([tasks, dialled]).toEqual([undefined, []]);
  });

  it('is asked where it was told to listen, and on loopback', async () => {
    const told = foundAnswer(`${INFO}LOTUS_WORKER_LISTEN=10.9.0.9:3460\0`, '/ip4/10.9.0.9/tcp/3460/http');
    expect((await asked(told)).dialled).toEqual(['10.9.0.9:3460']);
    await stub?.stop();
    const fresh = foundAnswer(INFO, API, undefined, '1700000000');
    expect((await asked(fresh)).dialled).toEqual(['10.0.0.11:3456']);
    await stub?.stop();
    expect((await asked(foundAnswer(INFO, '/ip4/127.0.0.1/tcp/3456/http'))).dialled).toEqual([
      '127.0.0.1:3456',
    ]);
  });

  it('may not answer', async () => {
    expect((await asked(foundAnswer(INFO, API), 'error')).tasks).toBeUndefined();
  });
});
