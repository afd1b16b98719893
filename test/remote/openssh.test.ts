import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Remote } from '../../src/remote/remote.js';
import { statedShell } from '../../src/remote/openssh-exec.js';
import { OpensshRemote } from '../../src/remote/openssh-remote.js';
import { aContext, startKnownServer } from '../support/ssh-farm.js';
import { makeKey } from '../support/ssh-keys.js';
import { certify, SshdFarm } from '../support/sshd-farm.js';
import { until } from '../support/until.js';

let farm: SshdFarm;

beforeAll(async () => {
  farm = await SshdFarm.make();
});

afterEach(() => farm.clear());

afterAll(() => farm.keys.remove());

const openssh = { transport: 'openssh' } as const;

async function says(remote: Remote, script = 'echo here'): Promise<string> {
  const output = await remote.exec(script);
  if (!output.ok) throw new Error(output.diagnostic.message);
  return output.value.stdout;
}

/** Where the connection of a host keeps its socket. */
function folderOf(remote: Remote): string {
  const { socket } = Reflect.get(remote, 'master') as { readonly socket: string };
  return dirname(socket);
}

describe('by the system ssh', () => {
  test('a host has one connection and one login, whatever is done there', async () => {
    const sshd = await farm.sshd();
    const remote = await farm.reach(await farm.host(sshd, openssh));
    const echo = await listening();
    const [outputs, echoed] = await Promise.all([
      Promise.all(Array.from({ length: 12 }, (_, i) => says(remote, `echo ${i}`))),
      Promise.all(Array.from({ length: 12 }, (_, i) => echoOf(remote, echo, `${i}`.repeat(100_000)))),
    ]);
    expect(outputs).toEqual(Array.from({ length: 12 }, (_, i) => `${i}\n`));
    expect(echoed).toEqual(Array.from({ length: 12 }, (_, i) => `${i}`.repeat(100_000)));
    expect([sshd.connections, sshd.logins]).toEqual([1, 1]);
    await new Promise((resolve) => echo.close(resolve));
  });

  test('a forwarded connection that is let go with data unread ends on the other side, too', async () => {
    const remote = await farm.reach(await farm.host(await farm.sshd(), openssh));
    const echo = await listening();
    const connections = promisify(echo.getConnections.bind(echo));
    for (let round = 0; round < 6; round += 1) {
      const dialled = await remote.dial('127.0.0.1', (echo.address() as AddressInfo).port);
      if (!dialled.ok) throw new Error(dialled.diagnostic.message);
      dialled.value.write('x'.repeat(300_000));
      await once(dialled.value, 'readable');
      dialled.value.destroy();
      await until(async () => (await connections()) === 0, 'the other side has ended');
    }
    await new Promise((resolve) => echo.close(resolve));
  }, 30_000);

  test('the connection and its folder are gone after close, which may be called again', async () => {
    const sshd = await farm.sshd();
    const remote = await farm.reach(await farm.host(sshd, openssh));
    expect(existsSync(folderOf(remote))).toBe(true);
    expect(await says(remote)).toBe('here\n');
    await remote.close();
    await remote.close();
    await until(
      () => /Received disconnect|Disconnected from|Connection closed by/.test(sshd.log),
      'sshd sees the end',
    );
    expect(existsSync(folderOf(remote))).toBe(false);
    expect(await remote.exec('true')).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
    expect(await remote.dial('127.0.0.1', 9)).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
  });

  test('nothing is forwarded or run that ssh_config has for people', async () => {
    const sshd = await farm.sshd();
    const mark = join(farm.keys.folder, 'local-command');
    await farm.config(
      'Host *',
      ' RemoteCommand echo other',
      ' PermitLocalCommand yes',
      ` LocalCommand touch "${mark}"`,
      ' LocalForward 127.0.0.1:1 127.0.0.1:1',
      ' ExitOnForwardFailure yes',
      ' RequestTTY force',
      ' ControlMaster auto',
      ` ControlPath ${farm.keys.folder}/own-%C`,
      ' LogLevel QUIET',
    );
    const remote = await farm.reach(await farm.host(sshd, openssh));
    expect(await says(remote, 'echo here; test -t 0 || echo no terminal')).toBe('here\nno terminal\n');
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
    expect((await readdir(farm.keys.folder)).filter((name) => name.startsWith('own-'))).toEqual([]);
  });

  test('host keys are checked, though ssh_config says no', async () => {
    const sshd = await farm.sshd();
    await farm.config('StrictHostKeyChecking no');
    const knownHostsFile = await farm.file('# nobody\n');
    const refusal = await farm.refusal(await farm.host(sshd, { ...openssh, knownHostsFile }));
    expect(refusal.code).toBe('SF401');
    expect(await readFile(knownHostsFile, 'utf8')).toBe('# nobody\n');
  });

  test('accept-new makes a host known', async () => {
    const sshd = await farm.sshd();
    await farm.config('StrictHostKeyChecking accept-new');
    const knownHostsFile = await farm.file('');
    await farm.reach(await farm.host(sshd, { ...openssh, knownHostsFile }));
    expect(await readFile(knownHostsFile, 'utf8')).toContain(farm.keys.hostKey.publicText);
  });

  test('an sshd that forwards nothing is gone around, and that is said', async () => {
    const sshd = await farm.sshd({ config: ['AllowTcpForwarding no'] });
    const remote = await farm.reach(await farm.host(sshd, openssh));
    const echo = await listening();
    expect(await echoOf(remote, echo, 'é'.repeat(100_000))).toBe('é'.repeat(100_000));
    expect(remote.notes()).toMatchObject([{ code: 'SF417', place: { host: 'host-1' } }]);
    await new Promise((resolve) => echo.close(resolve));
    expect(await remote.dial('127.0.0.1', 1)).toMatchObject({ ok: false, diagnostic: { code: 'SF407' } });
    expect(sshd.connections).toBe(1);
  });

  test('sudo that refuses is SF416', async () => {
    const answer = { stderr: 'sudo: a password is required\n', status: 1 };
    const { server, host } = await startKnownServer(farm.keys, { answer });
    const remote = await farm.reach({ ...host, ssh: { ...host.ssh, ...openssh, sudo: true } });
    expect(await remote.exec('true')).toMatchObject({ ok: false, diagnostic: { code: 'SF416' } });
    expect(server.commands).toEqual([statedShell('env LC_ALL=C sudo -n sh -s')]);
    await remote.close();
    await server.stop();
  });

  test('a script that ends with 255 is one that ran', async () => {
    const remote = await farm.reach(await farm.host(await farm.sshd(), openssh));
    const output = await remote.exec('echo out; echo err >&2; exit 255');
    expect(output).toEqual({ ok: true, value: { stdout: 'out\n', stderr: 'err\n', status: 255 } });
  });

  test('a session that ends without a status is no script that ran, though its connection stands', async () => {
    const remote = await farm.reach(await farm.host(await farm.sshd(), openssh));
    const cut = await remote.exec('echo half; kill -9 $PPID; sleep 1');
    expect(cut).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
    expect(cut.ok ? '' : cut.diagnostic.message).toContain('ended without an exit status');
    expect(await says(remote)).toBe('here\n');
  });

  test('megabytes on both outputs arrive whole', async () => {
    const remote = await farm.reach(await farm.host(await farm.sshd(), openssh));
    for (let round = 0; round < 5; round += 1) {
      const output = await remote.exec(
        'head -c 10485760 /dev/zero | tr "\\0" x; head -c 1048576 /dev/zero | tr "\\0" y >&2',
      );
      if (!output.ok) throw new Error(output.diagnostic.message);
      expect(output.value.stdout === 'x'.repeat(10 * 2 ** 20)).toBe(true);
      expect(output.value.stderr === 'y'.repeat(2 ** 20)).toBe(true);
    }
  }, 30_000);
});

