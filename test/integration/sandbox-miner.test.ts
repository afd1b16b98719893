import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerJob } from '../../src/lotus/api.js';
import { endAll, startDetached } from '../../src/sandbox/processes.js';
import { sandboxSubmit } from '../../src/sandbox/submit.js';
import { readSandbox, until, writeStorage } from './by-hand.js';
import { FIRST, Farm } from './farm-by-hand.js';

describe('a miner that is started again', () => {
  const farm = new Farm();
  const zero = '00000000-0000-0000-0000-000000000000';
  beforeAll(async () => {
    await farm.up();
    writeStorage(farm.dir, FIRST);
    await farm.start(FIRST);
  });
  afterAll(() => farm.down());

  it('waits for what its busy worker still does, and loses none of it', async () => {
    await sandboxSubmit({ dir: farm.dir, sectors: 1 });
    const isRunningPc1 = (jobs: readonly WorkerJob[]): boolean =>
      jobs.some(({ Task, RunWait }) => Task === 'seal/v0/precommit/1' && RunWait === 0);
    await until(() => farm.jobs(1), isRunningPc1);
    const { miner } = readSandbox(farm.dir).processes;
    if (miner !== undefined) await endAll([miner], 5000);
    startDetached('miner/miner-main.js', farm.dir, join(farm.dir, 'log', 'miner.log'));

    const jobs = await until(
      () =>
        farm.miner('WorkerJobs').catch(() => undefined) as Promise<Record<string, WorkerJob[]> | undefined>,
      (seen) => seen !== undefined,
    );
    expect(jobs?.[zero]).toMatchObject([{ Task: 'seal/v0/precommit/1', RunWait: -1, Hostname: 'worker-1' }]);
    expect(await farm.stats(1)).toBeUndefined();
    await until(
      () => farm.miner('SectorsStatus', [1]),
      (sector) => (sector as { State: string }).State === 'Proving',
    );
    expect(farm.events('job-failed')).toEqual([]);
    expect(farm.events('job-done').filter(({ task }) => task === 'PC1')).toHaveLength(1);
  });
});
