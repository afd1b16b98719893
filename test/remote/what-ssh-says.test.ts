import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findBeyondSsh2 } from '../../src/remote/beyond-ssh2.js';
import type { Endpoint } from '../../src/remote/endpoint.js';
import { readHostKeyCheck } from '../../src/remote/host-key.js';
import { resolveEndpoint } from '../../src/remote/resolve-endpoint.js';
import { OpensshRemote } from '../../src/remote/openssh-remote.js';
import { testHost } from '../support/ssh-farm.js';
import { SshdFarm } from '../support/sshd-farm.js';

let farm: SshdFarm;

beforeAll(async () => {
  farm = await SshdFarm.make();
});

afterEach(() => farm.clear());

afterAll(() => farm.keys.remove());

/** What comes of these lines of ssh_config, by the words of the real `ssh -G`. */
async function endpointBy(...lines: readonly string[]): Promise<Endpoint> {
  await farm.config(...lines);
  const { transport: _none, ...ssh } = testHost({}).ssh;
  const endpoint = await resolveEndpoint({ ...testHost({}, 'seal-1'), ssh }, farm.context);
  if (!endpoint.ok) throw new Error(endpoint.diagnostic.message);
  return endpoint.value;
}

async function needsBy(...lines: readonly string[]): Promise<readonly string[]> {
  return findBeyondSsh2(await endpointBy(...lines), farm.context.files);
}

describe('what needs the system ssh, by ssh -G', () => {
  test.each<[lines: readonly string[], needs: readonly string[]]>([
    [[], []],
    [['GSSAPIAuthentication yes'], []],
    [
      ['GSSAPIAuthentication yes', 'PubkeyAuthentication no'],
      ['GSSAPI for host-1 (PubkeyAuthentication no)'],
    ],
    [['PubkeyAuthentication no', 'GSSAPIAuthentication no'], []],
    [['RevokedHostKeys none'], []],
    [
      ['RevokedHostKeys /etc/ssh/revoked'],
      ['a list of revoked host keys for host-1 (RevokedHostKeys /etc/ssh/revoked)'],
    ],
    [['CertificateFile /k-cert.pub'], ['a certificate for host-1 (CertificateFile /k-cert.pub)']],
  ])('%j', async (lines, needs) => {
    expect(await needsBy(...lines)).toEqual(needs);
  });
});

describe('a host key in a list of RevokedHostKeys', () => {
  test.each(['openssh', undefined] as const)('is refused by %s', async (transport) => {
    const host = await farm.host(await farm.sshd());
    const revoked = await farm.file(`${farm.keys.hostKey.publicText}\n`);
    await farm.config(`RevokedHostKeys "${revoked}"`);
    const { transport: _none, ...ssh } = host.ssh;
    const refusal = await farm.refusal({
      ...host,
      ssh: transport === undefined ? ssh : { ...ssh, transport },
    });
    expect(refusal).toMatchObject({ code: 'SF402', place: { kind: 'host', host: 'host-1' } });
    expect(refusal.message).toMatch(/shows the host key SHA256:\S+ \(\S+\), which is revoked \(.*file \d+\)/);
    expect(refusal.help).toBe('Do not log in there. Give the host a new host key and make that one known.');
  });

  test('lets others in', async () => {
    const host = await farm.host(await farm.sshd());
    const { transport: _none, ...ssh } = host.ssh;
    await farm.config(`RevokedHostKeys "${await farm.file('')}"`);
    expect(await farm.reach({ ...host, ssh })).toBeInstanceOf(OpensshRemote);
  });

  test.each(['openssh', 'ssh2'] as const)('lets nobody in where %s cannot read it', async (transport) => {
    const host = await farm.host(await farm.sshd());
    await farm.config('RevokedHostKeys /no/such/list');
    const refusal = await farm.refusal({ ...host, ssh: { ...host.ssh, transport } });
    expect(refusal).toMatchObject({ code: 'SF408', place: { kind: 'host', host: 'host-1' } });
    expect(refusal.message).toContain('/no/such/list');
  });
});

describe('by ssh -G', () => {
  test('the usual keys are those that nobody has named', async () => {
    const { keys } = await endpointBy();
    expect(keys).toMatchObject({ named: false, only: false });
    expect(keys.files.map((file) => basename(file))).toEqual(['id_ed25519', 'id_ecdsa', 'id_rsa']);
  });

  test('a usual key named alone is the only one', async () => {
    const { keys } = await endpointBy('IdentityFile ~/.ssh/id_rsa', 'IdentitiesOnly yes');
    const file = join(farm.keys.homeDir, '.ssh/id_rsa');
    expect(keys).toMatchObject({ files: [file], named: true, only: true });
  });

  test('no key file is none', async () => {
    expect((await endpointBy('IdentityFile none')).keys).toMatchObject({ files: [], named: true });
  });

  test('UserKnownHostsFile none leaves the system-wide file alone', async () => {
    const none = 'UserKnownHostsFile none';
    expect((await endpointBy(none, 'GlobalKnownHostsFile /g')).hostKeys.files).toEqual(['/g']);
    const nothing = await endpointBy(none, 'GlobalKnownHostsFile none', 'StrictHostKeyChecking accept-new');
    expect(await readHostKeyCheck(nothing, farm.context.files)).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF408', help: expect.stringContaining('ssh.knownHostsFile') as string },
    });
  });
});
