import { connect, createServer, type AddressInfo } from 'node:net';
import { PassThrough, type Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import { createLotusClient, type LotusClientOptions } from '../../src/rpc/lotus-client.js';
import { post } from '../../src/rpc/post.js';
import { Secret } from '../../src/secret/secret.js';
import { LotusStub, reply, type StubAnswer } from '../support/lotus-stub.js';
import { until } from '../support/until.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.a-secret';

let stub: LotusStub;

beforeEach(async () => {
  stub = await LotusStub.start();
});

afterEach(() => stub.stop());

async function call(
  answer?: StubAnswer,
  options: Partial<LotusClientOptions> = {},
  method = 'Filecoin.Version',
): Promise<Result<unknown>> {
  if (answer !== undefined) stub.answer = answer;
  const client = createLotusClient({
    dial: stub.dial,
    token: new Secret(TOKEN),
    name: 'worker-1 on host-1',
    place: { kind: 'host', host: 'host-1', worker: 'worker-1' },
    ...options,
  });
  return client.call(method, [1, 'two']);
}

async function refusal(answer?: StubAnswer, options?: Partial<LotusClientOptions>): Promise<Diagnostic> {
  const result = await call(answer, options);
  if (result.ok) throw new Error('it succeeded');
  expect(JSON.stringify(result.diagnostic)).not.toContain('a-secret');
  return result.diagnostic;
}

describe('a call', () => {
  test('is a JSON-RPC 2.0 POST with the token', async () => {
    const result = await call((asked, response) => {
      reply(response, { jsonrpc: '2.0', id: asked.id, result: { Version: '1' } });
    });
    expect(result).toEqual(success({ Version: '1' }));
    expect(stub.calls).toMatchObject([
      {
        method: 'Filecoin.Version',
        params: [1, 'two'],
        httpMethod: 'POST',
        path: '/rpc/v0',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      },
    ]);
  });

  test.each([
    ['a null result', { result: null }],
    ['no result, as older versions write null', {}],
    ['a result beside a null error', { result: null, error: null }],
  ])('%s is null', async (_what, fields) => {
    const result = await call((asked, response) => {
      reply(response, { jsonrpc: '2.0', id: asked.id, ...fields });
    });
    expect(result).toEqual(success(null));
  });

  test('a number above 2^53 comes as the nearest one there is', async () => {
    const result = await call((asked, response) => {
      response.end(`{"jsonrpc":"2.0","id":${String(asked.id)},"result":18446744073709551615}`);
    });
    expect(result).toEqual(success(2 ** 64));
  });

  test('an answer of 20 MiB and of many chunks arrives whole', async () => {
    const long = 'ä€😀'.repeat(2 ** 21);
    const result = await call((asked, response) => {
      reply(response, { jsonrpc: '2.0', id: asked.id, result: long });
    });
    expect(result.ok && result.value === long).toBe(true);
  });

  test('leaves no connection open', async () => {
    await call();
    await until(async () => (await stub.openConnections()) === 0, 'the connection is closed');
    expect(stub.connections).toBe(1);
  });

  test('50 at once get each its own answer', async () => {
    stub.answer = (asked, response) => {
      setImmediate(() => {
        reply(response, { jsonrpc: '2.0', id: asked.id, result: asked.params });
      });
    };
    const client = createLotusClient({ dial: stub.dial, token: new Secret(TOKEN), name: 'miner' });
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const results = await Promise.all(numbers.map((i) => client.call('Filecoin.SectorsStatus', [i])));
    expect(results).toEqual(numbers.map((i) => success([i])));
    expect(new Set(stub.calls.map((asked) => asked.id)).size).toBe(50);
  });
});

describe('SF410', () => {
  test("gives Lotus's own message", async () => {
    const diagnostic = await refusal((asked, response) => {
      reply(response, { jsonrpc: '2.0', id: asked.id, error: { code: 1, message: 'path already attached' } });
    });
    expect(diagnostic).toMatchObject({
      code: 'SF410',
      message: 'worker-1 on host-1 answered Filecoin.Version with error 1: path already attached',
      place: { kind: 'host', host: 'host-1', worker: 'worker-1' },
    });
  });

  test('also with HTTP status 500, and for a request Lotus could not read', async () => {
    const diagnostic = await refusal((_asked, response) => {
      reply(response, { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } }, 500);
    });
    expect(diagnostic).toMatchObject({
      code: 'SF410',
      message: expect.stringContaining('parse error') as unknown,
    });
  });

  test('is not said of a method that nobody there knows: that is SF420', async () => {
    const diagnostic = await refusal((asked, response) => {
      const message = "method 'Filecoin.Version' not found";
      reply(response, { jsonrpc: '2.0', id: asked.id, error: { code: -32601, message } });
    });
    expect(diagnostic).toMatchObject({
      code: 'SF420',
      message: 'worker-1 on host-1 knows no Filecoin.Version',
    });
  });

  test('does not repeat the token, should Lotus do so', async () => {
    const diagnostic = await refusal((asked, response) => {
      reply(response, { jsonrpc: '2.0', id: asked.id, error: { code: 1, message: `bad header ${TOKEN}!` } });
    });
    expect(diagnostic.message).toContain('bad header (secret)!');
  });
});

