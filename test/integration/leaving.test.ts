import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, sealfarmStarted, type CliResult } from '../support/cli.js';
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

/** By a plan that is put away; it does not hold while somebody has edited a file that it was made from. */
async function applySaved(file: string, edited: string): Promise<void> {
  const saved = await farm.run(['plan', '--out', file]);
  expect(saved.code, saved.stderr).toBe(0);
  const before = await readFile(edited, 'utf8');
  await writeFile(edited, `${before}BY_HAND=1\n`);
  const refused = await farm.run(['apply', file, '--allow-large']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('error SF623') as string]);
  await writeFile(edited, before);
  const applied = await appliedAtLast(file);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
}

/** A saved plan does not hold, either, when sectors have left a path meanwhile: it is made anew then, once for each at most. */
async function appliedAtLast(file: string): Promise<CliResult> {
  let applied = await farm.run(['apply', file, '--allow-large']);
  for (let sectors = 6; sectors > 0 && applied.stderr.includes('error SF623'); sectors--) {
    expect((await farm.run(['plan', '--out', file])).code).toBe(0);
    applied = await farm.run(['apply', file, '--allow-large']);
  }
  return applied;
}

/** The miner notices it only when it asks next. */
const gone = (worker: string): Promise<void> =>
  eventually(`${worker} is gone`, async () => (await farm.eye.session(worker)) === undefined);

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
  // Whether sectors lie on a path is a thing that a saved plan rests on: on a quick machine they would be gone by the apply.
  farm.holdSeeds();
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
  await applySaved('rename.json', farm.host('host-1', 'etc', 'workers', 'worker-1', 'worker.env'));
  farm.letSeedsCome();
  expect(await plan()).toEqual([]);
  expect(await farm.eye.session('first')).toBeDefined();
  await gone('worker-1');
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

it('shows it while it leaves, with its log, and says so to whoever would drain or resume it', async () => {
  const { stdout } = await farm.run(['status']);
  expect(stdout).toMatch(/host-3 +worker-3 +leaving/);
  const logs = await farm.run(['logs', 'worker-3', '--lines', '5']);
  expect([logs.code, logs.stdout.length > 0]).toEqual([0, true]);
  expect((await farm.run(['logs', 'nobody'])).stderr).toContain('error SF611');
  for (const command of ['drain', 'resume']) {
    const said = await farm.run([command, 'worker-3']);
    expect(said.code).toBe(64);
    expect(said.stderr.replace(/\s+/g, ' ')).toContain(
      'error SF576: worker-3 is in the file no more: `sealfarm apply` drains it to empty, stops and removes it',
    );
  }
});

it('takes up what was killed in the middle', async () => {
  const killed = sealfarmStarted(['apply', '--yes', '--allow-large'], farm.dir);
  try {
    await eventually('the drain is noted', async () =>
      JSON.stringify(await manifest('host-3')).includes('"who":"sealfarm"'),
    );
  } finally {
    await killed.kill();
  }
  expect(await manifest('host-3')).toMatchObject({
    workers: ['worker-3'],
    intents: { 'worker-3': { who: 'sealfarm', why: 'it is in the file no more' } },
  });
  expect(await plan()).toMatchObject([{ id: 'worker-3/remove-worker' }]);
  expect((await farm.run(['unlock', 'host-3'])).code).toBe(0);
});

it('drains it to empty, stops and removes it, and has nothing to do then', async () => {
  await applySaved('removal.json', farm.host('host-3', 'etc', 'workers', 'worker-3', 'worker.env'));
  await gone('worker-3');
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
