import { afterEach, expect, it, vi } from 'vitest';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const SPEED = { AP: 50, PC1: 3000, PC2: 300, WaitSeed: 500, C1: 50, C2: 300, FIN: 50, GET: 50 };
/** Longer than any test, in milliseconds: the test ends it. */
const UNTIL_ENDED = 3_600_000;
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

const HOST_NUMBERS = Array.from({ length: HOSTS }, (_, index) => index + 1);

/** What the miner sees at one moment. */
interface Seen {
  /** How many workers of the farm are given PC1. */
  readonly takers: number;
  /** Workers that are not, and hold sectors still. */
  readonly draining: number;
}

/** Asks for tasks first: who has ended a drain by then holds nothing later on. */
async function look(): Promise<Seen> {
  const takers = new Set(await farm.eye.takers('PC1'));
  const without = HOST_NUMBERS.filter((number) => !takers.has(`worker-${number}`));
  const held = await Promise.all(without.map((number) => farm.eye.sectorsOn(`host-${number}`)));
  return { takers: HOSTS - without.length, draining: held.filter((sectors) => sectors > 0).length };
}

it('drains a quarter of the hosts, never more than two at a time, and loses nothing', async () => {
  farm = await SandboxFarm.up(HOSTS, SPEED);
  await farm.edit((text) =>
    text
      .replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '')
      .replace(/^storageGroups:\n( {2}.*\n)+/m, '')
      .replace('\nhosts:', `\nrollout: { minAvailable: { PC1: ${HOSTS - DRAINED} } }\n\nhosts:`),
  );
  const applied = await farm.run(['apply', '--yes', '--parallelism', '8']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  farm.setSpeed({ PC1: UNTIL_ENDED });
  await farm.submit(SECTORS);
  const drained = HOST_NUMBERS.slice(0, DRAINED);
  await eventually('PC1 on each that is drained', async () =>
    (await Promise.all(drained.map((number) => farm.eye.runs(`worker-${number}`, 'PC1')))).every(Boolean),
  );
  const tooMany = await farm.run(['drain', `host-[1-${DRAINED + 1}]`, '--max-parallel', '2']);
  expect(tooMany.code).toBe(1);
  expect(tooMany.stderr).toContain('SF633');
  expect(await look()).toEqual({ takers: HOSTS, draining: 0 });

  let ended = false;
  const drain = farm
    .run(['drain', `host-[1-${DRAINED}]`, '--max-parallel', '2'], {}, LONGEST)
    .finally(() => (ended = true));
  const seen: Seen[] = [];
  await eventually(
    'the end of the drains',
    async () => {
      seen.push(await look());
      // Two have sectors that they cannot be rid of before.
      if ((seen.at(-1)?.draining ?? 0) >= 2) farm.setSpeed(SPEED);
      return ended;
    },
    LONGEST,
  );
  const { code, stdout, stderr } = await drain;
  expect(code, stdout + stderr).toBe(0);
  expect(Math.max(...seen.map(({ draining }) => draining))).toBe(2);
  expect(Math.min(...seen.map(({ takers }) => takers))).toBe(HOSTS - DRAINED);
  expect(await look()).toEqual({ takers: HOSTS - DRAINED, draining: 0 });
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