describe('output that is followed', () => {
  async function followed(): Promise<OpensshRemote> {
    const remote = await farm.reach(await farm.host(await farm.sshd(), openssh));
    if (!(remote instanceof OpensshRemote)) throw new Error('another transport');
    return remote;
  }

  test('comes as it is printed, and its end is told', async () => {
    const remote = await followed();
    const seen: string[] = [];
    const script = 'echo one; read -r line; echo "two$line" >&2; exit 3';
    const ended = await remote.stream(
      script,
      (chunk) => seen.push(chunk.toString()),
      new AbortController().signal,
    );
    expect(seen.join('')).toBe('one\n');
    expect(ended).toEqual({ ok: true, value: { stdout: '', stderr: 'two\n', status: 3 } });
  });

  test('is ended on the host as well when nobody wants it any more', async () => {
    const remote = await followed();
    const controller = new AbortController();
    let pid = '';
    const following = remote.stream(
      'echo $$; sleep 77 & sleep 78; echo over',
      (chunk) => {
        pid += chunk.toString();
      },
      controller.signal,
    );
    await until(() => pid.endsWith('\n'), 'the script runs');
    const sleeping = "grep -lz -e '^7[78]$' /proc/[0-9]*/cmdline 2>/dev/null | wc -l";
    await until(async () => Number(await says(remote, sleeping)) === 2, 'it sleeps');
    controller.abort();
    expect(await following).toMatchObject({ ok: true });
    await until(async () => Number(await says(remote, sleeping)) === 0, 'it is gone');
    expect(pid.trim()).toMatch(/^\d+$/);
  });
});

