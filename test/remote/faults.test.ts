import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../src/diagnostic/result.js';
import type { Host, SshSettings } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import type { ExecOutput } from '../../src/remote/remote.js';
import { aContext } from '../support/ssh-farm.js';
import { makeKey, type TestKey } from '../support/ssh-keys.js';
import type { Sshd } from '../support/sshd.js';
import { SshdFarm } from '../support/sshd-farm.js';
import { TcpRelay } from '../support/tcp-relay.js';
import { until } from '../support/until.js';

let farm: SshdFarm;
let wrongKey: TestKey;
let lockedKey: TestKey;
let relays: TcpRelay[] = [];

beforeAll(async () => {
  farm = await SshdFarm.make();
  wrongKey = await makeKey(farm.keys.folder, 'wrong');
  lockedKey = await makeKey(farm.keys.folder, 'locked', { passphrase: 'correct horse' });
});

afterEach(async () => {
  await farm.clear();
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});

afterAll(() => farm.keys.remove());

async function relayTo(port?: number): Promise<TcpRelay> {
  const relay = await TcpRelay.start(port);
  relays = [...relays, relay];
  return relay;
}

interface Fault {
  readonly host: (sshd: Sshd) => Promise<Host>;
  readonly code: string;
  readonly message: RegExp;
  readonly help: RegExp;
}

