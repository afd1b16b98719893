import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import type { LabHostName } from './lab/farm-file.js';
import { Lab } from './lab/lab.js';

/** Sectors rest so long before their proofs, in milliseconds, that a drain meets them there. */
const SEED_WAIT = 10_000;
const SECTORS = 18;

describe('a host that is drained while all seal', () => {
  let lab: Lab;
  let submitted = 0;

  beforeAll(async () => {
    lab = await Lab.up();
    await lab.succeed('apply', '--yes');
  });
  afterAll(async () => {
    await lab.down();
  });

  const sectorsOn = async (host: LabHostName): Promise<number> =>
    (await lab.worker(`worker-${host}`))?.paths[0]?.sectors ?? 0;

  it.each([
    ['whose sectors go to the group of another', 'plain'],
    ['whose group leads to itself alone', 'slow'],
    ['without systemd', 'process'],
  ] as const)('%s, is emptied and stopped, and every sector gets to its end', async (_, host) => {
    await lab.submit(SEED_WAIT, SECTORS);
    submitted += SECTORS;
    await eventually('a sector there', async () => (await sectorsOn(host)) > 0);
    await lab.succeed('drain', host);
    expect(await lab.worker(`worker-${host}`)).toMatchObject({ state: 'drained', paths: [{ sectors: 0 }] });
    expect(await lab.sh(host, 'pgrep -x lotus-worker || :')).toBe('');
    expect(await lab.sh(host, 'ls /mnt/seal/sealed /mnt/seal/cache')).not.toContain('s-t0');
    await lab.succeed('resume', host);
    await lab.expectEmptyPlan();
    await eventually('all sectors proving', async () => {
      const states = await lab.sectorStates();
      return states.length === submitted && states.every((state) => state === 'Proving');
    });
    expect(await lab.failedJobs()).toBe(0);
  });
});
