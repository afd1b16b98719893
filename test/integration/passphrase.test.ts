import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, sealfarm } from '../support/cli.js';
import { makeSshFolder, startKnownServer, type SshFolder } from '../support/ssh-farm.js';
import { makeKey } from '../support/ssh-keys.js';
import type { SshServer } from '../support/ssh-server.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
const PASSPHRASE = 'correct horse';

describe('an encrypted key', () => {
  let keys: SshFolder;
  let server: SshServer;
  let file: string;
  let asking: ChildProcess | undefined;

  beforeAll(async () => {
    keys = await makeSshFolder();
  });
  beforeEach(async () => {
    const key = await makeKey(keys.folder, `locked-${Date.now()}`, { passphrase: PASSPHRASE });
    const started = await startKnownServer(keys, { authorizedKeys: [key.publicBlob] });
    server = started.server;
    const { port, knownHostsFile } = started.host.ssh;
    file = join(keys.folder, 'sealfarm.yaml');
    const ssh = `{ transport: ssh2, user: me, port: ${port ?? 0}, knownHostsFile: ${knownHostsFile ?? ''}, identityFile: ${key.privateFile} }`;
    await writeFile(
      file,
      `version: 1\nfarm: test\nsectorSize: 32GiB\nminer: { api: /ip4/127.0.0.1/tcp/1/http, token: { env: MINER_TOKEN } }\n` +
        `hosts:\n  host-1: { address: 127.0.0.1, ssh: ${ssh}, workers: {} }\n`,
    );
  });
  afterEach(async () => {
    asking?.kill();
    await server.stop();
  });
  afterAll(() => keys.remove());

  it('is opened by its passphrase, asked for on the terminal and not shown', async () => {
    const child = spawn(
      'script',
      ['-qec', `'${process.execPath}' '${MAIN}' status -c '${file}'`, '/dev/null'],
      {
        stdio: 'pipe',
        env: { ...process.env, MINER_TOKEN: 'x', SSH_AUTH_SOCK: '' },
      },
    );
    asking = child;
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await eventually('it asks', () => said.includes('Passphrase of '));
    child.stdin.write('wrong\r');
    await eventually('it asks again', () => said.includes('Wrong. Passphrase of '));
    child.stdin.write(`${PASSPHRASE}\r`);
    await ended;
    child.stdin.end();
    expect(server.commands.length, said).toBeGreaterThan(0);
    expect(said).not.toContain(PASSPHRASE);
  });

  it('is refused without a terminal, with what to do', async () => {
    const env = { MINER_TOKEN: 'x', SSH_AUTH_SOCK: '' };
    const { stdout, stderr } = await sealfarm(['status', '-c', file], { cwd: keys.folder, env });
    expect(stdout + stderr).toContain('SF409');
    expect(stdout + stderr).toContain('ssh-add');
    expect(server.connections).toBe(0);
  });
});