/** What is wrong before there is a connection. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'an unknown host key': {
    host: async (sshd) => farm.host(sshd, { knownHostsFile: await farm.file('# nobody\n') }),
    code: 'SF401',
    message: /host-1 \(127\.0\.0\.1, port \d+\) has .*host key.* which is not in .*file \d+$/i,
    help: /then: ssh-keyscan -p \d+ 127\.0\.0\.1 >> '.*file \d+'$/,
  },
  'another host key than the known one': {
    host: async (sshd) => {
      const line = `[127.0.0.1]:${sshd.port} ${wrongKey.publicText}\n`;
      return farm.host(sshd, { knownHostsFile: await farm.file(line) });
    },
    code: 'SF402',
    message:
      /shows another host key than the known one: expected .*file \d+:1\)?, got SHA256:\S+; this may be an attack$/,
    help: /ssh-keygen -R '\[127\.0\.0\.1\]:\d+' -f .* then ssh-keyscan -p \d+/,
  },
  'a revoked host key': {
    host: async (sshd) => {
      const key = farm.keys.hostKey.publicText;
      const lines = `[127.0.0.1]:${sshd.port} ${key}\n@revoked * ${key}\n`;
      return farm.host(sshd, { knownHostsFile: await farm.file(lines) });
    },
    code: 'SF402',
    message: /which is revoked/,
    help: /^Do not log in there/,
  },
  'no file of known hosts': {
    host: (sshd) => farm.host(sshd, { knownHostsFile: join(farm.keys.folder, 'no-such-file') }),
    code: 'SF408',
    message: /no-such-file does not exist/,
    help: /ssh-keyscan -p \d+ 127\.0\.0\.1 >> /,
  },
  'a key that is not let in': {
    host: (sshd) => farm.host(sshd, { identityFile: wrongKey.privateFile }),
    code: 'SF403',
    message: /does not let \S+ in with/,
    help: /ssh-copy-id -p \d+ \S+@127\.0\.0\.1/,
  },
  'a key that is encrypted': {
    host: (sshd) => farm.host(sshd, { identityFile: lockedKey.privateFile }),
    code: 'SF409',
    message: /locked is encrypted and no agent holds it$/,
    help: /ssh-add \S+locked$/,
  },
  'a key file that is not there': {
    host: (sshd) => farm.host(sshd, { identityFile: join(farm.keys.folder, 'no-key') }),
    code: 'SF409',
    message: /no-key cannot be used: no such file$/,
    help: /ssh\.identityFile/,
  },
  'an agent that is gone': {
    host: async (sshd) => {
      const gone = join(farm.keys.folder, 'gone');
      farm.context = aContext(farm.keys.homeDir, { PATH: process.env['PATH'], SSH_AUTH_SOCK: gone });
      const { identityFile: _none, ...ssh } = (await farm.host(sshd)).ssh;
      return { ...(await farm.host(sshd)), ssh };
    },
    code: 'SF403',
    message: /no key to log in to host-1 with: no agent answers at \S+\/gone/,
    help: /ssh-agent/,
  },
  'a port on which nothing listens': {
    host: async (sshd) => {
      const relay = await TcpRelay.start();
      const { port } = relay;
      await relay.stop();
      return farm.host({ address: sshd.address, user: sshd.user, port });
    },
    code: 'SF404',
    message: /connection refused$/,
    help: /listens on port \d+/,
  },
  'a name that nobody knows': {
    host: (sshd) => farm.host({ address: 'no-such-host.invalid', user: sshd.user, port: 22 }),
    code: 'SF404',
    message: /the name no-such-host\.invalid is not known$/,
    help: /DNS/,
  },
  'a host that takes the connection and says nothing': {
    host: async (sshd) =>
      farm.host(
        { address: sshd.address, user: sshd.user, port: (await relayTo()).port },
        { connectTimeoutMs: 900 },
      ),
    code: 'SF404',
    message: /no login within 0\.9 s$/,
    help: /ssh\.connectTimeout/,
  },
};

describe.each(['ssh2', 'openssh'] as const)('by %s', (transport) => {
  const by = (host: Host): Host => ({ ...host, ssh: { ...host.ssh, transport } });

  async function reachBoth(bad: Host, good: Host): Promise<Result<unknown>> {
    const [refused, remote] = await Promise.all([connect(by(bad), farm.context), farm.reach(by(good))]);
    expect(await remote.exec('echo here')).toMatchObject({ value: { stdout: 'here\n' } });
    return refused;
  }

  test.each(Object.entries(FAULTS))('%s is said, and other hosts are reached', async (_what, fault) => {
    const sshd = await farm.sshd();
    const bad = await fault.host(sshd);
    const refused = await reachBoth(bad, await farm.host(sshd, {}, 'host-2'));
    if (refused.ok) throw new Error('it connected');
    const { code, message, help, place } = refused.diagnostic;
    expect({ code, place }).toEqual({ code: fault.code, place: { kind: 'host', host: 'host-1' } });
    expect(message).toMatch(fault.message);
    expect(help).toMatch(fault.help);
  });

  test('an sshd that hangs up after too many keys is said', async () => {
    const sshd = await farm.sshd({ config: ['MaxAuthTries 1'] });
    const refused = await reachBoth(
      await farm.host(sshd, { identityFile: wrongKey.privateFile }),
      await farm.host(await farm.sshd(), {}, 'host-2'),
    );
    expect(refused).toMatchObject({ ok: false, diagnostic: { code: 'SF403' } });
    expect(refused.ok ? '' : refused.diagnostic.message).toContain(
      'hung up after too many keys (MaxAuthTries',
    );
  });

  /** A host whose sudo is this script. */
  async function withSudo(lines: string): Promise<Host> {
    const folder = await mkdtemp(join(farm.keys.folder, 'sudo-'));
    await writeFile(join(folder, 'sudo'), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
    const sshd = await farm.sshd({ config: [`SetEnv PATH=${folder}:/usr/bin:/bin`] });
    return by(await farm.host(sshd, { sudo: true }));
  }

  test('a sudo that refuses behind a greeting is said', async () => {
    const remote = await farm.reach(
      await withSudo('echo Hi; echo "sudo: interactive authentication is required" >&2; exit 1'),
    );
    expect(await remote.exec('true')).toMatchObject({ ok: false, diagnostic: { code: 'SF416' } });
  });

  test('a script under sudo says what it says without', async () => {
    const remote = await farm.reach(await withSudo('shift; exec "$@"'));
    const output = await remote.exec('echo out; echo "sudo: a password is required" >&2; exit 4');
    const stderr = 'sudo: a password is required\n';
    expect(output).toEqual({ ok: true, value: { stdout: 'out\n', stderr, status: 4 } });
  });

  async function whileRunning(trouble: (relay: TcpRelay) => void): Promise<Result<ExecOutput>> {
    await farm.config('ServerAliveInterval 1', 'ServerAliveCountMax 1');
    const sshd = await farm.sshd();
    const relay = await relayTo(sshd.port);
    const ssh: Partial<SshSettings> = {};
    const way = { address: sshd.address, user: sshd.user, port: relay.port };
    const remote = await farm.reach(by(await farm.host(way, ssh)));
    const other = await farm.reach(by(await farm.host(sshd, {}, 'host-2')));
    const mark = join(farm.keys.folder, `begun-${transport}-${relay.port}`);
    const script = remote.exec(`touch ${mark}; sleep 30`);
    await until(async () => {
      const looked = await other.exec(`test -e ${mark}`);
      return looked.ok && looked.value.status === 0;
    }, 'the script runs');
    trouble(relay);
    const output = await script;
    expect(await other.exec('echo here')).toMatchObject({ value: { stdout: 'here\n' } });
    expect(await remote.exec('true')).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
    return output;
  }

  test('a connection that is cut in the midst of a script is said', async () => {
    const output = await whileRunning((relay) => {
      relay.cut();
    });
    expect(output).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF405', place: { kind: 'host', host: 'host-1' } },
    });
  });

  test('a host that no longer answers is given up', async () => {
    const output = await whileRunning((relay) => {
      relay.silence();
    });
    expect(output).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF405',
        message: 'The connection to host-1 is gone: the host no longer answers: nothing came from it for 2 s',
      },
    });
  });
});
