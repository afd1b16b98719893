import { createServer, connect as connectTcp, type Server, type Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Host } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import type { Remote } from '../../src/remote/remote.js';
import { connectSsh2 } from '../../src/remote/ssh2-connect.js';
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
const toStop: (() => Promise<void>)[] = [];

beforeAll(async () => {
  keys = await makeSshFolder();
});

afterEach(async () => {
  for (const stop of toStop.splice(0).reverse()) await stop();
});

afterAll(() => keys.remove());

async function started(): Promise<{ server: SshServer; host: Host }> {
  const { server, host } = await startKnownServer(keys);
  toStop.push(() => server.stop());
  return { server, host };
}

/** A TCP server on loopback; gives its port. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toStop.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function hostAt(port: number, address = '127.0.0.1', connectTimeoutMs = 10_000): Promise<Host> {
  const knownHostsFile = join(keys.folder, `known_${port}`);
  await writeFile(knownHostsFile, `[${address}]:${port} ${keys.hostKey.publicText}\n`);
  return testHost(
    { port, knownHostsFile, identityFile: keys.userKey.privateFile, connectTimeoutMs },
    address,
  );
}

async function refusal(host: Host): Promise<Diagnostic> {
  const remote = await connect(host, aContext(keys.homeDir));
  if (!remote.ok) return remote.diagnostic;
  await remote.value.close();
  throw new Error('it connected');
}

async function connected(host: Host, keepAliveMs = 15_000): Promise<Remote> {
  const context = aContext(keys.homeDir);
  const endpoint = await endpointFor(host, context);
  const keepAlive = { intervalMs: keepAliveMs, misses: 3 };
  const remote = await connectSsh2({ ...endpoint, keepAlive }, context);
  if (!remote.ok) throw new Error(remote.diagnostic.message);
  toStop.push(() => remote.value.close());
  return remote.value;
}

describe('SF404', () => {
  test('nothing listens', async () => {
    const port = await listen(() => undefined);
    await toStop.pop()?.();
    const diagnostic = await refusal(await hostAt(port));
    expect(diagnostic).toMatchObject({ code: 'SF404', place: { kind: 'host', host: 'host-1' } });
    expect(diagnostic.message).toContain(`host-1 (127.0.0.1:${port}): connection refused`);
  });

  test('the name does not exist', async () => {
    const diagnostic = await refusal(await hostAt(22, 'no-such-host.invalid'));
    expect(diagnostic.code).toBe('SF404');
    expect(diagnostic.message).toContain('the name no-such-host.invalid is not known');
  });

  test('a server that never answers', async () => {
    const port = await listen(() => undefined);
    const diagnostic = await refusal(await hostAt(port, '127.0.0.1', 200));
    expect(diagnostic.code).toBe('SF404');
    expect(diagnostic.message).toContain('no login within 0.2 s');
  });

  test('a server that hangs up at once', async () => {
    const port = await listen((socket) => socket.end());
    const diagnostic = await refusal(await hostAt(port));
    expect(diagnostic.code).toBe('SF404');
    expect(diagnostic.message).toContain('closed before a greeting');
  });

  test('a server that resets the connection', async () => {
    const port = await listen((socket) => socket.resetAndDestroy());
    expect((await refusal(await hostAt(port))).code).toBe('SF404');
  });

  test('something else than an SSH server', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(5000)));
    expect((await refusal(await hostAt(port))).code).toBe('SF404');
  });

  test('a server that greets and then hangs', async () => {
    const port = await listen((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    const diagnostic = await refusal(await hostAt(port, '127.0.0.1', 200));
    expect(diagnostic.message).toContain('no login within 0.2 s');
  });
});

describe('SF405', () => {
  const lost = { ok: false, diagnostic: { code: 'SF405', place: { kind: 'host', host: 'host-1' } } };

  test('a cut connection fails every script and dial under way, and those that come later', async () => {
    const { server, host } = await started();
    const remote = await connected(host);
    const scripts = Array.from({ length: 12 }, () => remote.exec('sleep 60'));
    await until(() => server.openChannels === 8, 'eight scripts run');
    const dialling = remote.dial('127.0.0.1', 9);
    server.cut();
    for (const outcome of await Promise.all([...scripts, dialling])) expect(outcome).toMatchObject(lost);
    expect(await remote.exec('true')).toMatchObject(lost);
    expect(await remote.dial('127.0.0.1', 9)).toMatchObject(lost);
  });

  test('says why', async () => {
    const { server, host } = await started();
    const remote = await connected(host);
    const script = remote.exec('sleep 60');
    await until(() => server.openChannels === 1, 'the script runs');
    server.cut();
    const outcome = await script;
    expect(outcome.ok ? '' : outcome.diagnostic.message).toMatch(
      /^The connection to host-1 is gone: ((read|write) ECONNRESET|write EPIPE|the host closed it)$/,
    );
  });

  test('a host that falls silent is noticed', async () => {
    const { server, host } = await started();
    let silent = false;
    const port = await listen((socket) => {
      const upstream = connectTcp(server.port, server.address);
      upstream.on('error', () => undefined);
      socket.on('close', () => upstream.destroy());
      socket.on('data', (chunk: Buffer) => {
        if (!silent) upstream.write(chunk);
      });
      upstream.on('data', (chunk: Buffer) => {
        if (!silent) socket.write(chunk);
      });
    });
    const remote = await connected({ ...(await hostAt(port)), name: host.name }, 20);
    const script = remote.exec('sleep 60');
    await until(() => server.openChannels === 1, 'the script runs');
    silent = true;
    const outcome = await script;
    expect(outcome).toMatchObject(lost);
    expect(outcome.ok ? '' : outcome.diagnostic.message).toContain('no longer answers');
  });

  test('a connection that is alive is kept, however long it is idle', async () => {
    const { host } = await started();
    const remote = await connected(host, 5);
    const outcome = await remote.exec('sleep 0.3; echo done');
    expect(outcome).toMatchObject({ ok: true, value: { stdout: 'done\n' } });
  });

  test('closing it fails what is under way', async () => {
    const { server, host } = await started();
    const remote = await connected(host);
    const script = remote.exec('sleep 60');
    await until(() => server.openChannels === 1, 'the script runs');
    await remote.close();
    expect(await script).toMatchObject(lost);
  });

  test('a script cut off on its way is not begun', async () => {
    const { server, host } = await started();
    const remote = await connected(host);
    const mark = join(keys.folder, 'begun');
    // Longer than a window, so that its end never arrives.
    const outcome = remote.exec(`touch ${mark}\n${'# filler\n'.repeat(2 ** 20)}`);
    await until(() => server.openChannels === 1, 'the channel is open');
    server.cut();
    expect(await outcome).toMatchObject(lost);
    const local = await connect(testHost({ transport: 'local' }), aContext(keys.homeDir, process.env));
    if (!local.ok) throw new Error('no local transport');
    expect(await local.value.exec(`test -e ${mark}`)).toMatchObject({ value: { status: 1 } });
  });
});

describe('close', () => {
  test('leaves no connection open, and may be called again', async () => {
    const { server, host } = await started();
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const before = sockets();
    const remote = await connected(host);
    expect(sockets()).toBe(before + 2);
    expect((await remote.exec('true')).ok).toBe(true);
    await remote.close();
    await remote.close();
    await until(() => sockets() === before, 'both ends are closed');
    expect(server.connections).toBe(1);
  });

  test('ends also when the host does not answer the goodbye', async () => {
    const { server, host } = await started();
    const kept: Socket[] = [];
    const port = await listen((socket) => {
      const upstream = connectTcp(server.port, server.address);
      kept.push(socket);
      upstream.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => upstream.write(chunk));
      upstream.on('data', (chunk: Buffer) => socket.write(chunk));
    });
    const remote = await connected({ ...(await hostAt(port)), name: host.name });
    await remote.close();
    expect(kept).toHaveLength(1);
  });
});
