import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../src/farm/farm.js';
import { connect } from '../../src/remote/connect.js';
import type { Remote } from '../../src/remote/remote.js';
import { streamInput } from '../../src/remote/script.js';
import { SHELLS } from '../support/host-folder.js';
import { aContext, makeSshFolder, startKnownServer, testHost, type SshFolder } from '../support/ssh-farm.js';
import type { SshServer } from '../support/ssh-server.js';
import { until } from '../support/until.js';

let keys: SshFolder;
let server: SshServer;
let host: Host;
let remote: Remote;
let folder: string;
let stopping: AbortController;
let said: string;

const listen = (chunk: Buffer): void => {
  said += chunk.toString();
};

beforeAll(async () => {
  keys = await makeSshFolder();
  ({ server, host } = await startKnownServer(keys, { commandsStay: true }));
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-stream-'));
  stopping = new AbortController();
  said = '';
});

afterEach(async () => {
  stopping.abort();
  await rm(folder, { recursive: true });
});

afterAll(async () => {
  await server.stop();
  await keys.remove();
});

/** Follows a file, and says by which processes. */
const FOLLOW = (): string => `tail -f '${folder}/log' &
echo "$$ $!" >'${folder}/pids.tmp'; mv '${folder}/pids.tmp' '${folder}/pids'; wait`;

async function pids(): Promise<readonly number[]> {
  const read = (): Promise<string> => readFile(join(folder, 'pids'), 'utf8').catch(() => '');
  await until(async () => (await read()) !== '', 'the script has begun');
  return (await read()).trim().split(' ').map(Number);
}

async function alive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

async function gone(processes: readonly number[]): Promise<void> {
  for (const pid of processes) await until(async () => !(await alive(pid)), `process ${pid} is gone`);
}

describe.each(['ssh2', 'openssh', 'local'] as const)('stream over %s', (transport) => {
  beforeEach(async () => {
    const target =
      transport === 'local' ? testHost({ transport }) : { ...host, ssh: { ...host.ssh, transport } };
    const result = await connect(target, aContext(keys.homeDir, { PATH: process.env['PATH'] }));
    if (!result.ok) throw new Error(result.diagnostic.message);
    remote = result.value;
  });

  afterEach(() => remote.close());

  test('hands over what comes, and ends with the status of the script', async () => {
    const result = await remote.stream('echo out; echo err >&2; exit 7', listen, stopping.signal);
    expect(result).toEqual({ ok: true, value: { stdout: '', stderr: 'err\n', status: 7 } });
    expect(said).toBe('out\n');
  });

  test('hands it over before the script ends, and ends all of it when told to', async () => {
    await writeFile(join(folder, 'log'), 'one\n');
    const streaming = remote.stream(FOLLOW(), listen, stopping.signal);
    await until(() => said === 'one\n', 'the first line is there');
    await appendFile(join(folder, 'log'), 'two\n');
    await until(() => said === 'one\ntwo\n', 'the second line is there');
    const processes = await pids();
    expect(await Promise.all(processes.map(alive))).toEqual([true, true]);
    stopping.abort();
    expect(await streaming).toMatchObject({ ok: true, value: { stdout: '' } });
    await gone(processes);
    await until(() => server.openChannels === 0, 'no channel is open');
  });

  test('ends what does not mind SIGTERM, and what says nothing', async () => {
    const script = `trap '' TERM; sh -c 'trap "" TERM; exec sleep 60' & echo "$$ $!" >'${folder}/pids'; wait; wait; sleep 60`;
    const streaming = remote.stream(script, listen, stopping.signal);
    const processes = await pids();
    stopping.abort();
    expect(await streaming).toMatchObject({ ok: true });
    await gone(processes);
  });

  test('closing the connection ends it on the host, too', async () => {
    await writeFile(join(folder, 'log'), '');
    const streaming = remote.stream(FOLLOW(), listen, stopping.signal);
    const processes = await pids();
    await remote.close();
    expect(await streaming).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
    await gone(processes);
  });

  test('does not begin to speak where it was told to end before', async () => {
    stopping.abort();
    const result = await remote.stream('echo begun; sleep 60', listen, stopping.signal);
    expect(result).toMatchObject({ ok: true });
    expect(said).toBe('');
  });

  test('many megabytes arrive whole', async () => {
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
    };
    await remote.stream('head -c 10485760 /dev/zero', count, stopping.signal);
    expect(bytes).toBe(10 * 2 ** 20);
  });

  test('a command that reads its input finds none', async () => {
    await remote.stream('cat; echo after', listen, stopping.signal);
    expect(said).toBe('after\n');
  });

  test('errors without end are kept to their beginning', async () => {
    const result = await remote.stream('yes no | head -n 100000 >&2', listen, stopping.signal);
    const stderr = result.ok ? result.value.stderr : '';
    expect(stderr.length).toBeLessThanOrEqual(2 ** 16);
    expect(stderr).toMatch(/^(?:no\n)*n?o?$/);
    expect(stderr.length).toBeGreaterThan(0);
  });
});

test('a connection that breaks ends it on the host, too', async () => {
  const own = await startKnownServer(keys, { commandsStay: true });
  const result = await connect(own.host, aContext(keys.homeDir));
  if (!result.ok) throw new Error(result.diagnostic.message);
  await writeFile(join(folder, 'log'), '');
  const streaming = result.value.stream(FOLLOW(), listen, stopping.signal);
  const processes = await pids();
  own.server.cut();
  expect(await streaming).toMatchObject({ ok: false, diagnostic: { code: 'SF405' } });
  await gone(processes);
  await own.server.stop();
});

describe.each(SHELLS.map((shell) => ({ shell })))('in $shell', ({ shell }) => {
  const start = (script: string): ReturnType<typeof spawn> => {
    const [program = '', ...args] = shell;
    const child = spawn(program, [...args, '-s'], { detached: true, stdio: 'pipe' });
    child.stdout.on('data', listen);
    child.stdin.on('error', () => undefined);
    child.stdin.write(streamInput(script));
    return child;
  };

  test('a script ends when its input does', async () => {
    const child = start(`echo begun; sleep 60`);
    await until(() => said === 'begun\n', 'it has begun');
    child.stdin?.end();
    await once(child, 'close');
    expect(child.exitCode).not.toBe(0);
  });

  test('a script that is done ends though its input does not', async () => {
    const child = start('echo "a (b)"; (exit 3)');
    await once(child, 'close');
    expect(child.exitCode).toBe(3);
    expect(said).toBe('a (b)\n');
  });
});
