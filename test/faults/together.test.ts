import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
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

it('lets one of two applies and a drain at a time, tells the others who it is, and loses nothing', async () => {
  await farm.submit(9);
  await eventually('PC1 on worker-1', () => farm.sandbox.eye.runs('worker-1', 'PC1'));
  await farm.write(
    new Map(farm.hosts.map((host) => [host, { ...FIRST, limit: 3 as const, weight: 11 as const }])),
  );
  const commands = [
    ['apply', '--yes', '--allow-large'],
    ['apply', '--yes', '--allow-large'],
    ['drain', 'host-3', '--no-stop'],
  ];
  const results = await Promise.all(commands.map((words) => farm.sandbox.run(words)));
  for (const { code, stdout, stderr } of results) {
    const said = stdout + stderr;
    expect([0, 1], said).toContain(code);
    if (code === 1)
      expect(said).toMatch(
        /SF609: host-\d is\s+locked\s+by\s+\S+@\S+\s+since\s+\d+\s+\w+\s+\((apply|drain),/,
      );
  }
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

async function restarts(host: string): Promise<number> {
  const lines = (await farm.sandbox.read(host, 'state', 'journal.jsonl')).trimEnd().split('\n');
  return lines.filter((line) => /\/restart"/.test(line) && line.includes('"done"')).length;
}
