import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, copyFile, mkdir, unlink, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../src/diagnostic/result.js';
import type { Host, SshSettings } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import { KeyRing } from '../../src/remote/key-ring.js';
import type { Remote } from '../../src/remote/remote.js';
import { Secret } from '../../src/secret/secret.js';
import { aContext, makeSshFolder, startKnownServer, type SshFolder } from '../support/ssh-farm.js';
import { makeKey, type TestKey, type TestKeyType } from '../support/ssh-keys.js';
import type { SshServer } from '../support/ssh-server.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const PASSPHRASE = 'correct horse';

let keys: SshFolder;
let server: SshServer;
let known: Host;
let agent: { readonly process: ChildProcess; readonly socket: string } | undefined;
let homes = 0;

beforeAll(async () => {
  keys = await makeSshFolder();
});

beforeEach(async () => {
  ({ server, host: known } = await startKnownServer(keys));
});

afterEach(async () => {
  agent?.process.kill();
  agent = undefined;
  await server.stop();
});

afterAll(() => keys.remove());

function hostWith(ssh: Partial<SshSettings>): Host {
  const { identityFile: _none, ...rest } = known.ssh;
  return { ...known, ssh: { ...rest, ...ssh } };
}

/** A home folder with these key files in `.ssh`. */
async function homeWith(files: Readonly<Record<string, TestKey>>): Promise<string> {
  homes += 1;
  const home = join(keys.folder, `home-${homes}`);
  await mkdir(join(home, '.ssh'), { recursive: true });
  for (const [name, key] of Object.entries(files)) {
    await copyFile(key.privateFile, join(home, '.ssh', name));
  }
  return home;
}

/** A real ssh-agent that holds these keys, in this order. */
async function agentWith(held: readonly TestKey[], { confirm = false } = {}): Promise<string> {
  homes += 1;
  const socket = join(keys.folder, `agent-${homes}`);
  agent = {
    process: spawn('ssh-agent', ['-D', '-a', socket], {
      stdio: 'ignore',
      // Asked to confirm the use of a key, it is told no.
      env: { PATH: process.env['PATH'], SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' },
    }),
    socket,
  };
  await until(
    () =>
      access(socket).then(
        () => true,
        () => false,
      ),
    'the agent listens',
  );
  const askpass = join(keys.folder, 'askpass');
  await writeFile(askpass, `#!/bin/sh\necho '${PASSPHRASE}'\n`, { mode: 0o700 });
  const environment = {
    PATH: process.env['PATH'],
    SSH_AUTH_SOCK: socket,
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
  };
  for (const key of held)
    await run('ssh-add', ['-q', ...(confirm ? ['-c'] : []), key.privateFile], { env: environment });
  return socket;
}

async function logIn(host: Host, homeDir = keys.homeDir, socket?: string): Promise<Result<Remote>> {
  const environment = socket === undefined ? {} : { SSH_AUTH_SOCK: socket };
  const remote = await connect(host, aContext(homeDir, environment));
  if (remote.ok) await remote.value.close();
  return remote;
}

function otherKeys(prefix: string, count: number): Promise<TestKey[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => makeKey(keys.folder, `${prefix}-${i}`)));
}

