import { afterEach, expect, it, vi } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const SPEED = { AP: 50, PC1: 3000, PC2: 300, WaitSeed: 500, C1: 50, C2: 300, FIN: 50, GET: 50 };
/** With SEALFARM_DRAIN_HOSTS=40 it takes minutes. */
const HOSTS = Number(process.env['SEALFARM_DRAIN_HOSTS'] ?? 12);
const DRAINED = HOSTS / 4;
const SECTORS = HOSTS * 2;
/** Milliseconds that a busy machine may take for all of them. */
const LONGEST = HOSTS * 30_000;
vi.setConfig({ testTimeout: LONGEST * 2 });

let farm: SandboxFarm;

afterEach(async () => {
  await farm.down();
});

interface Line {
  readonly type: string;
  readonly worker: string;
}

it('drains a quarter of the hosts, never more than two at a time, and loses nothing', async () => {
  farm = await SandboxFarm.up(HOSTS, SPEED);
  await farm.edit((text) =>
    text.replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '').replace(/^storageGroups:\n( {2}.*\n)+/m, ''),
  );
  const applied = await farm.run(['apply', '--yes', '--parallelism', '8']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  await farm.submit(SECTORS);
  await eventually('PC1 on worker-1', () => farm.eye.runs('worker-1', 'PC1'));

  const { code, stdout, stderr } = await farm.run(
    ['drain', `host-[1-${DRAINED}]`, '--max-parallel', '2', '--json'],
    {},
    LONGEST,
  );
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
  expect(new Set(events.flatMap(({ type, worker }) => (type === 'drain-ended' ? worker : []))).size).toBe(
    DRAINED,
  );
  await eventually('all sectors proving', () => farm.allProving(SECTORS), 90_000);
  expect(farm.eye.failedJobs()).toEqual([]);
});

it('two that drain the last two workers at once leave one of them at work', async () => {
  farm = await SandboxFarm.up(2, SPEED);
  await farm.edit((text) => text.replaceAll(/profile: \S+/g, 'profile: pc1'));
  const applied = await farm.run(['apply', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);

  const [one, two] = await Promise.all(
    ['host-1', 'host-2'].map((host) => farm.run(['drain', host, '--no-stop'])),
  );
  const said = [one, two].map((result) => `${result?.code} ${result?.stdout}${result?.stderr}`).join('\n');
  expect(said).toMatch(/SF641/);
  const { stdout } = await farm.run(['drain', '--status', '--json']);
  const { drains } = JSON.parse(stdout) as { readonly drains: readonly unknown[] };
  expect(drains.length, said).toBeLessThan(2);
});