describe('what ssh2 cannot do', () => {
  test('a user certificate beside the key: openssh is taken, and that is said', async () => {
    const [authority, user] = await Promise.all([
      makeKey(farm.keys.folder, 'user-ca'),
      makeKey(farm.keys.folder, 'certified'),
    ]);
    await certify(authority, user, { names: (await farm.sshd()).user });
    const sshd = await farm.sshd({
      authorized: [],
      config: [`TrustedUserCAKeys ${authority.publicFile}`],
    });
    const { transport: _none, ...ssh } = (await farm.host(sshd, { identityFile: user.privateFile })).ssh;
    const host = { ...(await farm.host(sshd)), ssh };
    const remote = await farm.reach(host);
    expect(await says(remote)).toBe('here\n');
    expect(remote.notes()).toMatchObject([{ code: 'SF418', severity: 'note', place: { host: 'host-1' } }]);
    expect(remote.notes()[0]?.message).toContain(`a certificate for host-1 (${user.privateFile}-cert.pub)`);
    // Whoever writes ssh2 has ssh2.
    const plain = await farm.refusal({ ...host, ssh: { ...ssh, transport: 'ssh2' } });
    expect(plain.code).toBe('SF403');
  });

  test('a host that only an authority vouches for', async () => {
    const [authority, hostKey] = await Promise.all([
      makeKey(farm.keys.folder, 'host-ca'),
      makeKey(farm.keys.folder, 'certified-host'),
    ]);
    const certificate = await certify(authority, hostKey, { host: true, names: '127.0.0.1' });
    const sshd = await farm.sshd({ hostKey, config: [`HostCertificate ${certificate}`] });
    const knownHostsFile = await farm.file(`@cert-authority * ${authority.publicText}\n`);
    const written = await farm.host(sshd, { knownHostsFile });
    const { transport: _none, ...ssh } = written.ssh;
    const remote = await farm.reach({ ...written, ssh });
    expect(await says(remote)).toBe('here\n');
    expect(remote.notes()[0]?.message).toContain(
      'a host certificate for host-1 (@cert-authority in known_hosts)',
    );
  });

  test('a certificate for another host is refused', async () => {
    const [authority, hostKey] = await Promise.all([
      makeKey(farm.keys.folder, 'host-ca-2'),
      makeKey(farm.keys.folder, 'certified-other'),
    ]);
    const certificate = await certify(authority, hostKey, { host: true, names: 'elsewhere' });
    const sshd = await farm.sshd({ hostKey, config: [`HostCertificate ${certificate}`] });
    const knownHostsFile = await farm.file(`@cert-authority * ${authority.publicText}\n`);
    const refusal = await farm.refusal(await farm.host(sshd, { ...openssh, knownHostsFile }));
    expect(refusal.code).toBe('SF401');
    expect(refusal.message).toContain('Certificate invalid: name is not a listed principal');
  });

  test('a plain key is ssh2, without a note', async () => {
    const sshd = await farm.sshd();
    const written = await farm.host(sshd);
    const { transport: _none, ...ssh } = written.ssh;
    const remote = await farm.reach({ ...written, ssh });
    expect(remote).not.toBeInstanceOf(OpensshRemote);
    expect(remote.notes()).toEqual([]);
  });
});

