import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../src/diagnostic/result.js';
import type { Host, SshSettings } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import type { ConnectContext } from '../../src/remote/context.js';
import type { Remote } from '../../src/remote/remote.js';
import { aContext, makeSshFolder, startKnownServer, testHost, type SshFolder } from '../support/ssh-farm.js';
import { makeKey, sshKeygen } from '../support/ssh-keys.js';
import type { SshServer } from '../support/ssh-server.js';

const PATH = { PATH: process.env['PATH'] };

let keys: SshFolder;
let target: { readonly server: SshServer; readonly host: Host };
let bastion: { readonly server: SshServer; readonly host: Host };
let context: ConnectContext;
let remotes: Remote[];
let configs = 0;

beforeAll(async () => {
  keys = await makeSshFolder();
});

beforeEach(async () => {
  target = await startKnownServer(keys, { address: '127.0.0.21' });
  bastion = await startKnownServer(keys, { address: '127.0.0.22' });
  remotes = [];
});

afterEach(async () => {
  await Promise.all(remotes.map((remote) => remote.close()));
  await context.jumps.close();
  await Promise.all([target.server.stop(), bastion.server.stop()]);
});

afterAll(() => keys.remove());

/** The operator's ssh_config; the two machines are `seal` and `gate` in it. */
async function withConfig(...lines: readonly string[]): Promise<void> {
  configs += 1;
  const file = join(keys.folder, `config-${configs}`);
  const machine = (alias: string, { host }: typeof target): string =>
    `Host ${alias}\n HostName ${host.address}\n Port ${host.ssh.port ?? 22}\n User operator\n` +
    ` UserKnownHostsFile ${host.ssh.knownHostsFile ?? ''}\n GlobalKnownHostsFile none\n`;
  const identity = `IdentityFile ${keys.userKey.privateFile}\nIdentitiesOnly yes\n`;
  await writeFile(
    file,
    [...lines, machine('seal', target), machine('gate', bastion), 'Host *', identity].join('\n'),
  );
  context = aContext(keys.homeDir, PATH, file);
}

async function reach(ssh: Partial<SshSettings> = {}, address = 'seal'): Promise<Result<Remote>> {
  const remote = await connect({ ...testHost({}), ssh: { transport: 'ssh2', ...ssh }, address }, context);
  if (remote.ok) remotes.push(remote.value);
  return remote;
}

async function whoAnswers(ssh: Partial<SshSettings> = {}): Promise<unknown> {
  const remote = await reach(ssh);
  return remote.ok ? remote.value.exec('echo here') : remote;
}

const HERE = { ok: true, value: { stdout: 'here\n' } };

describe('ssh_config', () => {
  test('says where a host is, who goes there and with which key', async () => {
    await withConfig();
    expect(await whoAnswers()).toMatchObject(HERE);
    expect(target.server.connections).toBe(1);
  });

  test('that is wrong is SF415, with what ssh says of it', async () => {
    await withConfig('Hosst x');
    expect(await reach()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF415',
        message: expect.stringContaining('Bad configuration option: hosst') as string,
      },
    });
  });
});

