import { access, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** One busy farm: a worker gets another name, then one leaves, then the whole of a host. Each step builds on the one before. */
let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up();
  const applied = await farm.run(['apply', '--yes']);
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr);
});

afterAll(async () => {
  await farm.down();
});

const plan = (): ReturnType<SandboxFarm['plannedSteps']> => farm.plannedSteps();

async function apply(): Promise<void> {
  const applied = await farm.run(['apply', '--yes', '--allow-large']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
}

/** What the host remembers. */
async function manifest(host: string): Promise<unknown> {
  return JSON.parse(await farm.read(host, 'state', 'manifest.json'));
}

async function exists(...path: readonly [string, ...string[]]): Promise<boolean> {
  return access(farm.host(...path)).then(
    () => true,
    () => false,
  );
}

/** The text without the entry of a worker. */
function withoutWorker(text: string, name: string): string {
  const from = text.indexOf(`      ${name}:\n`);
  const rest = text.slice(from).split('\n').slice(1);
  const length = rest.findIndex((line) => !line.startsWith('        '));
  const entry = [`      ${name}:`, ...rest.slice(0, length)].join('\n');
  return text.replace(`workers:\n${entry}`, 'workers: {}');
}

it('gives a busy worker another name, with its repo and the IDs of its paths', async () => {
  await farm.submit(6);
  await eventually('PC1 on worker-1', () => farm.eye.runs('worker-1', 'PC1'));
  const id = await farm.read('host-1', 'seal', 'sectorstore.json');
  await farm.edit((text) =>
    text.replace('      worker-1:\n', '      first:\n        renamedFrom: worker-1\n'),
  );
  const restarts = (await plan()).filter(({ disruption }) => disruption !== 'none');
  expect(restarts).toMatchObject([
    { id: 'first/restart', action: { kind: 'restart', from: 'worker-1' }, disruption: 'restart' },
  ]);
  await apply();
  expect(await plan()).toEqual([]);
  expect(await farm.eye.session('first')).toBeDefined();
  expect(await farm.eye.session('worker-1')).toBeUndefined();
  expect(await farm.read('host-1', 'seal', 'sectorstore.json')).toBe(id);
  expect(await manifest('host-1')).toMatchObject({ workers: ['first'], intents: {} });
  expect(await readdir(farm.host('host-1', 'etc', 'workers'))).toEqual(['first']);
  await eventually('all sectors proving', () => farm.allProving(6));
});

it('says that a worker goes, and what stays', async () => {
  await farm.submit(6);
  await eventually('PC1 on worker-3', () => farm.eye.runs('worker-3', 'PC1'));
  await farm.edit((text) => withoutWorker(text, 'worker-3'));
  expect(await plan()).toMatchObject([
    {
      id: 'worker-3/remove-worker',
      action: { kind: 'remove-worker', repo: expect.any(String) as string },
      disruption: 'empty',
      reason: 'removed-from-config',
    },
  ]);
  const { stdout } = await farm.run(['plan']);
  expect(stdout).toContain('- remove worker-3');
  expect(stdout.replace(/\s+/g, ' ')).toContain('and its storage paths stay with all data');
  expect(stdout).toContain('1 worker to remove');
});

it('drains it to empty, stops and removes it, and has nothing to do then', async () => {
  await apply();
  expect(await farm.eye.session('worker-3')).toBeUndefined();
  expect(await farm.eye.sectorsOn('host-3')).toBe(0);
  expect(await plan()).toEqual([]);
  expect(await manifest('host-3')).toMatchObject({ workers: [], intents: {} });
  expect(await exists('host-3', 'etc', 'workers', 'worker-3')).toBe(false);
  expect(await exists('host-3', 'seal', 'sectorstore.json')).toBe(true);
  await eventually('all sectors proving', () => farm.allProving(12));
});

it('never failed a job', () => {
  expect(farm.eye.failedJobs()).toEqual([]);
});
