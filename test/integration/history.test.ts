import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { thisProcess } from '../../src/cli/this-process.js';
import { formatHolder } from '../../src/host/lock-holder.js';
import { SandboxFarm } from '../support/sandbox-farm.js';
import { until } from '../support/until.js';

let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up(1);
});

afterAll(() => farm.down());

const ENV = ['etc', 'workers', 'worker-1', 'worker.env'] as const;

/** As by a process of this machine. */
async function lockBy(pid: number): Promise<void> {
  const since = new Date().toISOString();
  const holder = formatHolder({ who: 'bob@desk', since, why: 'drain', process: { ...thisProcess(), pid } });
  await writeFile(farm.host('host-1', 'state', 'lock'), `${holder}\n`);
}

/** A process that is no more. */
async function ended(): Promise<ChildProcess> {
  const child = spawn('true');
  await once(child, 'exit');
  return child;
}

interface Run {
  readonly command: string;
  readonly outcome: string;
  readonly hosts: readonly { readonly changed: readonly string[]; readonly to?: number }[];
}

async function runs(): Promise<readonly Run[]> {
  const { code, stdout } = await farm.run(['history', 'host-1', '--json']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { readonly runs: readonly Run[] }).runs;
}

/** Each test goes on where the one before it left the farm. */
it('shows what two applies did, by run', async () => {
  expect((await farm.run(['history'])).stderr).toContain('No run is noted there.');
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  await farm.edit((text) => text.replace(/^( *)profile: (\S+)$/m, '$1profile: $2\n$1limits: { PC1: 1 }'));
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  const [first, second] = await runs();
  expect([first, second]).toMatchObject([
    { command: 'apply', outcome: 'done' },
    { command: 'apply', outcome: 'done', hosts: [{ to: 1, changed: [farm.host('host-1', ...ENV)] }] },
  ]);
  expect(first?.hosts[0]?.changed.length).toBeGreaterThan(2);
  const { stdout } = await farm.run(['history']);
  expect(stdout.trim().split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}apply {2}\S+@\S+ {2}\S+ {2}done$/) as string,
    expect.stringMatching(
      /^ {2}host-1: 2 steps done, 1 file changed, back: rollback host-1 --to 1$/,
    ) as string,
  ]);
});

it('brings the files back with the token that is there now, and shows no secret', async () => {
  const token = (await readFile(join(farm.dir, 'miner', 'token'), 'utf8')).trim();
  const limited = await farm.read('host-1', ...ENV);
  expect(limited).toContain('PC1_32G_MAX_CONCURRENT=1');
  const unasked = await farm.run(['rollback', 'host-1']);
  expect([unasked.code, unasked.stderr]).toEqual([64, expect.stringContaining('SF614')]);
  expect(await farm.read('host-1', ...ENV)).toBe(limited);
  const back = await farm.run(['rollback', 'host-1', '--yes']);
  expect(back.code, back.stdout + back.stderr).toBe(0);
  expect(back.stdout).toMatch(/^-PC1_32G_MAX_CONCURRENT=1$/m);
  expect(back.stdout + back.stderr).not.toContain(token);
  expect(back.stderr).toContain('put it back in git too');
  const before = await farm.read('host-1', ...ENV);
  expect(before).not.toContain('PC1_32G_MAX_CONCURRENT=1');
  expect(before).toContain(`MINER_API_INFO=${token}`);
  expect(before).not.toContain('(secret)');
  expect(await farm.read('host-1', 'state', 'journal.jsonl')).not.toContain(token);
  expect((await runs()).at(-1)).toMatchObject({ command: 'rollback', outcome: 'done', hosts: [{ to: 1 }] });
  const plan = await farm.run(['plan', '--detailed-exitcode']);
  expect([plan.code, plan.stdout]).toEqual([2, expect.stringContaining('worker.env')]);
});

it('goes forward again with the next apply, and has an end to how far it goes back', async () => {
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  expect(await farm.read('host-1', ...ENV)).toContain('PC1_32G_MAX_CONCURRENT=1');
  const far = await farm.run(['rollback', 'host-1', '--to', '9', '--yes']);
  expect([far.code, far.stderr]).toEqual([1, expect.stringContaining('SF631')]);
  const edited = `${await farm.read('host-1', ...ENV)}BY_HAND=1\n`;
  await writeFile(farm.host('host-1', ...ENV), edited);
  const refused = await farm.run(['rollback', 'host-1', '--yes']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('SF632')]);
  expect(await farm.read('host-1', ...ENV)).toBe(edited);
});

it('waits for a lock that a living process holds, and goes on when it is free', async () => {
  await lockBy(process.pid);
  const refused = await farm.run(['apply', '--yes']);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('host-1 is locked by bob@desk since '),
  ]);
  expect(refused.stderr).toContain(`(drain, process ${process.pid})`);
  expect((await farm.run(['unlock', 'host-1'])).code).toBe(1);
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
  const args = [main, 'apply', '--yes', '--json', '--lock-timeout', '2m'];
  const waiting = spawn(process.execPath, args, { cwd: farm.dir, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  waiting.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(waiting, 'close');
  try {
    await until(() => said.includes('"lock-waiting"'), 'it waits for the lock');
    expect((await farm.run(['unlock', 'host-1', '--force'])).code).toBe(0);
    expect(await ended).toEqual([0, null]);
  } finally {
    waiting.kill('SIGKILL');
  }
  expect(said).toContain('"lock-free"');
  expect((await farm.run(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it('names a lock whose process has ended, and unlocks it without force', async () => {
  await lockBy((await ended()).pid ?? 0);
  await farm.edit((text) => text.replace('limits: { PC1: 1 }', 'limits: { PC1: 2 }'));
  const refused = await farm.run(['apply', '--yes', '--lock-timeout', '1h']);
  expect(refused.code).toBe(1);
  expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
    'has ended, so nobody will give the lock back: sealfarm unlock host-1',
  );
  const unlocked = await farm.run(['unlock', 'host-1']);
  expect([unlocked.code, unlocked.stdout]).toEqual([
    0,
    expect.stringContaining('It was stale: its process has ended.'),
  ]);
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
});

it("needs no token of the miner's to look at hosts and to unlock them", async () => {
  const file = await farm.readFile();
  await farm.edit((text) => text.replace(/token: \{ file: .* \}/, 'token: { env: SEALFARM_NOT_THERE }'));
  await lockBy((await ended()).pid ?? 0);
  expect((await farm.run(['plan'])).stderr).toContain('SF301');
  expect(await farm.run(['unlock', 'host-1'])).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout, stderr } = await farm.run(['history', '--limit', '100']);
  expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('rollback host-1 --to 1')]);
  await farm.edit(() => file);
});

it('names hosts that cannot be reached', async () => {
  await farm.edit((text) =>
    text.replace(
      /^hosts:$/m,
      'hosts:\n  gone:\n    address: 127.0.0.2\n    ssh: { port: 1 }\n    workers: {}',
    ),
  );
  const { code, stdout, stderr } = await farm.run(['history', '--limit', '1']);
  expect([code, stderr]).toEqual([3, expect.stringContaining('gone')]);
  expect(stdout.trim().split('\n')).toHaveLength(2);
});
