import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/remote/connect.js';
import type { Remote } from '../../src/remote/remote.js';
import { createLotusClient, type LotusClient } from '../../src/rpc/lotus-client.js';
import { Secret } from '../../src/secret/secret.js';
import { LotusStub, reply } from '../support/lotus-stub.js';
import { aContext, makeSshFolder, startKnownServer, type SshFolder } from '../support/ssh-farm.js';
import type { SshServer } from '../support/ssh-server.js';
import { until } from '../support/until.js';

let keys: SshFolder;
let server: SshServer;
let stub: LotusStub;
let remote: Remote;

beforeAll(async () => {
  keys = await makeSshFolder();
  const { server: started, host } = await startKnownServer(keys);
  server = started;
  stub = await LotusStub.start();
  const result = await connect(host, aContext(keys.homeDir));
  if (!result.ok) throw new Error(result.diagnostic.message);
  remote = result.value;
});

afterAll(async () => {
  await remote.close();
  await stub.stop();
  await server.stop();
  await keys.remove();
});

function client(timeoutMs = 15_000): LotusClient {
  return createLotusClient({
    dial: () => remote.dial('127.0.0.1', stub.port),
    token: new Secret('t'),
    name: 'worker-1 on host-1',
    timeoutMs,
  });
}

test('50 calls at once go through one connection and at most 8 channels, which are all given back', async () => {
  stub.answer = (call, response) => {
    reply(response, {
      jsonrpc: '2.0',
      id: call.id,
      result: { params: call.params, rest: 'ä'.repeat(100_000) },
    });
  };
  const over = client();
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => over.call('Filecoin.Info', [i])));
  results.forEach((result, i) => {
    expect(result).toMatchObject({ ok: true, value: { params: [i] } });
  });
  expect(server.connections).toBe(1);
  expect(server.mostOpenChannels).toBe(8);
  await until(() => server.openChannels === 0, 'all channels are closed');
});

test('calls over time give their channels back', async () => {
  stub.answer = (_call, response) => {
    response.write('{"half":');
  };
  const over = client(200);
  const results = await Promise.all(Array.from({ length: 8 }, () => over.call('Filecoin.Info', [])));
  for (const result of results) expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF412' } });
  await until(() => server.openChannels === 0, 'all channels are closed');
  expect((await remote.exec('true')).ok).toBe(true);
});

test('a worker that is not there is SF407', async () => {
  const gone = await LotusStub.start();
  const port = gone.port;
  await gone.stop();
  const over = createLotusClient({
    dial: () => remote.dial('127.0.0.1', port),
    token: new Secret('t'),
    name: 'worker-2 on host-1',
  });
  expect(await over.call('Filecoin.Info', [])).toMatchObject({ ok: false, diagnostic: { code: 'SF407' } });
});