describe('jump hosts', () => {
  test('are gone through', async () => {
    await withConfig('Host seal', ' ProxyJump gate');
    expect(await whoAnswers()).toMatchObject(HERE);
    expect([bastion.server.connections, target.server.connections]).toEqual([1, 1]);
    expect(bastion.server.commands).toEqual([]);
    expect(target.server.commands).toEqual(['sh -s']);
  });

  test('are what the farm says, first', async () => {
    await withConfig('Host seal', ' ProxyJump nowhere.invalid');
    expect(await whoAnswers({ jump: 'gate' })).toMatchObject(HERE);
    expect(await whoAnswers({ jump: 'none' })).toMatchObject(HERE);
    expect([bastion.server.connections, target.server.connections]).toEqual([1, 2]);
  });

  test('of the farm are reached with its key and its known hosts', async () => {
    const both = join(keys.folder, 'both_known_hosts');
    const files = [target, bastion].map(({ host }) => readFile(host.ssh.knownHostsFile ?? '', 'utf8'));
    await writeFile(both, (await Promise.all(files)).join(''));
    context = aContext(keys.homeDir, PATH);
    const { address, port } = bastion.server;
    const ssh = { port: target.server.port, user: 'operator', knownHostsFile: both, identityFile: keys.userKey.privateFile };
    const reached = await reach({ ...ssh, jump: `operator@${address}:${port}` }, target.server.address);
    expect(reached.ok).toBe(true);
    expect([bastion.server.connections, target.server.connections]).toEqual([1, 1]);
  }); // prettier-ignore

  test('may be several, the last next to the host', async () => {
    const third = await startKnownServer(keys, { address: '127.0.0.23' });
    await withConfig(
      'Host outer',
      ` HostName 127.0.0.23`,
      ` Port ${third.server.port}`,
      ' User operator',
      ` UserKnownHostsFile ${third.host.ssh.knownHostsFile ?? ''}`,
    );
    expect(await whoAnswers({ jump: 'outer,gate' })).toMatchObject(HERE);
    expect([third.server.connections, bastion.server.connections]).toEqual([1, 1]);
    await Promise.all(remotes.map((remote) => remote.close()));
    await context.jumps.close();
    await third.server.stop();
  });

  test('take one connection, however many hosts lie behind', async () => {
    await withConfig('Host seal', ' ProxyJump gate');
    const many = await Promise.all(Array.from({ length: 20 }, () => reach()));
    expect(many.every(({ ok }) => ok)).toBe(true);
    expect([bastion.server.connections, target.server.connections]).toEqual([1, 20]);
  });

  test('that let nobody in are said to be the ones, at the host', async () => {
    const stranger = await makeKey(keys.folder, 'stranger');
    await bastion.server.stop();
    bastion = await startKnownServer(keys, { address: '127.0.0.22', authorizedKeys: [stranger.publicBlob] });
    await withConfig('Host seal', ' ProxyJump gate');
    const refused = await reach();
    expect(refused).toMatchObject({ ok: false, diagnostic: { code: 'SF403', place: { host: 'host-1' } } });
    expect(refused.ok ? '' : refused.diagnostic.message).toContain('gate (on the way to host-1)');
    expect(target.server.connections).toBe(0);
  });

  test('with an unknown key are refused like any host', async () => {
    await withConfig('Host seal', ' ProxyJump gate', 'Host gate', ' UserKnownHostsFile /dev/null');
    expect(await reach()).toMatchObject({ ok: false, diagnostic: { code: 'SF401' } });
    expect(target.server.connections).toBe(0);
  });

  test('that lead to one another for ever are SF415', async () => {
    await withConfig('Host seal', ' ProxyJump gate', 'Host gate', ' ProxyJump seal');
    expect(await reach()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF415', message: expect.stringContaining('more than 8 jump hosts') as string },
    });
  });

  test('that are gone are dialled anew for the next host', async () => {
    await withConfig('Host seal', ' ProxyJump gate');
    expect((await reach()).ok).toBe(true);
    bastion.server.cut();
    // The first to come may find the old connection just going.
    let again = await reach();
    if (!again.ok) again = await reach();
    expect(again.ok).toBe(true);
    expect(bastion.server.connections).toBe(2);
  });
});

describe('sudo', () => {
  test('that refuses is said, however quickly it ends', async () => {
    await target.server.stop();
    const answer = { stderr: 'sudo: a password is required\n', status: 1 };
    target = await startKnownServer(keys, { address: '127.0.0.21', answer });
    await withConfig();
    expect(await whoAnswers({ sudo: true })).toMatchObject({ ok: false, diagnostic: { code: 'SF416' } });
    expect(target.server.commands).toEqual(['env LC_ALL=C sudo -n sh -s']);
    // It is nothing of sudo where nobody asked for that.
    expect(await whoAnswers()).toMatchObject({ ok: true, value: { status: 1 } });
  });
});

describe('a proxy command', () => {
  test('is what the connection runs over', async () => {
    await withConfig(
      'Host seal',
      ` ProxyCommand bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3; kill $!'`,
    );
    expect(await whoAnswers()).toMatchObject(HERE);
    expect(target.server.connections).toBe(1);
  });

  test('that ends at once is SF404', async () => {
    await withConfig('Host seal', ' ProxyCommand false');
    expect(await reach()).toMatchObject({ ok: false, diagnostic: { code: 'SF404' } });
  });
});

