import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout, readState } from '../../src/sandbox/layout.js';
import { setProving } from '../../src/sandbox/miner/proving.js';
import { sandboxStatus } from '../../src/sandbox/status.js';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const OPEN = { partitions: 1, sectors: 10, proven: 0 };

describe('a restart of the miner', () => {
  let farm: SandboxFarm;
  beforeAll(async () => {
    farm = await SandboxFarm.up(3);
    const command = farm.host('host-1', 'bin', 'restart-lotus-miner');
    await farm.edit((text) =>
      text.replace(
        'miner:\n',
        `miner:\n  host: host-1\n  repo: ${layout(farm.dir).miner}\n  restartCommand: [${command}]\n  tasks: []\n`,
      ),
    );
    due(false);
    expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  });
  afterAll(() => farm.down());

  /** Deadline 0 is open with a sector to prove; or proven, and the next one is far. */
  function due(isDue: boolean): void {
    setProving(farm.dir, {
      firstOpens: Date.now() - 60_000,
      deadlines: { 0: { ...OPEN, proven: isDue ? 0 : 1 } },
    });
  }

  function miner(): number | undefined {
    return readState(farm.dir)?.processes.miner?.pid;
  }

  async function jobsFailed(): Promise<number> {
    const status = await sandboxStatus({ dir: farm.dir });
    if (!status.ok) throw new Error(status.diagnostic.message);
    return status.value.jobsFailed;
  }

  async function pending(): Promise<unknown> {
    const { stdout } = await farm.run(['plan', '--json']);
    return (JSON.parse(stdout) as { readonly miner?: unknown }).miner;
  }

  it('is only said where nobody asks for it', async () => {
    await farm.edit((text) => text.replace('tasks: []', 'tasks: [unseal]'));
    const before = miner();
    expect((await farm.run(['apply', '--yes'])).code).toBe(0);
    expect(await pending()).toMatchObject({ pending: [{ field: '[Storage] AllowUnseal' }] });
    expect(miner()).toBe(before);
  });

  it('is planned by the same word, which changes nothing', async () => {
    const before = miner();
    const planned = await farm.run(['plan', '--restart-miner', '--detailed-exitcode']);
    expect(planned.stdout).toMatch(/~ restart lotus-miner +\[restart\]/);
    expect(planned.code).toBe(2);
    expect((await farm.run(['plan', '--detailed-exitcode'])).code).toBe(0);
    expect((await farm.run(['plan', '--restart-miner', '--refresh-only'])).code).toBe(64);
    expect(miner()).toBe(before);
  });

  it('is refused while the node lags behind the chain', async () => {
    setProving(farm.dir, { firstOpens: Date.now() - 60_000, deadlines: {}, lag: 30 });
    const before = miner();
    const late = await farm.run(['apply', '--yes', '--restart-miner']);
    expect(late.stdout).toMatch(/SF655[^]*behind[^]*lotus sync wait/);
    expect([late.code, miner()]).toEqual([1, before]);
  });

  it('waits where a deadline is open', async () => {
    due(true);
    const before = miner();
    const detached = await farm.run(['apply', '--yes', '--restart-miner', '--detach']);
    expect(detached.stdout).toContain('deadline 0 is open');
    expect(detached.code).toBe(3);
    const late = await farm.run(['apply', '--yes', '--restart-miner', '--drain-timeout', '1s']);
    expect(late.stdout).toContain('SF650');
    expect(late.code).toBe(1);
    expect(miner()).toBe(before);
    expect(await pending()).toMatchObject({ pending: [{ field: '[Storage] AllowUnseal' }] });
    expect((await farm.run(['history', 'host-1'])).stdout).toContain('host-1/lotus-miner/restart not ended');
  });

  it('comes as soon as it is proven, under a running pipeline, and no job fails', async () => {
    await farm.submit(4);
    await eventually('sectors are sealed', async () =>
      (await farm.eye.sectorStates()).some((state) => state === 'PreCommit1'),
    );
    const before = miner();
    const applied = farm.run(['apply', '--yes', '--restart-miner'], {}, 120_000);
    await eventually('it waits', async () =>
      (await farm.read('host-1', 'state', 'journal.jsonl')).includes('"waiting"'),
    );
    due(false);
    const { code, stdout } = await applied;
    expect(stdout).toContain('restart lotus-miner … done');
    expect(code).toBe(0);
    expect(miner()).not.toBe(before);
    expect(await pending()).toBeUndefined();
    await eventually('all are proved', () => farm.allProving(4));
    expect(await jobsFailed()).toBe(0);
  }, 180_000);

  it('is done by itself where the file says so, before workers', async () => {
    await farm.edit((text) =>
      text
        .replace('tasks: [unseal]', 'tasks: []\n  restart: whenSafe')
        .replace('limits: { PC1: 4 }', 'limits: { PC1: 3 }'),
    );
    const before = miner();
    const planned = await farm.run(['plan']);
    expect(planned.stdout).toMatch(/~ restart lotus-miner +\[restart\]/);
    const { code, stdout } = await farm.run(['apply', '--yes', '--allow-large'], {}, 120_000);
    expect(code).toBe(0);
    expect(stdout.indexOf('restart lotus-miner … done')).toBeGreaterThan(0);
    expect(stdout.indexOf('restart lotus-miner … done')).toBeLessThan(stdout.indexOf('restart worker-1 …'));
    expect(miner()).not.toBe(before);
    expect(await farm.plannedSteps()).toEqual([]);
    expect(await jobsFailed()).toBe(0);
  }, 180_000);

  it('is done by a saved plan for what was installed, and the workers follow in it', async () => {
    for (const program of ['lotus-miner', 'lotus-worker']) {
      const file = farm.host('host-1', 'bin', program);
      const says = `[ "$*" != --version ] || { echo '${program} version 1.37.0'; exit; }\nexec`;
      // As a package manager does it: another file in the place of the program.
      await writeFile(`${file}.new`, (await readFile(file, 'utf8')).replace('exec', says), { mode: 0o755 });
      await rename(`${file}.new`, file);
    }
    await writeFile(layout(farm.dir).minerVersion, '1.37.0');
    const before = miner();
    const said = await farm.run(['plan']);
    expect(said.stdout).toMatch(/pending miner restart[^]*program: as it was at its start → 1\.37\.0/);
    expect(said.stdout).toMatch(/SF596[^]*still runs 1\.36/);
    // The file says `whenSafe`, which is no word for another series.
    expect(said.stdout).toContain('SF658');
    expect((await farm.run(['plan', '--restart-miner', '--out', 'miner.json'])).code).toBe(0);
    const { code, stdout, stderr } = await farm.run(['apply', 'miner.json', '--allow-large'], {}, 120_000);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.indexOf('restart lotus-miner … done')).toBeGreaterThan(0);
    expect(stdout.indexOf('restart lotus-miner … done')).toBeLessThan(stdout.indexOf('restart worker-1 …'));
    expect(miner()).not.toBe(before);
    expect([await pending(), await farm.plannedSteps()]).toEqual([undefined, []]);
    expect((await farm.run(['apply', 'miner.json'])).code).toBe(1);
    expect(await jobsFailed()).toBe(0);
  }, 180_000);

  it('is not done for nothing', async () => {
    const before = miner();
    const { code, stderr } = await farm.run(['apply', '--yes', '--restart-miner']);
    expect([code, stderr.includes('SF588')]).toEqual([0, true]);
    const planned = await farm.run(['plan', '--restart-miner', '--json']);
    expect([planned.code, planned.stdout.includes('SF588')]).toEqual([0, true]);
    expect(miner()).toBe(before);
  });

  /** A worker that restarts may keep the unsealed file of a sector that is finished meanwhile; only an empty path is given up. */
  async function forgetLeftovers(host: string): Promise<void> {
    await rm(farm.host(host, 'seal', 'unsealed'), { recursive: true, force: true });
    const env = { LOTUS_WORKER_PATH: farm.host(host, 'lotus-worker') };
    await execa(farm.host(host, 'bin', 'lotus-worker'), ['storage', 'redeclare', '--all', '--drop-missing'], {
      env,
    });
    await eventually(`nothing on ${host}`, async () => (await farm.eye.sectorsOn(host)) === 0);
  }

  it('is not the only thing that waits for a deadline: a worker that proves is drained when it is over', async () => {
    await forgetLeftovers('host-3');
    await farm.edit((text) =>
      text
        .replace(/(worker-3:\n(?: {8}.*\n)*? {8})profile: \S+\n/, '$1tasks: [windowpost]\n')
        .replace(/\n {8}storage:\n {10}- \{ path: \S+host-3\/.*/, ''),
    );
    // Were it to make the proofs alone from now on, nobody would until it is there.
    const declared = await farm.readFile();
    await farm.edit((text) =>
      text.replace('restart: whenSafe', 'restart: whenSafe\n  disableBuiltinWindowPoSt: true'),
    );
    expect((await farm.run(['plan'])).stdout).toMatch(
      /SF659: lotus-miner\s+is\s+restarted\s+after\s+all\s+workers:\s+that\s+leaves\s+WindowPoSt\s/,
    );
    await farm.edit((text) => text.replace('restart: whenSafe', 'restart: never'));
    expect((await farm.run(['plan'])).stdout).toMatch(
      /SF659: the\s+restart\s+of\s+lotus-miner\s+that\s+is\s+pending\s+leaves\s+WindowPoSt\s/,
    );
    await farm.edit(() => declared);
    const made = await farm.run(['apply', '--yes', '--allow-large'], {}, 120_000);
    expect(made.code, made.stdout + made.stderr).toBe(0);
    due(true);
    const drain = ['drain', 'worker-3', '--allow-last'];
    const detached = await farm.run([...drain, '--detach']);
    expect(detached.code, detached.stdout + detached.stderr).toBe(3);
    expect(detached.stdout).toContain('the WindowPoSt of deadline 0');
    expect((await farm.run(['drain', '--status'])).stdout).toContain('the WindowPoSt of deadline 0');
    due(false);
    const { code, stdout, stderr } = await farm.run(drain);
    expect(code, stdout + stderr).toBe(0);
    expect((await farm.run(['resume', 'worker-3'])).code).toBe(0);
  }, 180_000);

  it('nor the only thing of which a plan says so: a prover’s restart waits, too', async () => {
    await farm.edit((text) =>
      text.replace('tasks: [windowpost]', 'tasks: [windowpost]\n        env: { A: b }'),
    );
    expect((await farm.run(['plan'])).stdout).not.toContain('SF563');
    due(true);
    const { code, stdout } = await farm.run(['plan']);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/SF563.*deadline 0 is due now: worker-3 takes its turn/);
    const detached = await farm.run(['apply', '--yes', '--detach']);
    expect(detached.stdout + detached.stderr).toContain('SF563');
    expect(await farm.plannedSteps()).toHaveLength(1);
  }, 180_000);
});
