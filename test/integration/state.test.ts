import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** One busy farm, whose file wants worker-2 drained, then stopped, then at work again. Each step builds on the one before. */
let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up(3);
  const applied = await farm.run(['apply', '--yes']);
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr);
});

afterAll(() => farm.down());

async function apply(...words: readonly string[]): Promise<void> {
  const applied = await farm.run(['apply', '--yes', ...words]);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
}

interface Shown {
  readonly name: string;
  readonly state: string;
  readonly declared: string;
  readonly tasks?: readonly string[];
  readonly drain?: Readonly<Record<string, unknown>>;
}

async function status(name: string): Promise<Shown | undefined> {
  const { stdout } = await farm.run(['status', '--json']);
  return (JSON.parse(stdout) as { workers: readonly Shown[] }).workers.find((worker) => worker.name === name);
}

it('drains a busy worker because the file says so, without waiting where nobody waits', async () => {
  farm.holdSeeds();
  await farm.submit(6);
  await eventually('PC1 on worker-2', () => farm.eye.runs('worker-2', 'PC1'));
  await farm.edit((text) => text.replace('      worker-2:\n', '      worker-2:\n        state: drained\n'));
  expect((await farm.plannedSteps()).map(({ id, reason }) => `${id} ${reason}`)).toEqual([
    'worker-2/write-file:' +
      farm.host('host-2', 'etc', 'workers', 'worker-2', 'worker.env') +
      ' config-changed',
    'worker-2/drain config-changed',
  ]);
  const detached = await farm.run(['apply', '--yes', '--detach']);
  expect(detached.code, detached.stdout + detached.stderr).toBe(3);
  expect(await status('worker-2')).toMatchObject({ state: 'draining', declared: 'drained' });
  farm.letSeedsCome();
});

it('comes to its end in the next apply, and then there is nothing to do', async () => {
  await apply();
  expect(await farm.eye.sectorsOn('host-2')).toBe(0);
  expect(await farm.plannedSteps()).toEqual([]);
  expect(await status('worker-2')).toMatchObject({
    state: 'drained',
    tasks: [],
    drain: { who: 'sealfarm.yaml', fromFile: true },
  });
  await eventually('all sectors proving', () => farm.allProving(6));
});

it('says to whoever resumes it that the file keeps it drained', async () => {
  const resumed = await farm.run(['resume', 'worker-2']);
  expect(resumed.code).toBe(1);
  expect(resumed.stderr).toContain(
    'error SF575: worker-2 does not work again: the file says `state: drained`',
  );
  expect(await farm.plannedSteps()).toEqual([]);
});

it('lets a drain that a person asks for outrank the file until it is taken back', async () => {
  await farm.edit((text) => text.replace('        state: drained\n', ''));
  await apply();
  const drained = await farm.run(['drain', 'worker-2', '--no-stop', '--reason', 'new disk']);
  expect(drained.code, drained.stdout + drained.stderr).toBe(0);
  expect(await farm.plannedSteps()).toEqual([]);
  const { stdout } = await farm.run(['plan']);
  expect(stdout.replace(/\s+/g, ' ')).toContain('new disk; the file says running: `sealfarm resume host-2`');
  expect(await status('worker-2')).toMatchObject({
    state: 'drained',
    declared: 'running',
    drain: { why: 'new disk' },
  });
  const resumed = await farm.run(['resume', 'worker-2']);
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
});

it('empties and stops it because the file says so, by a plan that was put away', async () => {
  farm.holdSeeds();
  await eventually('work for worker-2 again', () => farm.eye.takes('worker-2', 'PC1'));
  await farm.submit(6);
  await eventually('PC1 on worker-2', () => farm.eye.runs('worker-2', 'PC1'));
  await farm.edit((text) => text.replace('      worker-2:\n', '      worker-2:\n        state: stopped\n'));
  expect((await farm.run(['plan', '--out', 'stop.json'])).code).toBe(0);
  const shown = await farm.run(['show', 'stop.json']);
  expect(shown.stdout).toContain('~ stop worker-2');
  // Not before it has begun: a plan does not hold whose sectors have gone.
  const applying = farm.run(['apply', 'stop.json']);
  await eventually('the drain is noted', async () =>
    (await farm.read('host-2', 'state', 'manifest.json')).includes('"who"'),
  );
  farm.letSeedsCome();
  const applied = await applying;
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  // The miner notices it only when it asks next.
  await eventually('it is gone', async () => (await farm.eye.session('worker-2')) === undefined);
  expect(await farm.plannedSteps()).toEqual([]);
  expect(await status('worker-2')).toMatchObject({ state: 'stopped', drain: { fromFile: true } });
  await eventually('all sectors proving', () => farm.allProving(12));
});

it('gives it back just its tasks when the file wants it to work', async () => {
  await farm.edit((text) => text.replace('        state: stopped\n', ''));
  await apply();
  expect(await farm.plannedSteps()).toEqual([]);
  const worker = await status('worker-2');
  expect(worker).toMatchObject({ state: 'running', declared: 'running' });
  expect(worker).not.toHaveProperty('drain');
  expect(farm.eye.failedJobs()).toEqual([]);
});
