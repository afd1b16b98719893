import { afterEach, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const SPEED = { AP: 50, PC1: 3000, PC2: 300, WaitSeed: 500, C1: 50, C2: 300, FIN: 50, GET: 50 };
const DRAINED = ['host-[1-4]'] as const;

let farm: SandboxFarm;

afterEach(async () => {
  await farm.down();
});

interface Line {
  readonly type: string;
  readonly worker: string;
}

it('drains four of ten hosts, never more than two at a time, and loses nothing', async () => {
  farm = await SandboxFarm.up(10, SPEED);
  await farm.edit((text) =>
    text.replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '').replace(/^storageGroups:\n( {2}.*\n)+/m, ''),
  );
  const applied = await farm.run(['apply', '--yes', '--parallelism', '8']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  await farm.submit(20);
  await eventually('PC1 on worker-1', () => farm.eye.runs('worker-1', 'PC1'));

  const { code, stdout, stderr } = await farm.run(['drain', ...DRAINED, '--max-parallel', '2', '--json']);
  expect(code, stdout + stderr).toBe(0);
  const events = stdout.split('\n').map((line) => JSON.parse(line) as Line);
  let draining = 0;
  let most = 0;
  for (const { type } of events) {
    if (type === 'drain-started') draining += 1;
    if (type === 'drain-ended') draining -= 1;
    most = Math.max(most, draining);
  }
  expect(most).toBe(2);
  expect(new Set(events.flatMap(({ type, worker }) => (type === 'drain-ended' ? worker : []))).size).toBe(4);
  await eventually('all sectors proving', () => farm.allProving(20), 90_000);
  expect(farm.eye.failedJobs()).toEqual([]);
});
