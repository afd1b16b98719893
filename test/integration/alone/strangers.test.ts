import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SandboxFarm } from '../../support/sandbox-farm.js';

/** Each sandbox that runs meanwhile would see the stranger, too: the hosts of all of them see the processes of one machine. */
let farm: SandboxFarm;
let child: ChildProcess | undefined;

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
});

afterEach(async () => {
  if (child === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});

afterAll(() => farm.down());

it('a worker that somebody else keeps is told and left alone', async () => {
  const repo = join(farm.dir, 'elsewhere');
  const stranger = spawn(farm.host('host-2', 'bin', 'lotus-worker'), ['run'], {
    // There is no such miner: it waits for it, as Lotus does.
    env: {
      PATH: process.env['PATH'] ?? '',
      LOTUS_WORKER_PATH: repo,
      MINER_API_INFO: 'x:/ip4/127.0.0.1/tcp/1/http',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = stranger;
  await once(stranger.stdout, 'data');
  const planned = JSON.parse((await farm.run(['plan', '--json'])).stdout) as {
    readonly hosts: readonly { readonly steps: readonly unknown[] }[];
    readonly diagnostics: readonly unknown[];
  };
  expect(planned.hosts.map(({ steps }) => steps)).toEqual([[], []]);
  const told = { code: 'SF545', severity: 'warning', message: expect.stringContaining(repo) as string };
  expect(planned.diagnostics).toMatchObject([told, told]);
  expect(stranger.exitCode).toBeNull();
});