describe('key files', () => {
  test.each<TestKeyType>(['ed25519', 'ecdsa', 'rsa'])('an %s key lets in', async (type) => {
    const key = await makeKey(keys.folder, `type-${type}`, { type });
    await server.stop();
    ({ server, host: known } = await startKnownServer(keys, { authorizedKeys: [key.publicBlob] }));
    expect((await logIn(hostWith({ identityFile: key.privateFile }))).ok).toBe(true);
    expect(server.connections).toBe(1);
  });

  test('a wrong key is SF403, which names the key and the way to let it in', async () => {
    const wrong = await makeKey(keys.folder, 'wrong');
    const result = await logIn(hostWith({ identityFile: wrong.privateFile }));
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF403', place: { host: 'host-1' } } });
    if (result.ok) return;
    expect(result.diagnostic.message).toContain(`operator in with ${wrong.privateFile}`);
    expect(result.diagnostic.help).toContain(`ssh-copy-id -p ${known.ssh.port} operator@127.0.0.1`);
  });

  test('with an identity file nothing else is tried', async () => {
    const wrong = await makeKey(keys.folder, 'wrong-alone');
    const home = await homeWith({ id_ed25519: keys.userKey });
    const socket = await agentWith([keys.userKey]);
    expect((await logIn(hostWith({ identityFile: wrong.privateFile }), home, socket)).ok).toBe(false);
    expect(server.offeredKeys).toEqual([wrong.publicBlob]);
  });

  test('without one the usual files are tried', async () => {
    const [first] = await otherKeys('usual', 1);
    if (first === undefined) throw new Error('no key');
    const rsa = await makeKey(keys.folder, 'usual-rsa', { type: 'rsa' });
    const home = await homeWith({ id_rsa: keys.userKey, id_ed25519: first, id_ecdsa: rsa });
    expect((await logIn(hostWith({}), home)).ok).toBe(true);
    expect(server.offeredKeys.slice(0, 3)).toEqual([
      first.publicBlob,
      rsa.publicBlob,
      keys.userKey.publicBlob,
    ]);
  });

  test('~ in the path of an identity file is the home folder', async () => {
    const home = await homeWith({ farm_key: keys.userKey });
    expect((await logIn(hostWith({ identityFile: '~/.ssh/farm_key' }), home)).ok).toBe(true);
  });

  test.each([
    ['missing', (folder: string) => join(folder, 'no-such-key'), 'no such file'],
    ['a folder', (folder: string) => folder, 'EISDIR'],
    ['a public key', (folder: string) => join(folder, 'user_key.pub'), 'a public key'],
    ['garbage', (folder: string) => join(folder, 'garbage'), 'not a private key'],
  ])('a key file that is %s is SF409', async (_what, path, why) => {
    await writeFile(join(keys.folder, 'garbage'), 'garbage');
    const result = await logIn(hostWith({ identityFile: path(keys.folder) }));
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF409' } });
    if (!result.ok) expect(result.diagnostic.message).toContain(why);
    expect(server.connections).toBe(0);
  });

  test('no key at all is SF403', async () => {
    const result = await logIn(hostWith({}), await homeWith({}));
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF403' } });
    if (!result.ok) expect(result.diagnostic.help).toContain('ssh.identityFile');
  });
});

describe('encrypted keys', () => {
  test.each(['by name', 'among the usual files'])('without an agent they are SF409 (%s)', async (how) => {
    const key = await makeKey(keys.folder, `locked-${how}`, { passphrase: PASSPHRASE });
    const home = await homeWith({ id_ed25519: key });
    const result = await logIn(hostWith(how === 'by name' ? { identityFile: key.privateFile } : {}), home);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF409' } });
    if (result.ok) return;
    expect(result.diagnostic.message).toContain('encrypted');
    expect(result.diagnostic.help).toContain('ssh-add');
    expect(server.connections).toBe(0);
  });

  test('one that an agent holds lets in, and only it is tried', async () => {
    const key = await makeKey(keys.folder, 'locked-held', { passphrase: PASSPHRASE });
    const home = await homeWith({ farm_key: key });
    await server.stop();
    ({ server, host: known } = await startKnownServer(keys, { authorizedKeys: [key.publicBlob] }));
    const socket = await agentWith([...(await otherKeys('beside', 6)), key]);
    const result = await logIn(hostWith({ identityFile: join(home, '.ssh', 'farm_key') }), home, socket);
    expect(result.ok).toBe(true);
    expect(server.offeredKeys.every((offered) => offered.equals(key.publicBlob))).toBe(true);
  });
});

