import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/remote/endpoint.js';
import { changedKey, unknownKey } from '../../src/remote/host-key-refusal.js';
import { fingerprint } from '../../src/remote/known-hosts.js';
import { OperatorFiles } from '../../src/remote/operator-files.js';
import type { Host } from '../../src/farm/farm.js';
import { endpointFor, testHost } from '../support/ssh-farm.js';
import { SshdFarm } from '../support/sshd-farm.js';

const run = promisify(execFile);

let farm: SshdFarm;

beforeAll(async () => {
  farm = await SshdFarm.make();
});

afterEach(() => farm.clear());

afterAll(() => farm.keys.remove());

/** What a person types who follows the advice, and says yes. */
async function follow(command: string | undefined): Promise<string> {
  const askpass = join(farm.keys.folder, 'yes');
  await writeFile(askpass, '#!/bin/sh\necho yes\n', { mode: 0o700 });
  farm.context = { ...farm.context, files: new OperatorFiles() };
  const env = { PATH: process.env['PATH'], SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
  return (await run('sh', ['-c', command ?? 'exit 1'], { env })).stdout;
}

const lastCommand = (help: string | undefined): string | undefined =>
  /, then: (.*?)(?:, and say yes .*)?$/.exec(help ?? '')?.[1];

describe.each(['ssh2', 'openssh'] as const)(
  'the advice of SF401 by %s leads to a known host',
  (transport) => {
    async function stranger(ssh: Partial<Host['ssh']> = {}): Promise<Host> {
      const knownHostsFile = await farm.file('# nobody\n');
      return farm.host(await farm.sshd(), { transport, knownHostsFile, ...ssh });
    }

    test('by its address', async () => {
      const host = await stranger();
      await follow(lastCommand((await farm.refusal(host)).help));
      await farm.reach(host);
    });

    test('by its HostKeyAlias', async () => {
      const host = await stranger();
      await farm.config('HostKeyAlias seal/key&1');
      await follow(lastCommand((await farm.refusal(host)).help));
      await farm.reach(host);
    });

    test('through a ProxyCommand, where its address means nothing here', async () => {
      const host = await stranger();
      const way = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${host.ssh.port ?? 0}; cat <&3 & cat >&3; kill $!'`;
      await farm.config(`ProxyCommand ${way}`, `IdentityFile ${farm.keys.userKey.privateFile}`);
      const behind = { ...host, address: 'behind.invalid', ssh: { ...host.ssh, port: 22 } };
      await follow(lastCommand((await farm.refusal(behind)).help));
      await farm.reach(behind);
    });

    test('after a look at the fingerprint', async () => {
      const { message, help } = await farm.refusal(await stranger());
      const print = fingerprint(farm.keys.hostKey.publicBlob);
      if (transport === 'ssh2') expect(message).toContain(print);
      else
        expect(await follow(/^Compare the fingerprint that `(.*?)`/.exec(help ?? '')?.[1])).toContain(print);
    });
  },
);

describe('an entry of known_hosts without a port', () => {
  const by = async (transport: 'ssh2' | 'openssh', ...lines: readonly string[]): Promise<Host> => {
    const sshd = await farm.sshd();
    const text = lines.map((line) => `${line.replace('PORT', String(sshd.port))}\n`).join('');
    return farm.host(sshd, { transport, knownHostsFile: await farm.file(text) });
  };
  const OTHER = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA0KDQoNCg0KDQoNCg0KDQoNCg0KDQoNCg0KDQoNCg0K';
  const own = (): string => farm.keys.hostKey.publicText;

  describe.each(['ssh2', 'openssh'] as const)('by %s', (transport) => {
    test('holds for another port', async () => {
      await farm.reach(await by(transport, `127.0.0.1 ${own()}`));
    });

    test('with another key says nothing of another port', async () => {
      const refusal = await farm.refusal(await by(transport, `127.0.0.1 ${OTHER}`));
      expect(refusal.code).toBe('SF401');
    });

    test('does not go above one with the port', async () => {
      const refusal = await farm.refusal(
        await by(transport, `[127.0.0.1]:PORT ${OTHER}`, `127.0.0.1 ${own()}`),
      );
      expect(refusal.code).toBe('SF402');
    });

    test('is none for a host with a HostKeyAlias', async () => {
      await farm.config('HostKeyAlias seal-key');
      const refusal = await farm.refusal(await by(transport, `127.0.0.1 ${own()}`));
      expect(refusal.code).toBe('SF401');
    });
  });
});

describe('behind a jump host', () => {
  async function behind(jump: string): Promise<Endpoint> {
    await farm.config('Host seal', ' HostName 10.0.1.5', ' Port 2200');
    return endpointFor({ ...testHost({ jump }, 'seal'), ssh: { transport: 'ssh2', jump } }, farm.context);
  }

  test.each([
    ['ops@10.0.0.1', 'ssh ops@10.0.0.1 ssh-keyscan -p 2200 10.0.1.5 >> /k'],
    ['ops@10.0.0.1:2222', 'ssh -p 2222 ops@10.0.0.1 ssh-keyscan -p 2200 10.0.1.5 >> /k'],
  ])('a host is scanned from there: %s', async (jump, command) => {
    const endpoint = await behind(jump);
    expect(lastCommand(unknownKey(endpoint, '/k', 'the host key SHA256:x').help)).toBe(command);
    expect(changedKey(endpoint, '/k', 'changed').help).toContain(
      `ssh-keygen -R '[10.0.1.5]:2200' -f /k, then ${command}`,
    );
  });
});

test('a changed key known by its HostKeyAlias is taken away under that name', async () => {
  await farm.config('HostKeyAlias seal-key');
  const endpoint = await endpointFor(testHost({}, 'seal'), farm.context);
  expect(changedKey(endpoint, '/k', 'changed').help).toContain(
    "ssh-keygen -R 'seal-key' -f /k, then ssh-keyscan -p 22 seal | sed 's/^[^# ][^ ]*/seal-key/' >> /k",
  );
});