describe('jump hosts', () => {
  async function behind(config: readonly string[] = []): Promise<Awaited<ReturnType<SshdFarm['sshd']>>[]> {
    const [gate, seal] = [await farm.sshd({ config }), await farm.sshd()];
    const known = await farm.file(
      [gate, seal].map(({ port }) => `[127.0.0.1]:${port} ${farm.keys.hostKey.publicText}\n`).join(''),
    );
    // A path without a blank: ssh -G says several files in one line.
    const plain = join(farm.keys.folder, `known-${seal.port}`);
    await copyFile(known, plain);
    await farm.config(
      ...['Host gate', ` Port ${gate.port}`],
      ...['Host seal', ` Port ${seal.port}`, ' ProxyJump gate'],
      ...['Host *', ' HostName 127.0.0.1', ` User ${seal.user}`, ` UserKnownHostsFile ${plain}`],
      ...[
        ' GlobalKnownHostsFile none',
        ` IdentityFile ${farm.keys.userKey.privateFile}`,
        ' IdentitiesOnly yes',
      ],
    );
    return [gate, seal];
  }

  async function reachSeal(name: string): Promise<Remote> {
    const host = await farm.host({ port: 22, address: 'seal', user: 'x' });
    return farm.reach({ ...host, name, ssh: openssh });
  }

  test('take one connection, however many hosts lie behind', async () => {
    const [gate, seal] = await behind();
    const remotes = await Promise.all(Array.from({ length: 5 }, (_, i) => reachSeal(`host-${i}`)));
    expect(await Promise.all(remotes.map((remote) => says(remote)))).toEqual(Array(5).fill('here\n'));
    expect([gate?.connections, seal?.connections]).toEqual([1, 5]);
  });

  test('connect by a program where they forward nothing', async () => {
    const [gate] = await behind(['AllowTcpForwarding no']);
    expect(await says(await reachSeal('host-1'))).toBe('here\n');
    expect(gate?.connections).toBe(1);
  });

  test.each(['openssh', 'ssh2'] as const)(
    'that forward nothing take more connections, for their sessions: %s',
    async (transport) => {
      const [gate] = await behind(['AllowTcpForwarding no', 'MaxSessions 2']);
      const host = await farm.host({ port: 22, address: 'seal', user: 'x' });
      const names = Array.from({ length: 5 }, (_, i) => `host-${i}`);
      const remotes = await Promise.all(
        names.map((name) => farm.reach({ ...host, name, ssh: { transport } })),
      );
      expect(await Promise.all(remotes.map((remote) => says(remote)))).toEqual(Array(5).fill('here\n'));
      expect(gate?.connections).toBe(3);
    },
  );

  test('that cannot reach the host say so', async () => {
    const [, seal] = await behind();
    await seal?.stop();
    const host = await farm.host({ port: 22, address: 'seal', user: 'x' });
    const refusal = await farm.refusal({ ...host, ssh: openssh });
    expect(refusal).toMatchObject({ code: 'SF404', place: { host: 'host-1' } });
    expect(refusal.message).toMatch(
      /^Cannot connect to host-1 \(127\.0\.0\.1:\d+\) through 127\.0\.0\.1: .*Connection refused$/,
    );
  });
});

describe('a ProxyCommand', () => {
  test('is gone through, and what it says when it fails is shown', async () => {
    const sshd = await farm.sshd();
    const relay = `nc_() { exec 3<>/dev/tcp/$1/$2; cat <&3 & cat >&3; }; nc_`;
    await farm.config('Host *', ` ProxyCommand bash -c '${relay} %h %p'`);
    expect(await says(await farm.reach(await farm.host(sshd, openssh)))).toBe('here\n');
    await farm.config('Host *', ' ProxyCommand sh -c "echo no ticket for %h >&2; exit 1"');
    for (const transport of ['openssh', 'ssh2'] as const) {
      const refusal = await farm.refusal(await farm.host(sshd, { transport }));
      expect(refusal).toMatchObject({
        code: 'SF404',
        message: expect.stringMatching(/: no ticket for 127\.0\.0\.1$/) as string,
      });
    }
  });

  test('is undone by jump: none', async () => {
    const sshd = await farm.sshd();
    await farm.config('Host *', ' ProxyCommand false');
    expect(await says(await farm.reach(await farm.host(sshd, { ...openssh, jump: 'none' })))).toBe('here\n');
    expect(await says(await farm.reach(await farm.host(sshd, { jump: 'none' })))).toBe('here\n');
  });
});

test('an ssh that is not there is said', async () => {
  const sshd = await farm.sshd();
  farm.context = aContext(farm.keys.homeDir, { PATH: '/no/such/folder' });
  const refusal = await farm.refusal(await farm.host(sshd, openssh));
  expect(refusal).toMatchObject({ code: 'SF404' });
  expect(refusal.message).toContain('there is no `ssh` here');
});

async function listening(): Promise<Server> {
  const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  return echo;
}

async function echoOf(remote: Remote, echo: Server, words: string): Promise<string> {
  const dialled = await remote.dial('127.0.0.1', (echo.address() as AddressInfo).port);
  if (!dialled.ok) throw new Error(dialled.diagnostic.message);
  const stream = dialled.value.setEncoding('utf8');
  stream.write(words);
  let back = '';
  for await (const chunk of stream) {
    back += String(chunk);
    if (back.length >= words.length) break;
  }
  stream.destroy();
  return back;
}