describe('SF411', () => {
  test.each<[string, StubAnswer, string]>([
    [
      'a page of HTML',
      (_asked, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>a-secret</html>');
      },
      'HTTP status 200, text/html',
    ],
    [
      'nothing',
      (_asked, response) => {
        response.writeHead(204).end();
      },
      'HTTP status 204, no content type',
    ],
    [
      'not found',
      (_asked, response) => {
        response.writeHead(404).end('404 page not found');
      },
      'HTTP status 404',
    ],
    [
      'a list',
      (_asked, response) => {
        reply(response, []);
      },
      'HTTP status 200',
    ],
    [
      'half an answer',
      (_asked, response) => {
        response.end('{"jsonrpc":"2.0","id":1,"resu');
      },
      'HTTP status 200',
    ],
    [
      'an answer to another call',
      (_asked, response) => {
        reply(response, { id: 99, result: 1 });
      },
      'another call',
    ],
    [
      'an answer to no call',
      (_asked, response) => {
        reply(response, { id: null, result: 1 });
      },
      'another call',
    ],
    [
      'an error that is none',
      (asked, response) => {
        reply(response, { id: asked.id, error: 'oh' });
      },
      'an error without code and message',
    ],
  ])('%s', async (_what, answer, message) => {
    const diagnostic = await refusal(answer);
    expect(diagnostic.code).toBe('SF411');
    expect(diagnostic.message).toContain(
      'worker-1 on host-1 did not answer Filecoin.Version as the Lotus API does',
    );
    expect(diagnostic.message).toContain(message);
  });

  test('a program that speaks no HTTP, such as sshd', async () => {
    const sshd = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    await new Promise<void>((resolve) => sshd.listen(0, '127.0.0.1', resolve));
    const { port } = sshd.address() as AddressInfo;
    const diagnostic = await refusal(undefined, {
      dial: () => Promise.resolve(success(connect(port, '127.0.0.1'))),
    });
    expect(diagnostic).toMatchObject({
      code: 'SF411',
      message: 'worker-1 on host-1 did not answer Filecoin.Version as the Lotus API does: no HTTP',
    });
    await new Promise((resolve) => sshd.close(resolve));
  });

  test('an answer without end is cut off', async () => {
    stub.answer = (_asked, response) => {
      response.write('x'.repeat(2 ** 21));
    };
    const dialled = await stub.dial();
    if (!dialled.ok) throw new Error('no connection');
    const asked = { name: 'miner', method: 'Filecoin.StorageList', place: undefined };
    const result = await post(dialled.value, '{}', new Secret(TOKEN), asked, 2 ** 20);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF411' } });
    expect(result.ok ? '' : result.diagnostic.message).toContain('more than 1 MiB');
    await until(async () => (await stub.openConnections()) === 0, 'the connection is closed');
  });
});

describe('SF412', () => {
  const late = { code: 'SF412', message: 'worker-1 on host-1 did not answer Filecoin.Version within 0.1 s' };

  test('no answer in time; the connection is closed', async () => {
    const diagnostic = await refusal(() => undefined, { timeoutMs: 100 });
    expect(diagnostic).toMatchObject(late);
    await until(async () => (await stub.openConnections()) === 0, 'the connection is closed');
  });

  test('an answer that stops in the middle', async () => {
    const diagnostic = await refusal((_asked, response) => void response.write('{"jsonrpc":'), {
      timeoutMs: 100,
    });
    expect(diagnostic).toMatchObject(late);
    await until(async () => (await stub.openConnections()) === 0, 'the connection is closed');
  });

  test('a connection that comes too late is closed', async () => {
    const stream = new PassThrough();
    let arrive: (dialled: Result<Duplex>) => void = () => undefined;
    const dial = (): Promise<Result<Duplex>> => new Promise((resolve) => (arrive = resolve));
    expect(await refusal(undefined, { dial, timeoutMs: 100 })).toMatchObject(late);
    arrive(success(stream));
    await until(() => stream.destroyed, 'it is closed');
    expect(stub.calls).toEqual([]);
  });
});

describe('SF413', () => {
  test('HTTP status 401', async () => {
    const diagnostic = await refusal((_asked, response) => {
      response.writeHead(401).end('401 Unauthorized a-secret');
    });
    expect(diagnostic.code).toBe('SF413');
    expect(diagnostic.message).toContain('worker-1 on host-1 does not allow Filecoin.Version');
    expect(diagnostic.help).toContain('--perm admin');
  });

  test('a token of too low a permission', async () => {
    const message = "missing permission to invoke 'TaskDisable' (need 'admin')";
    const diagnostic = await refusal((asked, response) => {
      reply(response, { jsonrpc: '2.0', id: asked.id, error: { code: 1, message } });
    });
    expect(diagnostic).toMatchObject({ code: 'SF413', message: expect.stringContaining(message) as unknown });
  });

  test.each(['', 'two words', 'line\nbreak', 'tökén'])('a token that is none: %j', async (token) => {
    const diagnostic = await refusal(undefined, { token: new Secret(token) });
    expect(diagnostic.code).toBe('SF413');
    expect(stub.connections).toBe(0);
  });
});

describe('a connection that', () => {
  test('cannot be made fails with what dialling failed with', async () => {
    const diagnostic: Diagnostic = { code: 'SF407', severity: 'error', message: 'refused' };
    const result = await call(undefined, { dial: () => Promise.resolve(failure(diagnostic)) });
    expect(result).toEqual(failure(diagnostic));
  });

  test.each<[string, StubAnswer]>([
    [
      'before the answer',
      (_asked, response) => {
        response.socket?.destroy();
      },
    ],
    [
      'within the answer',
      (_asked, response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('{"jsonrpc"', () => {
          response.socket?.destroy();
        });
      },
    ],
  ])('breaks %s is SF405', async (_when, answer) => {
    const diagnostic = await refusal(answer);
    expect(diagnostic.code).toBe('SF405');
    expect(diagnostic.message).toContain(
      'worker-1 on host-1 broke off the connection during Filecoin.Version',
    );
  });
});
