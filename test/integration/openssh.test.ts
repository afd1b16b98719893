import { spawn, type ChildProcess } from 'node:child_process';
import { access, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import type { Sshd } from '../support/sshd.js';
import { SshdFarm } from '../support/sshd-farm.js';

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
});