describe('accept-new', () => {
  const known = (): Promise<string> => readFile(join(keys.folder, 'new', 'known_hosts'), 'utf8');

  beforeEach(async () => {
    const file = join(keys.folder, 'new', 'known_hosts');
    await mkdir(join(keys.folder, 'new'), { recursive: true });
    await writeFile(file, '# others\n');
    await withConfig('Host seal', ' StrictHostKeyChecking accept-new', ` UserKnownHostsFile ${file}`);
  });

  test('makes an unknown host known, once', async () => {
    expect(await whoAnswers()).toMatchObject(HERE);
    const line = `[127.0.0.21]:${target.server.port} ${keys.hostKey.publicText.split(' ').slice(0, 2).join(' ')}\n`;
    expect(await known()).toBe(`# others\n${line}`);
    expect(await whoAnswers()).toMatchObject(HERE);
    expect(await known()).toBe(`# others\n${line}`);
  });

  test('writes a checksum of its name where ssh_config says so', async () => {
    const file = join(keys.folder, 'new', 'known_hosts');
    await withConfig(
      'Host seal', ' StrictHostKeyChecking accept-new', ' HashKnownHosts yes', ` UserKnownHostsFile ${file}`,
    ); // prettier-ignore
    expect(await whoAnswers()).toMatchObject(HERE);
    const line = await known();
    expect(line).toMatch(/^# others\n\|1\|\S{28}\|\S{28} ssh-\S+ \S+\n$/);
    // It is known by that, and to ssh-keygen as well.
    expect(await whoAnswers()).toMatchObject(HERE);
    expect(await known()).toBe(line);
    const found = await sshKeygen(['-F', `[127.0.0.21]:${target.server.port}`, '-f', file]);
    expect(found).toContain(keys.hostKey.publicText.split(' ')[1]);
  });

  test.each([
    ['no file', 'absent'],
    ['no folder', 'new-folder/below/known_hosts'],
  ])('makes the first host known where there is %s', async (_what, name) => {
    const file = join(keys.folder, 'new', name);
    await withConfig('Host seal', ' StrictHostKeyChecking accept-new', ` UserKnownHostsFile ${file}`);
    expect(await whoAnswers()).toMatchObject(HERE);
    expect(await readFile(file, 'utf8')).toContain(`[127.0.0.21]:${target.server.port} `);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('begins a line of its own', async () => {
    const file = join(keys.folder, 'new', 'known_hosts');
    await writeFile(file, 'gone ssh-ed25519 AAAA');
    expect(await whoAnswers()).toMatchObject(HERE);
    expect((await known()).split('\n')).toEqual([
      'gone ssh-ed25519 AAAA',
      expect.stringContaining('127.0.0.21'),
      '',
    ]);
  });

  test('takes no other key of a known one', async () => {
    const other = await makeKey(keys.folder, 'another_host_key');
    await appendFile(
      join(keys.folder, 'new', 'known_hosts'),
      `[127.0.0.21]:${target.server.port} ${other.publicText}\n`,
    );
    const before = await known();
    expect(await reach()).toMatchObject({ ok: false, diagnostic: { code: 'SF402' } });
    expect(await known()).toBe(before);
  });

  test('makes nobody known who lets nobody in', async () => {
    await target.server.stop();
    const stranger = await makeKey(keys.folder, 'stranger-2');
    target = await startKnownServer(keys, { address: '127.0.0.21', authorizedKeys: [stranger.publicBlob] });
    const file = join(keys.folder, 'new', 'known_hosts');
    await withConfig('Host seal', ' StrictHostKeyChecking accept-new', ` UserKnownHostsFile ${file}`);
    expect(await reach()).toMatchObject({ ok: false, diagnostic: { code: 'SF403' } });
    expect(await known()).toBe('# others\n');
  });
});

describe('a host whose sshd forwards nothing', () => {
  let echo: Server;

  beforeEach(async () => {
    await target.server.stop();
    target = await startKnownServer(keys, { address: '127.0.0.21', forwarding: false });
    await withConfig();
    echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => echo.once('listening', resolve));
  });

  afterEach(() => new Promise((resolve) => echo.close(resolve)));

  async function echoed(remote: Remote, text: string): Promise<string> {
    const dialled = await remote.dial('127.0.0.1', (echo.address() as AddressInfo).port);
    if (!dialled.ok) throw new Error(dialled.diagnostic.message);
    const stream = dialled.value.setEncoding('utf8');
    stream.write(text);
    let back = '';
    for await (const chunk of stream) {
      back += String(chunk);
      if (back.length >= text.length) break;
    }
    stream.destroy();
    return back;
  }

  test('connects by a program of its own, and that is said', async () => {
    const reached = await reach();
    if (!reached.ok) throw new Error(reached.diagnostic.message);
    const remote = reached.value;
    expect(remote.notes()).toEqual([]);
    const texts = Array.from({ length: 12 }, (_, i) => `${i} é`.repeat(50_000));
    expect(await Promise.all(texts.map((text) => echoed(remote, text)))).toEqual(texts);
    expect(remote.notes()).toMatchObject([{ code: 'SF417', severity: 'note', place: { host: 'host-1' } }]);
    expect(target.server.connections).toBe(1);
  });

  test('says what cannot be reached', async () => {
    const reached = await reach();
    if (!reached.ok) throw new Error(reached.diagnostic.message);
    const refused = await reached.value.dial('127.0.0.1', 1);
    expect(refused).toMatchObject({ ok: false, diagnostic: { code: 'SF407' } });
  });

  test('takes an address for nothing but that', async () => {
    const reached = await reach();
    if (!reached.ok) throw new Error(reached.diagnostic.message);
    const file = join(keys.folder, 'hacked');
    await reached.value.dial(`$(touch ${file}) '; touch ${file} #`, 1);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });
});
