import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** One farm, taken through its life in order; each step builds on the one before. */
let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up();
});

afterAll(async () => {
  await farm.down();
});

const plan = (): ReturnType<SandboxFarm['plannedSteps']> => farm.plannedSteps();

it('starts three workers, and then has nothing to do', async () => {
  const first = await plan();
  expect(first.filter(({ id }) => id.endsWith('/start')).map(({ id }) => id)).toEqual([
    'worker-1/start',
    'worker-2/start',
    'worker-3/start',
  ]);
  expect((await farm.run(['plan', '--detailed-exitcode'])).code).toBe(2);
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(await plan()).toEqual([]);
  expect((await farm.run(['plan', '--detailed-exitcode'])).code).toBe(0);
});

it("brings worker-3's PC1 output to worker-1 alone", async () => {
  await farm.submit(6);
  await eventually('all sectors proving', () => farm.allProving(6));
  const targets = farm.eye.fetchesFrom('host-3');
  expect(targets.length).toBeGreaterThan(0);
  expect(new Set(targets)).toEqual(new Set(['worker-1']));
});

it('changes a storage group while PC1 runs', async () => {
  await farm.submit(3);
  await eventually('PC1 on worker-3', () => farm.eye.runs('worker-3', 'PC1'));
  await farm.edit((text) =>
    text.replace(
      /allowTo: \[example-seal-group-1\](?=, mount: any \}\n*$)/,
      'allowTo: [example-seal-group-2]',
    ),
  );
  const sessions = await Promise.all(
    ['worker-1', 'worker-2', 'worker-3'].map((name) => farm.eye.session(name)),
  );
  const steps = await plan();
  expect(steps.map(({ disruption }) => disruption)).toEqual(['none', 'live']);
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  expect(await farm.eye.allowTo('host-3')).toEqual(['example-seal-group-2']);
  expect(
    await Promise.all(['worker-1', 'worker-2', 'worker-3'].map((name) => farm.eye.session(name))),
  ).toEqual(sessions);
  expect(await plan()).toEqual([]);
});

it('waits until a worker is quiet before it restarts it with a new limit', async () => {
  await farm.submit(9);
  await eventually('PC1 on worker-1', () => farm.eye.runs('worker-1', 'PC1'));
  await farm.edit((text) => text.replace('profile: pc1-pc2', 'profile: pc1-pc2\n        limits: { PC1: 2 }'));
  const restart = (await plan()).find(({ disruption }) => disruption === 'restart');
  expect(restart).toMatchObject({ id: 'worker-1/restart', reason: 'config-changed' });
  const before = await farm.eye.session('worker-1');
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(await farm.eye.session('worker-1')).not.toBe(before);
  expect(await farm.eye.limit('worker-1')).toBe(2);
  expect(await plan()).toEqual([]);
});

it('drains a busy host without stranding a sector, and gives it back', async () => {
  await farm.submit(4);
  await eventually('PC1 on worker-3', () => farm.eye.runs('worker-3', 'PC1'));
  const drained = await farm.run(['drain', 'host-3', '--reason', 'new NVMe']);
  expect(drained.code, drained.stdout + drained.stderr).toBe(0);
  await eventually('worker-3 gone', async () => (await farm.eye.session('worker-3')) === undefined);
  expect(await farm.eye.sectorsOn('host-3')).toBe(0);
  expect(await plan()).toEqual([]);
  expect(JSON.parse(await farm.read('host-3', 'state', 'manifest.json'))).toMatchObject({
    intents: { 'worker-3': { why: 'new NVMe' } },
  });
  await eventually('all sectors proving', () => farm.allProving(22));
  expect((await farm.run(['resume', 'host-3'])).code).toBe(0);
  expect(await farm.eye.session('worker-3')).toBeDefined();
  expect(await plan()).toEqual([]);
});

it('never failed a job', () => {
  expect(farm.eye.failedJobs()).toEqual([]);
});
