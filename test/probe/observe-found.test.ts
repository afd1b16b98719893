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
  paths: readonly object[] = [],
  places = '',
) {
  const lotus = (stub = await LotusStub.start());
  lotus.answer = (call, response) => {
    reply(response, {
      jsonrpc: '2.0',
      id: call.id,
      ...(gives === 'error'
        ? { error: { code: 1, message: 'no' } }
        : { result: call.method === 'Filecoin.Paths' ? paths : gives }),
    });
  };
  const remote = new FakeRemote('host-1');
  const scripts: string[] = [];
  remote.onExec = (script) => {
    scripts.push(script);
    return Promise.resolve(output(scripts.length === 1 ? text : places));
  };
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
  const dialled = [...new Set(remote.dialled)];
  return { found, tasks: worker?.tasks, paths: worker?.paths, dialled, calls: lotus.calls, scripts };
}

const API = '/ip4/10.0.0.11/tcp/3456/http';
const INFO = `MINER_API_INFO=${CANARY}:/ip4/10.0.0.10/tcp/2345/http\0`;

describe('a worker of which nothing is declared', () => {
  it('says which tasks it takes, where its repo says that it listens, to who has its own token', async () => {
    const { tasks, dialled, calls } = await asked(foundAnswer(INFO, API));
    expect(tasks).toEqual(new Set(['PC1', 'C1']));
    expect(dialled).toEqual(['10.0.0.11:3456']);
    expect(calls.map(({ method }) => method).toSorted()).toEqual(['Filecoin.Paths', 'Filecoin.TaskTypes']);
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

  it('has paths that no list names any more, which are looked at, too', async () => {
    const path = { ID: 'id', Weight: 10, CanSeal: true, CanStore: false };
    const open = ['/mnt/x/', '/mnt/odd\u0000'].map((LocalPath) => ({ ...path, LocalPath }));
    const places = `sealfarm-found 1\nstorage =/mnt/x present root\nsealfarm-found end\n`;
    const { found, paths, scripts } = await asked(foundAnswer(INFO, API), undefined, open, places);
    expect(paths).toEqual(open);
    expect(scripts).toHaveLength(2);
    expect(scripts[1]).toContain("\nstorage '/mnt/x/'\necho");
    expect(scripts[1]).not.toContain('odd');
    expect(found.ok && found.value.places.get('/mnt/x')?.onRootFileSystem).toBe(true);
    await stub?.stop();
    expect((await asked(foundAnswer(INFO, API), undefined, open, '')).found.ok).toBe(false);
  });

  it('may not answer', async () => {
    expect((await asked(foundAnswer(INFO, API), 'error')).tasks).toBeUndefined();
  });
});
