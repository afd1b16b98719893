import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenFor, chosenWays, findBeyondSsh2 } from '../../src/remote/beyond-ssh2.js';
import { forwardsNothing } from '../../src/remote/remote-error.js';
import { aContext, endpointFor, makeSshFolder, testHost, type SshFolder } from '../support/ssh-farm.js';
import { makeKey } from '../support/ssh-keys.js';

const notes = (count: number): ReturnType<typeof chosenFor>[] =>
  Array.from({ length: count }, (_, i) =>
    chosenFor(`host-${i}`, ['a certificate for it (CertificateFile c)']),
  );

it('a plan says of each of a few hosts why it is reached so', () => {
  const few = notes(3);
  expect(few[0]?.message).toMatch(/: a certificate for it \(CertificateFile c\)$/);
  expect(chosenWays([...few, forwardsNothing('host-1')])).toEqual(few);
  expect(chosenWays([])).toEqual([]);
});

it('a plan says of many hosts that there are so many', () => {
  const [note, ...more] = chosenWays(notes(40));
  expect(note?.message).toMatch(/^40 hosts are reached by the system's ssh,/);
  expect(more).toEqual([]);
});

describe('what the files show', () => {
  const SK_TYPE = 'sk-ssh-ed25519@openssh.com';
  let keys: SshFolder;

  beforeAll(async () => {
    keys = await makeSshFolder();
  });

  afterAll(() => keys.remove());

  /** A key on a security key, as far as files tell: ssh2 can read no private part of it. */
  async function securityKey(file: string): Promise<void> {
    const strings = [SK_TYPE, 'x'.repeat(32), 'ssh:'].map((text) => Buffer.from(text));
    const blob = Buffer.concat(
      strings.flatMap((text) => [Buffer.from([0, 0, 0, text.length]), text]),
    ).toString('base64');
    await writeFile(file, 'a handle that is not read');
    await writeFile(`${file}.pub`, `${SK_TYPE} ${blob} token\n`);
  }

  async function needs(
    ssh: Parameters<typeof testHost>[0],
    homeDir = keys.homeDir,
  ): Promise<readonly string[]> {
    const context = aContext(homeDir, { PATH: process.env['PATH'] });
    return findBeyondSsh2(await endpointFor(testHost(ssh), context), context.files);
  }

  async function home(): Promise<string> {
    const folder = await mkdtemp(join(keys.folder, 'home-'));
    await mkdir(join(folder, '.ssh'));
    return folder;
  }

  it('is a security key by its public part', async () => {
    const identityFile = join(keys.folder, 'token');
    await securityKey(identityFile);
    expect(await needs({ identityFile })).toEqual([`a security key for host-1 (${identityFile})`]);
    expect(await needs({ identityFile: keys.userKey.privateFile })).toEqual([]);
  });

  it('is a security key where the home has no other', async () => {
    const own = await home();
    const file = join(own, '.ssh/id_ed25519_sk');
    await securityKey(file);
    expect(await needs({}, own)).toEqual([`a security key for host-1 (${file})`]);
    await copyFile(keys.userKey.privateFile, join(own, '.ssh/id_ed25519'));
    expect(await needs({}, own)).toEqual([]);
  });

  it('is a host certificate where no plain key is known, with or without its port', async () => {
    const authority = `@cert-authority * ${(await makeKey(keys.folder, 'ca')).publicText}`;
    const { identityFile, hostKey } = {
      identityFile: keys.userKey.privateFile,
      hostKey: keys.hostKey.publicText,
    };
    const by = async (port: number, ...lines: readonly string[]): Promise<number> => {
      const knownHostsFile = join(await mkdtemp(join(keys.folder, 'known-')), 'hosts');
      await writeFile(knownHostsFile, lines.map((line) => `${line}\n`).join(''));
      return (await needs({ identityFile, knownHostsFile, port })).length;
    };
    expect(await by(22, authority)).toBe(1);
    expect(await by(22, authority, `127.0.0.1 ${hostKey}`)).toBe(0);
    expect(await by(2200, authority.replace('*', '127.0.0.1'))).toBe(1);
    expect(await by(2200, authority, `127.0.0.1 ${hostKey}`)).toBe(0);
    expect(await by(22, authority.replace('*', 'elsewhere'))).toBe(0);
  });
});
