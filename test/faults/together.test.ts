import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/cli.js';
import { until } from '../support/until.js';
import { FaultFarm } from './fault-farm.js';
import { FIRST } from './host-edit.js';

let farm: FaultFarm;

beforeAll(async () => {
  farm = await FaultFarm.up(3);
  await farm.write(new Map());
  const { code, stdout, stderr } = await farm.sandbox.run(['apply', '--yes']);
  expect(code, stdout + stderr).toBe(0);
});

afterAll(async () => {
  await farm.down();
});

it('refuses who does not wait for a lock, lets the others work one after the other, and loses nothing', async () => {
  await farm.write(
    new Map(farm.hosts.map((host) => [host, { ...FIRST, limit: 3 as const, weight: 11 as const }])),
  );
  const locks = farm.hosts.map((host) => farm.sandbox.host(host, 'state', 'lock'));
  for (const lock of locks) await writeFile(lock, `alice@desk since ${new Date().toISOString()}: apply\n`);
  const waiting = [
    start('apply', '--yes', '--allow-large', '--json', '--lock-timeout', '2m'),
    start('drain', 'host-3', '--no-stop', '--json', '--lock-timeout', '2m'),
  ];
  const refused = await farm.sandbox.run(['apply', '--yes', '--allow-large']);
  expect([refused.code, refused.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringMatching(/SF609: host-\d is locked by alice@desk since \d+ \w+ \(apply\)/),
  ]);
  for (const { said } of waiting) await until(() => said().includes('"lock-waiting"'), 'it waits for a lock');
  // Everybody is at work when they begin, however long a slow machine takes to.
  farm.sandbox.setSpeed({ PC1: 10_000 });
  await farm.submit(9);
  for (const worker of ['worker-1', 'worker-2', 'worker-3'])
    await eventually(`PC1 on ${worker}`, () => farm.sandbox.eye.runs(worker, 'PC1'));
  for (const lock of locks) await rm(lock);
  for (const { said, code } of waiting) expect(await code, said()).toBe(0);
  const manifest = JSON.parse(await farm.sandbox.read('host-3', 'state', 'manifest.json')) as object;
  expect(manifest).toMatchObject({ intents: { 'worker-3': {} } });
  expect(await farm.locks()).toEqual(new Map());

  const after = await farm.sandbox.run(['apply', '--yes', '--allow-large']);
  expect(after.code, after.stdout + after.stderr).toBe(0);
  const resumed = await farm.sandbox.run(['resume', 'host-3']);
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
  expect(await farm.sandbox.plannedSteps()).toEqual([]);
  for (const host of farm.hosts) expect(await farm.wrongFiles(host)).toEqual([]);
  // Nobody did again what another one had done.
  for (const host of ['host-1', 'host-2']) expect(await restarts(host)).toBe(1);
  await eventually('all sectors proving', () => farm.allProving());
  expect(farm.lostJobs()).toEqual([]);
});

/** A command that goes on beside others. */
function start(...words: readonly string[]): { said: () => string; code: Promise<unknown> } {
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, ...words], {
    cwd: farm.sandbox.dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { said: () => said, code: once(child, 'close').then(([code]: unknown[]) => code) };
}

async function restarts(host: string): Promise<number> {
  const lines = (await farm.sandbox.read(host, 'state', 'journal.jsonl')).trimEnd().split('\n');
  return lines.filter((line) => /\/restart"/.test(line) && line.includes('"done"')).length;
}
