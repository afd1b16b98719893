import { createServer as createHttpServer, request } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import { connectSsh2 } from '../../src/remote/ssh2-connect.js';
import type { Remote } from '../../src/remote/remote.js';
import {
  aContext,
  endpointFor,
  makeSshFolder,
  startKnownServer,
  testHost,
  type SshFolder,
} from '../support/ssh-farm.js';
import type { SshServer } from '../support/ssh-server.js';
import { until } from '../support/until.js';

let keys: SshFolder;
let server: SshServer;
let host: Host;
let remote: Remote;
let echo: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  keys = await makeSshFolder();
  ({ server, host } = await startKnownServer(keys));
  echo = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
});

afterEach(() => remote.close());

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => echo.close(resolve));
  await server.stop();
  await keys.remove();
});

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port;
}

async function reach(target: Host): Promise<Remote> {
  const result = await connect(target, aContext(keys.homeDir, { PATH: process.env['PATH'] }));
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

async function dialled(port: number): Promise<Duplex> {
  const result = await remote.dial('127.0.0.1', port);
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

describe.each(['ssh2', 'openssh', 'local'] as const)('dial over %s', (transport) => {
  beforeEach(async () => {
    remote = await reach(
      transport === 'local' ? testHost({ transport }) : { ...host, ssh: { ...host.ssh, transport } },
    );
  });

  test('carries bytes both ways, more than any window', async () => {
    const stream = await dialled(portOf(echo));
    const sent = 'ä€😀'.repeat(600_000);
    stream.end(sent);
    expect(await text(stream)).toBe(sent);
  });

  test('a refused connection is SF407', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const port = portOf(closed);
    await new Promise((resolve) => closed.close(resolve));
    const result = await remote.dial('127.0.0.1', port);
    expect(result).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF407', place: { kind: 'host', host: 'host-1' } },
    });
    expect(result.ok ? '' : result.diagnostic.message).toContain(
      `host-1 cannot connect to 127.0.0.1:${port}`,
    );
    expect((await remote.exec('true')).ok).toBe(true);
  });

  test('is closed for good when destroyed, even with data unread', async () => {
    const stream = await dialled(portOf(echo));
    stream.write('x'.repeat(300_000));
    await new Promise<void>((resolve) => {
      stream.once('readable', () => {
        resolve();
      });
    });
    stream.destroy();
    await until(() => sockets.size === 0, 'the other side sees it');
    await until(() => server.openChannels === 0, 'the channel is closed');
  });

  test('gives its room back when destroyed with data unread', async () => {
    for (let i = 0; i < 10; i += 1) {
      const stream = await dialled(portOf(echo));
      stream.write('x'.repeat(300_000));
      await new Promise<void>((resolve) => {
        stream.once('readable', () => {
          resolve();
        });
      });
      stream.destroy();
    }
    expect((await remote.exec('true')).ok).toBe(true);
  });

  test('answers a write to a connection that is gone, and one that was under way', async () => {
    const deaf = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.write('unread');
      socket.pause();
    });
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const stream = await dialled(portOf(deaf));
    await until(() => sockets.size === 1, 'the other side is there');
    const underWay = new Promise<unknown>((resolve) => stream.write('x'.repeat(2 ** 25), resolve));
    for (const socket of sockets) socket.resetAndDestroy();
    expect(await underWay).toBeInstanceOf(Error);
    expect(await new Promise((resolve) => stream.write('late', resolve))).toBeInstanceOf(Error);
    await until(() => stream.destroyed, 'it is closed');
    await new Promise((resolve) => deaf.close(resolve));
  });

  test('breaks when the other side does, without an error nobody hears', async () => {
    const stream = await dialled(portOf(echo));
    await until(() => sockets.size === 1, 'the other side is there');
    const closed = new Promise<void>((resolve) =>
      stream.once('close', () => {
        resolve();
      }),
    );
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
    expect(stream.destroyed).toBe(true);
    await new Promise<void>((resolve) => {
      stream.write('late', () => {
        resolve();
      });
    });
  });

  test('closing the remote ends it', async () => {
    const stream = await dialled(portOf(echo));
    const closed = new Promise<void>((resolve) =>
      stream.once('close', () => {
        resolve();
      }),
    );
    await remote.close();
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  test('speaks HTTP', async () => {
    const web = createHttpServer((incoming, answer) => {
      incoming.pipe(answer);
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const bodies = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => post(await dialled(portOf(web)), `${i} `.repeat(100_000))),
    );
    expect(bodies).toEqual(Array.from({ length: 20 }, (_, i) => `${i} `.repeat(100_000)));
    await new Promise((resolve) => web.close(resolve));
  });
});

function post(stream: Duplex, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ createConnection: () => stream, method: 'POST' }, (incoming) => {
      text(incoming).then(resolve, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('dial over ssh2', () => {
  test('a write after the connection to the host is lost is answered, even with data unread', async () => {
    const own = await startKnownServer(keys);
    remote = await reach(own.host);
    const stream = await dialled(portOf(echo));
    stream.write('unread');
    await until(() => stream.readableLength > 0, 'something came back');
    own.server.cut();
    await until(async () => !(await remote.exec('true')).ok, 'the connection is lost');
    expect(await new Promise((resolve) => stream.write('late', resolve))).toBeInstanceOf(Error);
    await own.server.stop();
  });

  test('streams and scripts share the 8 channels; one that closes makes room', async () => {
    const own = await startKnownServer(keys);
    remote = await reach(own.host);
    const streams = await Promise.all(Array.from({ length: 8 }, () => dialled(portOf(echo))));
    const waiting = remote.exec('echo room');
    const [first] = streams;
    await until(() => own.server.openChannels === 8, 'all channels are taken');
    expect(own.server.commands).toEqual([]);
    first?.destroy();
    expect(await waiting).toMatchObject({ ok: true, value: { stdout: 'room\n' } });
    expect(own.server.mostOpenChannels).toBe(8);
    await remote.close();
    await own.server.stop();
  });

  test('a host that frees none of them is given up', async () => {
    const own = await startKnownServer(keys);
    const context = aContext(keys.homeDir);
    const reached = await connectSsh2(await endpointFor(own.host, context), context, { patienceMs: 200 });
    if (!reached.ok) throw new Error(reached.diagnostic.message);
    remote = reached.value;
    await Promise.all(Array.from({ length: 8 }, () => dialled(portOf(echo))));
    const why = 'none of its 8 channels has become free for 0.2 s';
    const [ran, connected] = await Promise.all([remote.exec('true'), remote.dial('127.0.0.1', portOf(echo))]);
    expect(ran).toMatchObject({
      diagnostic: { code: 'SF414', message: expect.stringContaining(why) as string },
    });
    expect(connected).toMatchObject({
      diagnostic: { code: 'SF407', message: expect.stringContaining(why) as string },
    });
    expect(own.server.commands).toEqual([]);
    await remote.close();
    await own.server.stop();
  });

  test('a connection that does not come about in time is SF419, and gives its channel back', async () => {
    const own = await startKnownServer(keys, { forwardingDelay: () => until(() => release, 'released') });
    let release = false;
    remote = await reach({ ...own.host, ssh: { ...own.host.ssh, connectTimeoutMs: 1000 } });
    const result = await remote.dial('127.0.0.1', portOf(echo));
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF419' } });
    release = true;
    await until(
      () => own.server.mostOpenChannels === 1 && own.server.openChannels === 0,
      'the late channel is closed',
    );
    await remote.close();
    await own.server.stop();
  });
});
