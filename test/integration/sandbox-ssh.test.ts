import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, ClientChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sandboxDown } from '../../src/sandbox/down.js';
import { hostLayouts } from '../../src/sandbox/layout.js';
import { isAlive, signal } from '../../src/sandbox/processes.js';
import { waitUntilReady } from '../../src/sandbox/ready.js';
import { sandboxStatus } from '../../src/sandbox/status.js';
import { sandboxUp } from '../../src/sandbox/up.js';
import { readSandbox, until } from './by-hand.js';

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: string | undefined;
}

describe('the hosts of a sandbox', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sealfarm-sandbox-'));
  const home = join(dir, 'hosts', 'host-2');
  const clients: Client[] = [];

  beforeAll(async () => {
    expect(await sandboxUp({ dir, hosts: 2 })).toMatchObject({ ok: true });
  });
  afterAll(async () => {
    for (const client of clients) client.end();
    await sandboxDown({ dir });
    rmSync(dir, { recursive: true, force: true });
  });

  function connect(privateKey: string | Buffer): Promise<Client> {
    const client = new ssh2.Client();
    clients.push(client);
    const known = readFileSync(join(dir, 'ssh', 'known_hosts'), 'utf8');
    return new Promise((resolve, reject) => {
      client.once('ready', () => {
        resolve(client);
      });
      client.once('error', reject);
      client.connect({
        host: '127.0.0.12',
        port: readSandbox(dir).ports.ssh,
        username: 'anyone',
        privateKey,
        hostVerifier: (key: Buffer) =>
          known.includes(`[127.0.0.12]:${readSandbox(dir).ports.ssh} ssh-ed25519 ${key.toString('base64')}`),
      });
    });
  }

  const enter = (): Promise<Client> => connect(readFileSync(join(dir, 'ssh', 'id_ed25519')));

  function open(client: Client, command: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });
  }

  function exec(client: Client, command: string, stdin = ''): Promise<Output> {
    return new Promise((resolve, reject) => {
      // What is quick has ended by the time this is called: nothing may come between it and the listeners.
      client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let output: Output = { stdout: '', stderr: '', status: null, signal: undefined };
        channel.on('data', (data: Buffer) => {
          output = { ...output, stdout: output.stdout + data.toString() };
        });
        channel.stderr.on('data', (data: Buffer) => {
          output = { ...output, stderr: output.stderr + data.toString() };
        });
        channel.on('exit', (status: number | null, signal?: string) => {
          output = { ...output, status, signal };
        });
        channel.on('close', () => {
          resolve(output);
        });
        channel.end(stdin);
      });
    });
  }

  it('runs commands by /bin/sh in its own folder', async () => {
    const client = await enter();
    const output = await exec(client, 'cat; echo "$HOME $TMPDIR $PWD"; echo oops >&2; exit 3', 'typed\n');
    expect(output).toEqual({
      stdout: `typed\n${home} ${home}/tmp ${home}\n`,
      stderr: 'oops\n',
      status: 3,
      signal: undefined,
    });
    expect((await exec(client, 'kill -TERM $$')).signal).toBe('SIGTERM');
    expect((await exec(client, 'lotus-worker --version')).stdout).toContain('lotus-worker version 1.36');
  });

  it('streams more than a window of output', async () => {
    const output = await exec(await enter(), 'head -c 5000000 /dev/zero | tr "\\0" x');
    expect(output.stdout).toHaveLength(5_000_000);
    expect(output.status).toBe(0);
  });

  it('lets nobody in with another key', async () => {
    const other = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    await expect(connect(other.private)).rejects.toThrow('authentication');
  });

  it('refuses the eleventh command at a time, as sshd does', async () => {
    const client = await enter();
    const channels: ClientChannel[] = [];
    for (let count = 0; count < 10; count++) channels.push(await open(client, 'cat'));
    await expect(open(client, 'true')).rejects.toThrow('open failure');
    channels[0]?.end();
    await until(
      () => exec(client, 'echo again').catch(() => undefined),
      (output) => output?.stdout === 'again\n',
    );
  });

  it('ends what a broken connection leaves, but not what has a session of its own', async () => {
    const client = await enter();
    const channel = await open(
      client,
      'sleep 1000 & echo $!; setsid sleep 1001 >/dev/null 2>&1 & echo $!; wait',
    );
    let printed = '';
    channel.on('data', (data: Buffer) => (printed += data.toString()));
    await until(
      () => printed.trim().split('\n'),
      (lines) => lines.length === 2,
    );
    const [kept, own] = printed.trim().split('\n').map(Number);
    client.destroy();
    await until(
      () => commandOf(kept),
      (command) => command === undefined,
    );
    expect(commandOf(own)).toBe('sleep');
    process.kill(own ?? 0);
  });

  it('forwards connections to where the host can go', async () => {
    const client = await enter();
    const forward = (port: number): Promise<ClientChannel> =>
      new Promise((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, '127.0.0.10', port, (error, channel) => {
          if (error === undefined) resolve(channel);
          else reject(error);
        });
      });
    const channel = await forward(readSandbox(dir).ports.miner);
    channel.write('GET / HTTP/1.0\r\n\r\n');
    const answer = await new Promise<string>((resolve) => {
      channel.once('data', (data: Buffer) => {
        resolve(data.toString());
      });
    });
    expect(answer).toMatch(/^HTTP\/1.1 401/);
    await expect(forward(1)).rejects.toThrow('open failure');
  });

  it('is not taken for another one that has ended', async () => {
    const { ports, processes } = readSandbox(dir);
    const ended = { pid: 2 ** 22 + 1, startTime: 1 };
    const started = { ...processes, hosts: ended };
    expect(await waitUntilReady(dir, hostLayouts(dir, 2), ports.ssh, processes)).toBeUndefined();
    expect(await waitUntilReady(dir, hostLayouts(dir, 2), ports.ssh, started)).toContain(
      'the hosts process does not answer',
    );
  });

  it('is seen as not running when it was killed, and starts again where it was', async () => {
    const before = readSandbox(dir);
    for (const id of Object.values(before.processes)) signal(id, 'SIGKILL');
    await until(
      () => Object.values(before.processes).some(isAlive),
      (alive) => !alive,
    );
    expect(await sandboxStatus({ dir })).toMatchObject({ ok: false, diagnostic: { code: 'SF701' } });
    expect(await sandboxUp({ dir, hosts: 2 })).toMatchObject({ ok: true });
    expect(readSandbox(dir).ports).toEqual(before.ports);
    expect((await exec(await enter(), 'echo back')).stdout).toBe('back\n');
  });
});

it('starts two at a time that would have the same ports', async () => {
  const dirs = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'sealfarm-sandbox-')));
  const random = vi.spyOn(Math, 'random').mockReturnValueOnce(0.5).mockReturnValueOnce(0.5);
  try {
    const started = await Promise.all(dirs.map((dir) => sandboxUp({ dir, hosts: 1 })));
    expect(started).toMatchObject([{ ok: true }, { ok: true }]);
    const [one, two] = dirs.map((dir): number[] => Object.values({ ...readSandbox(dir).ports }));
    expect(one?.filter((port) => two?.includes(port))).toEqual([]);
  } finally {
    random.mockRestore();
    for (const dir of dirs) {
      await sandboxDown({ dir });
      rmSync(dir, { recursive: true, force: true });
    }
  }
});

function commandOf(pid: number | undefined): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8');
    return /\((.*)\) [^ZX]/.exec(stat)?.[1];
  } catch {
    return undefined;
  }
}
