import { readFile, rm, symlink } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import type { Speed } from '../../src/sandbox/speed.js';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** Sectors that wait for their seed long enough to be looked at. */
const SLOW_SEED = { AP: 100, PC1: 500, PC2: 200, WaitSeed: 20_000, C1: 100, C2: 200, FIN: 100, GET: 100 };

let farm: SandboxFarm | undefined;

afterEach(async () => {
  await farm?.down();
  farm = undefined;
});

async function applied(hosts: number, speed?: Speed): Promise<SandboxFarm> {
  farm = await SandboxFarm.up(hosts, speed);
  const result = await farm.run(['apply', '--yes']);
  expect(result.code, result.stdout + result.stderr).toBe(0);
  return farm;
}

it('drains a host while another one is down', async () => {
  const sandbox = await applied(3);
  await sandbox.edit((text) =>
    text.replace('address: 127.0.0.12', 'address: 127.0.0.12\n    ssh: { port: 1 }'),
  );
  const drained = await sandbox.run(['drain', 'host-3']);
  expect(drained.code, drained.stdout + drained.stderr).toBe(0);
  await eventually('worker-3 gone', async () => (await sandbox.eye.session('worker-3')) === undefined);
});

it('drains what it can where some hosts cannot be locked or written, and says which at the end', async () => {
  const sandbox = await applied(3);
  const inTheWay = [sandbox.host('host-1', 'state', 'lock'), sandbox.host('host-2', 'state', 'backups')];
  for (const path of inTheWay) {
    await rm(path, { recursive: true, force: true });
    await symlink('nowhere', path);
  }
  const drained = await sandbox.run(['drain', '--allow-last', 'host-1', 'host-2', 'host-3', '--json']);
  expect(drained.code, drained.stdout).toBe(1);
  const said = drained.stdout.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(said.filter(({ type }) => type === 'drain-ended')).toMatchObject([{ worker: 'worker-3' }]);
  expect(said.at(-1)).toMatchObject({
    type: 'diagnostics',
    diagnostics: [
      { code: 'SF602', message: expect.stringMatching(/^cannot take the lock of host-1: /) as string },
      {
        code: 'SF602',
        message: expect.stringMatching(/^cannot write .*manifest.json on host-2: /) as string,
      },
    ],
  });
  for (const path of inTheWay) await rm(path);
  expect(await sandbox.eye.session('worker-1')).toBeDefined();
  expect(await sandbox.eye.session('worker-2')).toBeDefined();
  await eventually('worker-3 gone', async () => (await sandbox.eye.session('worker-3')) === undefined);
  const again = await sandbox.run(['drain', '--allow-last', 'host-1', 'host-2', 'host-3']);
  expect(again.code, again.stdout + again.stderr).toBe(0);
  await eventually('worker-1 gone', async () => (await sandbox.eye.session('worker-1')) === undefined);
});

it('says of each host that it cannot be locked, also where none can', async () => {
  const sandbox = await applied(2);
  for (const host of ['host-1', 'host-2']) await symlink('nowhere', sandbox.host(host, 'state', 'lock'));
  const drained = await sandbox.run(['drain', '--allow-last', 'host-1', 'host-2']);
  expect(drained.code).toBe(1);
  expect(drained.stderr).toMatch(/cannot take the lock of host-1[^]*\n {2}host-1\n {2}likewise host-2\n/);
});

it('does not take a worker for empty because its path has a second, dead address in the index', async () => {
  const sandbox = await applied(1, SLOW_SEED);
  const pid = (await sandbox.read('host-1', 'state', 'run', 'worker-1.pid')).split(' ')[0];
  process.kill(Number(pid), 'SIGKILL');
  await sandbox.edit((text) =>
    text.replace(
      /listen: 127\.0\.0\.11:(\d+)/,
      (_, port: string) => `listen: 127.0.0.11:${Number(port) + 1}`,
    ),
  );
  expect((await sandbox.run(['apply', '--yes'])).code).toBe(0);
  await sandbox.submit(1);
  await eventually(
    'a sector that waits for its seed',
    async () => (await sandbox.eye.sectorStates()).join() === 'WaitSeed',
  );
  const drained = await sandbox.run(['drain', '--allow-last', 'worker-1', '--deadline', '3s']);
  expect(drained.code, drained.stdout).toBe(1);
  expect(drained.stdout + drained.stderr).toContain('SF610');
  expect(await sandbox.eye.session('worker-1')).toBeDefined();
});

it('ends a drain that somebody takes back, and leaves the worker at work', async () => {
  const sandbox = await applied(1, SLOW_SEED);
  await sandbox.submit(1);
  await eventually(
    'a sector that waits for its seed',
    async () => (await sandbox.eye.sectorStates()).join() === 'WaitSeed',
  );
  const draining = sandbox.run(['drain', '--allow-last', 'worker-1']);
  await eventually('the drain is on the host', async () =>
    (await readFile(sandbox.host('host-1', 'state', 'manifest.json'), 'utf8')).includes('"who"'),
  );
  const resumed = await sandbox.run(['resume', 'worker-1']);
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
  const drained = await draining;
  expect(drained.code).toBe(1);
  expect(drained.stdout + drained.stderr).toContain('SF616');
  expect(await sandbox.eye.session('worker-1')).toBeDefined();
  expect((await sandbox.run(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it('starts no second worker beside one that was renamed in the file', async () => {
  const sandbox = await applied(1);
  await sandbox.edit((text) =>
    text
      .replace('worker-1:', 'worker-new:')
      .replace(/repo: (\S+)/, 'repo: $1-new')
      .replace(/listen: 127\.0\.0\.11:\d+/, 'listen: 127.0.0.11:39998'),
  );
  const planned = await sandbox.run(['apply', '--yes']);
  expect(planned.code).toBe(1);
  expect(planned.stdout + planned.stderr).toContain('SF515');
  expect(await sandbox.eye.session('worker-new')).toBeUndefined();
});
