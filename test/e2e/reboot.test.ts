import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { Lab } from './lab/lab.js';

/** Longer than any host needs to go down and come back, in milliseconds: the test ends it. */
const SEED_WAIT = 3_600_000;

describe('a host that is rebooted', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up();
    // One worker alone seals, so that it is known where a sector lies.
    await lab.edit((text) =>
      text
        .replace('all: { tasks: [addpiece, precommit1, ', 'all: { tasks: [')
        .replace('feeder: { tasks: [addpiece, precommit1]', 'feeder: { tasks: [unseal]')
        .replace('worker-inner:', 'worker-inner:\n        tasks: [addpiece, precommit1, precommit2, commit]'),
    );
    await lab.succeed('apply', '--yes');
  });
  afterAll(async () => {
    await lab.down();
  });

  it('comes back with its worker as declared', async () => {
    const before = await lab.worker('worker-plain');
    await lab.reboot('plain');
    await lab.untilRunning('worker-plain');
    expect(await lab.worker('worker-plain')).toEqual(before);
    await lab.expectEmptyPlan();
  });

  it('in the midst of a drain comes back draining, and the drain can be ended', async () => {
    await lab.submit(SEED_WAIT);
    await eventually(
      'a sector waits for its seed',
      async () => (await lab.sectorStates()).join() === 'WaitSeed',
    );
    const begun = await lab.sealfarm('drain', 'inner', '--allow-last', '--deadline', '1s');
    expect(begun.stdout + begun.stderr).toContain('SF610');
    expect(begun.code).toBe(1);

    await lab.reboot('inner');
    await eventually(
      'the worker answers',
      async () => (await lab.worker('worker-inner'))?.tasks !== undefined,
    );
    expect(await lab.worker('worker-inner')).toMatchObject({
      state: 'draining',
      tasks: [],
      paths: [{ sectors: 1 }],
    });

    await lab.endSeedWait();
    await lab.succeed('drain', 'inner');
    expect(await lab.sectorStates()).toEqual(['Proving']);
    expect(await lab.worker('worker-inner')).toMatchObject({ state: 'drained', paths: [{ sectors: 0 }] });
  });

  it('stays drained', async () => {
    await lab.reboot('inner');
    expect(await lab.sh('inner', 'pgrep -x lotus-worker || :')).toBe('');
    await lab.expectEmptyPlan('No changes. The farm matches the file, but for what is drained.');
    await lab.succeed('resume', 'inner');
    await lab.expectEmptyPlan();
  });
});
