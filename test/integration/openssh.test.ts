import { spawn, type ChildProcess } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, sealfarm } from '../support/cli.js';
import { makeKey } from '../support/ssh-keys.js';
import type { Sshd } from '../support/sshd.js';
import { certify, SshdFarm } from '../support/sshd-farm.js';

const DIST = join(import.meta.dirname, '..', '..', 'dist', 'remote');

/** Connects by the built program, tells where its master is, and waits; Ctrl-C ends it as it ends a command that looks. */
const PROGRAM = `
  const { connect } = await import(process.argv[1] + '/connect.js');
  const { JumpPool } = await import(process.argv[1] + '/jump-pool.js');
  const { OperatorFiles } = await import(process.argv[1] + '/operator-files.js');
  const { SshAnswers } = await import(process.argv[1] + '/ssh-answers.js');
  const [, , host, context, words] = process.argv;
  process.on('SIGINT', () => process.exit(130));
  const shared = { jumps: new JumpPool(), answers: new SshAnswers(), files: new OperatorFiles() };
  const remote = await connect(JSON.parse(host), { ...JSON.parse(context), ...shared });
  if (!remote.ok) throw new Error(remote.diagnostic.message);
  const script = remote.value.exec(words);
  console.log(remote.value.master.socket);
  await script;
  setInterval(() => undefined, 1000);
`;

describe('the system ssh in the background', () => {
  let farm: SshdFarm;
  let sshd: Sshd;
  let child: ChildProcess;

  beforeAll(async () => {
    farm = await SshdFarm.make();
  });
  afterEach(() => farm.clear());
  afterAll(() => farm.keys.remove());

  /** The socket of the master of a program that is connected and runs a script. */
  async function started(script: string): Promise<string> {
    sshd = await farm.sshd();
    const host = await farm.host(sshd, { transport: 'openssh' });
    const { environment, homeDir, sshConfigFile } = farm.context;
    const words = [
      DIST,
      JSON.stringify(host),
      JSON.stringify({ environment, homeDir, sshConfigFile }),
      script,
    ];
    child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await eventually('the program is connected', () => said.endsWith('\n'));
    return said.trim();
  }

  const isThere = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );

  async function ended(signal: NodeJS.Signals): Promise<void> {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exit;
  }

  it('ends with a command that Ctrl-C ends, and leaves nothing', async () => {
    const socket = await started('sleep 55');
    expect(await isThere(socket)).toBe(true);
    await ended('SIGINT');
    expect(await isThere(join(socket, '..'))).toBe(false);
    await eventually('the connection is closed', () => /Disconnected from|Connection closed/.test(sshd.log));
  });

  it('ends by itself when sealfarm is killed', async () => {
    const socket = await started('true');
    await ended('SIGKILL');
    await eventually('the master has ended', async () => !(await isThere(socket)));
    await rm(dirname(socket), { recursive: true });
    await eventually('the connection is closed', () => /Disconnected from|Connection closed/.test(sshd.log));
  });

  it('is taken by plan and doctor for a key with a certificate, and both say so', async () => {
    const [authority, user] = await Promise.all(
      ['user-ca', 'certified'].map((name) => makeKey(farm.keys.folder, name)),
    );
    if (authority === undefined || user === undefined) throw new Error('no keys');
    sshd = await farm.sshd({ authorized: [], config: [`TrustedUserCAKeys ${authority.publicFile}`] });
    await certify(authority, user, { names: sshd.user });
    const { ssh } = await farm.host(sshd);
    const file = await farm.file(`version: 1
farm: example
sectorSize: 32GiB
miner: { api: /ip4/127.0.0.1/tcp/1/http, token: { env: SEALFARM_TEST_TOKEN } }
hosts:
  host-1:
    address: ${sshd.address}
    ssh: { user: ${sshd.user}, port: ${sshd.port}, identityFile: ${user.privateFile}, knownHostsFile: '${ssh.knownHostsFile ?? ''}' }
    serviceManager: process
    paths: { config: ${farm.keys.folder}/etc, state: ${farm.keys.folder}/state }
    workers:
      worker-1:
        listen: 127.0.0.1:3456
        tasks: [precommit1]
        limits: { PC1: 1 }
        repo: ${farm.keys.folder}/repo
        storage: [{ path: ${farm.keys.folder}/seal, seal: true, mount: any }]
`);
    const env = { SEALFARM_TEST_TOKEN: 'token', HOME: farm.keys.homeDir };
    for (const command of ['plan', 'doctor']) {
      const said = await sealfarm([command, '--json', '-c', file], { cwd: farm.keys.folder, env });
      const { diagnostics } = JSON.parse(said.stdout) as { diagnostics: { code: string; message: string }[] };
      const chosen = diagnostics.filter(({ code }) => code === 'SF418');
      expect(
        chosen.map(({ message }) => message),
        said.stdout + said.stderr,
      ).toEqual([expect.stringContaining(`a certificate for host-1 (${user.privateFile}-cert.pub)`)]);
    }
    expect(sshd.connections).toBe(2);
  });
});
