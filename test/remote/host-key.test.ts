import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.js';
import type { Host } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import { readHostKeyCheck } from '../../src/remote/host-key.js';
import { OperatorFiles } from '../../src/remote/operator-files.js';
import { fingerprint } from '../../src/remote/known-hosts.js';
import { aContext, endpointFor, makeSshFolder, testHost, type SshFolder } from '../support/ssh-farm.js';
import { makeKey, sshKeygen, type TestKey } from '../support/ssh-keys.js';
import { SshServer } from '../support/ssh-server.js';

let keys: SshFolder;
let other: TestKey;
let rsa: TestKey;
let server: SshServer | undefined;

beforeAll(async () => {
  keys = await makeSshFolder();
  [other, rsa] = await Promise.all([
    makeKey(keys.folder, 'other_host_key'),
    makeKey(keys.folder, 'rsa_host_key', { type: 'rsa' }),
  ]);
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(() => keys.remove());

/** Connects to a server with these host keys, the known_hosts file holding what `lines` makes of the host's name. */
async function connectTo(
  hostKeys: readonly TestKey[],
  lines: (name: string) => string,
): Promise<{ diagnostic: Diagnostic | undefined; file: string; host: Host }> {
  server = await SshServer.start({
    hostKeys: hostKeys.map((key) => key.privateText),
    authorizedKeys: [keys.userKey.publicBlob],
    address: '127.0.0.7',
  });
  const file = join(keys.folder, `known hosts ${server.port}`);
  await writeFile(file, lines(`[127.0.0.7]:${server.port}`));
  const host = testHost(
    { port: server.port, knownHostsFile: file, identityFile: keys.userKey.privateFile },
    '127.0.0.7',
  );
  return { diagnostic: await attempt(host), file, host };
}

async function attempt(host: Host): Promise<Diagnostic | undefined> {
  const remote = await connect(host, aContext(keys.homeDir));
  if (!remote.ok) return remote.diagnostic;
  await remote.value.close();
  return undefined;
}

test('the known key is accepted', async () => {
  const { diagnostic } = await connectTo([keys.hostKey], (name) => `${name} ${keys.hostKey.publicText}\n`);
  expect(diagnostic).toBeUndefined();
});

test('the known key is accepted from a hashed entry', async () => {
  const { host, file } = await connectTo([keys.hostKey], () => '');
  await writeFile(file, `[127.0.0.7]:${host.ssh.port} ${keys.hostKey.publicText}\n`);
  await sshKeygen(['-H', '-f', file]);
  expect(await readFile(file, 'utf8')).toMatch(/^\|1\|/);
  expect(await attempt(host)).toBeUndefined();
});

test('a host with several keys shows the one it is known by', async () => {
  const { diagnostic } = await connectTo([keys.hostKey, rsa], (name) => `${name} ${rsa.publicText}\n`);
  expect(diagnostic).toBeUndefined();
});

test.each(['ecdsa', 'ecdsa384', 'ecdsa521'] as const)(
  'a host that has only an %s key is known by it',
  async (type) => {
    const key = await makeKey(keys.folder, `host-${type}`, { type });
    const { diagnostic, file, host } = await connectTo([key], (name) => `${name} ${key.publicText}\n`);
    expect(diagnostic).toBeUndefined();
    // One that nobody knows yet is asked for it as well.
    await writeFile(file, '# nobody\n');
    expect(await attempt(host)).toMatchObject({ code: 'SF401' });
  },
);

test('of a host known without its port the known kind of key is asked for first', async () => {
  const { diagnostic } = await connectTo([keys.hostKey, rsa], () => `127.0.0.7 ${rsa.publicText}\n`);
  expect(diagnostic).toBeUndefined();
});

describe('SF401', () => {
  test('an unknown key is refused, and the advice leads to a known one', async () => {
    const { diagnostic, file, host } = await connectTo([keys.hostKey], () => '# nothing yet\n');
    expect(diagnostic).toMatchObject({ code: 'SF401', place: { kind: 'host', host: 'host-1' } });
    expect(diagnostic?.message).toContain(fingerprint(keys.hostKey.publicBlob));
    expect(diagnostic?.message).toContain('ssh-ed25519');
    expect(diagnostic?.help).toContain(`ssh-keyscan -p ${host.ssh.port} 127.0.0.7 >> '${file}'`);
    expect(server?.offeredKeys).toEqual([]);
  });

  test('a key of a certificate authority makes no host known', async () => {
    const { diagnostic } = await connectTo(
      [keys.hostKey],
      () => `@cert-authority * ${keys.hostKey.publicText}\n`,
    );
    expect(diagnostic?.code).toBe('SF401');
  });
});

describe('SF402', () => {
  test('a changed key is refused, with both fingerprints and the line of the old one', async () => {
    const { diagnostic, file, host } = await connectTo(
      [keys.hostKey],
      (name) => `# old\n${name} ${other.publicText}\n`,
    );
    expect(diagnostic).toMatchObject({ code: 'SF402', place: { kind: 'host', host: 'host-1' } });
    expect(diagnostic?.message).toContain(`expected ${fingerprint(other.publicBlob)} (${file}:2)`);
    expect(diagnostic?.message).toContain(`got ${fingerprint(keys.hostKey.publicBlob)}`);
    expect(diagnostic?.message).toContain('attack');
    expect(diagnostic?.help).toContain(`ssh-keygen -R '[127.0.0.7]:${host.ssh.port}' -f '${file}'`);
    expect(server?.offeredKeys).toEqual([]);
  });

  test('the advice removes the old entry', async () => {
    const { diagnostic, file, host } = await connectTo(
      [keys.hostKey],
      (name) => `${name} ${other.publicText}\n`,
    );
    expect(diagnostic?.code).toBe('SF402');
    await sshKeygen(['-R', `[127.0.0.7]:${host.ssh.port}`, '-f', file]);
    expect((await attempt(host))?.code).toBe('SF401');
  });

  test('a revoked key is refused', async () => {
    const { diagnostic, file } = await connectTo(
      [keys.hostKey],
      (name) => `${name} ${keys.hostKey.publicText}\n@revoked * ${keys.hostKey.publicText}\n`,
    );
    expect(diagnostic?.code).toBe('SF402');
    expect(diagnostic?.message).toContain(`revoked (${file}:2)`);
  });

  test('a host that no longer has a key of the known type is refused', async () => {
    const { diagnostic } = await connectTo([keys.hostKey], (name) => `${name} ${rsa.publicText}\n`);
    expect(diagnostic?.code).toBe('SF402');
    expect(diagnostic?.message).toContain(`expected ssh-rsa ${fingerprint(rsa.publicBlob)}`);
  });
});

describe('SF408', () => {
  test('a missing known_hosts file', async () => {
    const file = join(keys.folder, 'no-such-file');
    const diagnostic = await attempt(testHost({ port: 2200, knownHostsFile: file }));
    expect(diagnostic?.code).toBe('SF408');
    expect(diagnostic?.message).toContain(`${file} does not exist`);
    expect(diagnostic?.help).toContain(`ssh-keyscan -p 2200 127.0.0.1 >> ${file}`);
  });

  test('~/.ssh/known_hosts is the one used by default', async () => {
    // As ssh has it: in the home that the system knows, whatever HOME says.
    const refused = await connect(testHost({ port: 1 }), aContext(keys.homeDir, { PATH: '/no/ssh' }));
    expect(refused.ok ? '' : refused.diagnostic.message).toContain(join(keys.homeDir, '.ssh', 'known_hosts'));
  });

  test('an unreadable known_hosts file', async () => {
    const diagnostic = await attempt(testHost({ knownHostsFile: keys.folder }));
    expect(diagnostic?.code).toBe('SF408');
    expect(diagnostic?.message).toContain(`${keys.folder} cannot be read`);
  });
});

test('accept-new takes no key of another type for a host that is known', async () => {
  const file = join(keys.folder, 'known_hosts_of_one');
  await writeFile(file, `127.0.0.8 ${other.publicText}\n`);
  const host = testHost({ port: 22, knownHostsFile: file }, '127.0.0.8');
  const endpoint = await endpointFor(host, aContext(keys.homeDir));
  const hostKeys = { ...endpoint.hostKeys, acceptNew: true };
  const [known, stranger] = await Promise.all([
    readHostKeyCheck({ ...endpoint, hostKeys }, new OperatorFiles()),
    readHostKeyCheck({ ...endpoint, address: '127.0.0.9', hostKeys }, new OperatorFiles()),
  ]);
  if (!known.ok || !stranger.ok) throw new Error('not read');
  expect(known.value.refusal(rsa.publicBlob)).toMatchObject({ code: 'SF401' });
  expect(stranger.value.refusal(rsa.publicBlob)).toBeUndefined();
});