describe('encrypted keys, with somebody to ask', () => {
  const asked: string[] = [];

  /** Somebody who gives these answers, one after the other. */
  function answering(...answers: readonly string[]): KeyRing {
    const left = [...answers];
    asked.length = 0;
    return new KeyRing((path, again) => {
      asked.push(again ? `${path} again` : path);
      const answer = left.shift();
      return Promise.resolve(answer === undefined ? undefined : new Secret(answer));
    });
  }

  async function lockedServer(name: string): Promise<TestKey> {
    const key = await makeKey(keys.folder, name, { passphrase: PASSPHRASE });
    await server.stop();
    ({ server, host: known } = await startKnownServer(keys, { authorizedKeys: [key.publicBlob] }));
    return key;
  }

  async function logInWith(keyRing: KeyRing, host: Host, homeDir = keys.homeDir): Promise<Result<Remote>> {
    const remote = await connect(host, { ...aContext(homeDir), keyRing });
    if (remote.ok) await remote.value.close();
    return remote;
  }

  test('are opened once for all hosts', async () => {
    const key = await lockedServer('asked');
    const keyRing = answering(PASSPHRASE);
    const host = hostWith({ identityFile: key.privateFile });
    const all = await Promise.all([1, 2, 3].map(() => logInWith(keyRing, host)));
    expect(all.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(asked).toEqual([key.privateFile]);
  });

  test('may be answered wrongly, but not for ever', async () => {
    const key = await lockedServer('asked-again');
    const host = hostWith({ identityFile: key.privateFile });
    expect((await logInWith(answering('wrong', PASSPHRASE), host)).ok).toBe(true);
    expect(asked).toEqual([key.privateFile, `${key.privateFile} again`]);
    const refused = await logInWith(answering('a', 'b', 'c', PASSPHRASE), host);
    expect(refused).toMatchObject({ ok: false, diagnostic: { code: 'SF409' } });
    expect(asked).toHaveLength(3);
    expect(JSON.stringify(refused)).not.toContain(PASSPHRASE);
  });

  test('stay closed where nobody answers', async () => {
    const key = await lockedServer('unanswered');
    const refused = await logInWith(answering(), hostWith({ identityFile: key.privateFile }));
    expect(refused).toMatchObject({ ok: false, diagnostic: { code: 'SF409' } });
    expect(asked).toHaveLength(1);
  });

  test('are not asked for where there is another that nobody has named', async () => {
    const key = await makeKey(keys.folder, 'unneeded', { passphrase: PASSPHRASE });
    const home = await homeWith({ id_ed25519: key, id_rsa: keys.userKey });
    expect((await logInWith(answering(PASSPHRASE), hostWith({}), home)).ok).toBe(true);
    expect(asked).toEqual([]);
  });
});

describe('agent', () => {
  test('its keys are tried', async () => {
    const socket = await agentWith([...(await otherKeys('agent', 2)), keys.userKey]);
    expect((await logIn(hostWith({}), await homeWith({}), socket)).ok).toBe(true);
  });

  test('not more than five keys are tried, and the rest is named', async () => {
    const held = await otherKeys('many', 7);
    const result = await logIn(hostWith({}), await homeWith({}), await agentWith(held));
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF403' } });
    if (result.ok) return;
    expect(server.offeredKeys).toEqual(held.slice(0, 5).map((key) => key.publicBlob));
    expect(result.diagnostic.message).toContain(
      'not tried, as sshd counts wrong keys: many-5 (agent), many-6 (agent)',
    );
    expect(result.diagnostic.help).toContain('ssh.identityFile');
  });

  test('not more than five of the only files are tried, either', async () => {
    const named = await otherKeys('only', 7);
    const config = join(keys.folder, 'only-named');
    const lines = named.map((key) => `IdentityFile ${key.privateFile}\n`);
    await writeFile(config, `IdentitiesOnly yes\n${lines.join('')}`);
    const refused = await connect(
      hostWith({}),
      aContext(keys.homeDir, { PATH: process.env['PATH'] }, config),
    );
    if (refused.ok) throw new Error('it connected');
    expect(server.offeredKeys).toEqual(named.slice(0, 5).map((key) => key.publicBlob));
    const leftOut = named.slice(5).map((key) => key.privateFile);
    expect(refused.diagnostic.message).toContain(
      `not tried, as sshd counts wrong keys: ${leftOut.join(', ')}`,
    );
  });

  test('those of the usual files come first', async () => {
    const held = await otherKeys('order', 7);
    const socket = await agentWith([...held, keys.userKey]);
    expect((await logIn(hostWith({}), await homeWith({ id_ed25519: keys.userKey }), socket)).ok).toBe(true);
    expect(server.offeredKeys[0]).toEqual(keys.userKey.publicBlob);
  });

  test('a public key file names the key to use', async () => {
    const held = await otherKeys('public', 7);
    const socket = await agentWith([...held, keys.userKey]);
    const host = hostWith({ identityFile: keys.userKey.publicFile });
    expect((await logIn(host, await homeWith({}), socket)).ok).toBe(true);
    expect(server.offeredKeys.every((key) => key.equals(keys.userKey.publicBlob))).toBe(true);
    const [first] = held;
    if (first === undefined) throw new Error('no key');
    await unlink(first.privateFile);
    const elsewhere = await logIn(hostWith({ identityFile: first.publicFile }), await homeWith({}));
    expect(elsewhere).toMatchObject({ ok: false, diagnostic: { code: 'SF409' } });
    expect(elsewhere.ok ? '' : elsewhere.diagnostic.message).toContain('no agent holds its private part');
  });

  test('a key that ssh_config names comes before those of the agent', async () => {
    const socket = await agentWith(await otherKeys('crowd', 7));
    const config = join(keys.folder, 'named-first');
    await writeFile(config, `IdentityFile ${keys.userKey.privateFile}\n`);
    const environment = { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket };
    const remote = await connect(hostWith({}), aContext(keys.homeDir, environment, config));
    if (remote.ok) await remote.value.close();
    expect(remote.ok).toBe(true);
    expect(server.offeredKeys[0]).toEqual(keys.userKey.publicBlob);
  });

  test('one that takes the connection and says nothing is passed over', async () => {
    homes += 1;
    const socket = join(keys.folder, `silent-${homes}`);
    const silent = createServer().listen(socket);
    await once(silent, 'listening');
    const home = await homeWith({ id_ed25519: keys.userKey });
    const sockets: Socket[] = [];
    silent.on('connection', (client) => sockets.push(client));
    const reached = await logIn(hostWith({ connectTimeoutMs: 3000 }), home, socket);
    expect(reached.ok).toBe(true);
    expect(sockets.length).toBeGreaterThan(0);
    for (const client of sockets) client.destroy();
    silent.close();
  });

  test('one that holds nothing for ssh2, as only FIDO keys, is said to', async () => {
    const refused = await logIn(hostWith({}), await homeWith({}), await agentWith([]));
    if (refused.ok) throw new Error('it connected');
    expect(refused.diagnostic.code).toBe('SF403');
    expect(refused.diagnostic.message).toContain('neither has the agent one that ssh2 knows nor is there ');
    expect(refused.diagnostic.help).toContain('ssh.transport: openssh');
  });

  test('one that does not answer is passed over', async () => {
    const home = await homeWith({ id_ed25519: keys.userKey });
    expect((await logIn(hostWith({}), home, join(keys.folder, 'no-agent'))).ok).toBe(true);
  });

  test('a key it does not want to use is passed over', async () => {
    const [other] = await otherKeys('file', 1);
    if (other === undefined) throw new Error('no key');
    await server.stop();
    const authorizedKeys = [keys.userKey.publicBlob, other.publicBlob];
    ({ server, host: known } = await startKnownServer(keys, { authorizedKeys }));
    const socket = await agentWith([keys.userKey], { confirm: true });
    expect((await logIn(hostWith({}), await homeWith({ id_rsa: other }), socket)).ok).toBe(true);
    expect(server.offeredKeys[0]).toEqual(keys.userKey.publicBlob);
    expect(server.offeredKeys.at(-1)).toEqual(other.publicBlob);
  });

  test('a server that hangs up after too many keys is SF403, too', async () => {
    await server.stop();
    ({ server, host: known } = await startKnownServer(keys, { maxAuthTries: 2 }));
    const socket = await agentWith(await otherKeys('hang-up', 4));
    const result = await logIn(hostWith({}), await homeWith({}), socket);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF403' } });
  });
});
