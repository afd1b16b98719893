import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { TaskCode } from '../../src/lotus/task.js';
import { endAll, identify, isAlive, signal, startDetached } from '../../src/sandbox/processes.js';
import { writeState, type SandboxProcess } from '../../src/sandbox/layout.js';
import type { Speed } from '../../src/sandbox/speed.js';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';
import { EXIT } from '../../src/cli/exit-code.js';
import { readSandbox } from './by-hand.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

const QUICK: Speed = { AP: 50, PC1: 300, PC2: 300, WaitSeed: 300, C1: 50, C2: 300, FIN: 50, GET: 50 };
/** Longer than any test, in milliseconds: the test ends it. */
const LONG = 3_600_000;
const SECTORS = 4;

/** What a sector on worker-1 is at when somebody dies. */
const STAGES = ['PC1', 'PC2', 'seed', 'C1', 'C2', 'FIN'] as const;
type Stage = (typeof STAGES)[number];

/**
 * What is needed no more cannot be removed from a worker that is away, nor by a miner that was started just now from one that is
 * busy and so not known to it yet: it may be left there for good.
 */
const VICTIMS = ['sealfarm', 'miner', 'worker', 'host'] as const;
type Victim = (typeof VICTIMS)[number];

/** All of them take minutes: without SEALFARM_DRAIN_KILLS=all each once, but a host, which dies in a lab. */
const SAMPLE: Partial<Record<Victim, Stage>> = { sealfarm: 'PC2', miner: 'C1', worker: 'FIN' };

const CELLS = VICTIMS.flatMap((victim) => STAGES.map((stage) => [stage, victim] as const)).filter(
  ([stage, victim]) => process.env['SEALFARM_DRAIN_KILLS'] === 'all' || SAMPLE[victim] === stage,
);

describe('a drain goes on, and takes no work meanwhile, though somebody dies', () => {
  let farm: SandboxFarm;
  let submitted = 0;

  beforeAll(up);
  afterAll(() => farm.down());

  async function up(): Promise<void> {
    submitted = 0;
    farm = await SandboxFarm.up(2, QUICK);
    await farm.edit((text) =>
      text
        .replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '')
        .replace(/^storageGroups:\n( {2}.*\n)+/m, '')
        .replaceAll(/profile: \S+/g, 'tasks: [addpiece, precommit1, precommit2, commit]'),
    );
    await succeed('apply', '--yes');
  }

  async function succeed(...words: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await farm.run(words);
    expect(code, stdout + stderr).toBe(0);
  }

  function begin(...words: readonly string[]) {
    return execa(process.execPath, [MAIN, ...words], {
      cwd: farm.dir,
      env: {},
      reject: false,
      stdin: 'ignore',
      timeout: 120_000,
    });
  }

  const runs = (code: TaskCode): Promise<boolean> => farm.eye.runs('worker-1', code);

  /** A drain of host-1 that waits, with a sector there that is at this stage; in an object, as awaiting it is to wait for its end. */
  async function beginAt(stage: Stage) {
    const isBefore = stage === 'PC1' || stage === 'PC2';
    farm.setSpeed(isBefore ? { ...QUICK, [stage]: LONG } : QUICK);
    if (!isBefore) farm.holdSeeds();
    await farm.submit(SECTORS);
    submitted += SECTORS;
    await eventually('a sector on worker-1', async () => {
      if (isBefore) return runs(stage);
      const waiting = (await farm.eye.sectorStates()).filter((state) => state === 'WaitSeed');
      return waiting.length === SECTORS && (await farm.eye.sectorsOn('host-1')) > 0;
    });
    const drain = begin('drain', 'host-1');
    let said = '';
    drain.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('the drain waits', () => said.includes('draining, waiting for'));
    if (isBefore || stage === 'seed') return { drain };
    farm.setSpeed({ ...QUICK, [stage]: LONG });
    await eventually(`${stage} of a sector there`, async () =>
      stage === 'C2' ? (await farm.eye.sectorStates()).includes('Committing') : runs(stage),
    );
    return { drain };
  }

  async function kill(victim: Victim, drain: ReturnType<typeof begin>): Promise<void> {
    switch (victim) {
      case 'sealfarm':
        drain.kill('SIGKILL');
        await drain;
        break;
      case 'worker':
        killWorker();
        break;
      case 'miner':
        await startAgain('miner', 'miner/miner-main.js');
        break;
      case 'host': {
        killWorker();
        await startAgain('hosts', 'hosts/hosts-main.js');
        // What it wrote before it went down is of another boot.
        const pidFile = farm.host('host-1', 'state', 'run', 'worker-1.pid');
        writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/\S+\s*$/, `${randomUUID()}\n`));
      }
    }
  }

  function killWorker(): void {
    const [pid] = readFileSync(farm.host('host-1', 'state', 'run', 'worker-1.pid'), 'utf8').split(' ');
    const worker = identify(Number(pid));
    if (worker === undefined) throw new Error('worker-1 does not run');
    signal(worker, 'SIGKILL');
  }

  async function startAgain(name: SandboxProcess, entry: string): Promise<void> {
    const state = readSandbox(farm.dir);
    const before = state.processes[name];
    if (before === undefined || !isAlive(before)) throw new Error(`${name} does not run`);
    await endAll([before], 5000);
    const id = startDetached(entry, farm.dir, join(farm.dir, 'log', `${name}.log`));
    if (id === undefined) throw new Error(`${name} does not start`);
    writeState(farm.dir, { ...state, processes: { ...state.processes, [name]: id } });
  }

  /** Only what nobody else has whole may stay, and nothing where the miner and the worker were there all the time. */
  async function empty(victim: Victim): Promise<void> {
    const { code, stdout, stderr } = await farm.run(['drain', 'host-1', '--json']);
    if (victim !== 'sealfarm' && code === EXIT.never) {
      const stays = staysHere(stdout);
      expect(stays, stdout).not.toEqual([]);
      const stored = await farm.eye.storedElsewhere('host-1');
      expect(
        stays.filter((sector) => stored.includes(sector)),
        'also in long-term storage',
      ).toEqual([]);
      return;
    }
    expect(code, stdout + stderr).toBe(0);
    await eventually('worker-1 gone', async () => (await farm.eye.session('worker-1')) === undefined);
    expect(await farm.eye.sectorsOn('host-1')).toBe(0);
  }

  it.each(CELLS)('in %s: %s', async (stage, victim) => {
    // What an earlier one left there for good would be taken for a sector of this one.
    if ((await farm.eye.sectorsOn('host-1')) > 0) {
      await farm.down();
      await up();
    }
    onTestFailed(async () => {
      farm.setSpeed(QUICK);
      await farm.run(['resume', 'host-1']);
    });
    const failed = farm.eye.failedJobs().length;
    const { drain } = await beginAt(stage);
    await kill(victim, drain);
    farm.setSpeed(QUICK);
    await drain;
    if (victim === 'sealfarm' || victim === 'host') await farm.run(['unlock', 'host-1', '--force']);
    expect(await farm.eye.takes('worker-1', 'PC1')).toBe(false);
    // Of a worker that is away that says nothing: what it would start with does.
    const env = await farm.read('host-1', 'etc', 'workers', 'worker-1', 'worker.env');
    expect(env).toContain('LOTUS_WORKER_NO_DEFAULT=true');
    expect(env).not.toContain('LOTUS_WORKER_PRECOMMIT1=true');
    await empty(victim);
    await succeed('resume', 'host-1');
    expect(await farm.plannedSteps()).toEqual([]);
    await eventually('worker-1 is given work again', () => farm.eye.takes('worker-1', 'PC1'));
    await eventually('all sectors proving', () => farm.allProving(submitted), 90_000);
    // What a worker has under way dies with it, whoever drains it.
    if (victim !== 'worker' && victim !== 'host') expect(farm.eye.failedJobs().length).toBe(failed);
  });

  it('nor is it held up by copies that a move left there, of what lies whole in long-term storage', async () => {
    farm.setSpeed(QUICK);
    await farm.submit(1);
    submitted += 1;
    await eventually('all sectors proving', () => farm.allProving(submitted));
    const stored = join(farm.dir, 'miner', 'storage');
    const [sector = ''] = await readdir(join(stored, 'sealed'));
    for (const type of ['sealed', 'cache'])
      await cp(join(stored, type, sector), farm.host('host-1', 'seal', type, sector), { recursive: true });
    const words = ['storage', 'redeclare', '--all', '--drop-missing=false'];
    const env = { LOTUS_WORKER_PATH: farm.host('host-1', 'lotus-worker') };
    await execa(farm.host('host-1', 'bin', 'lotus-worker'), words, { env });
    expect(await farm.eye.storedElsewhere('host-1')).toContain(sector);
    await empty('worker');
  });
});

interface Line {
  readonly type: string;
  readonly blockers?: readonly { readonly kind: string; readonly sector?: { readonly sector: string } }[];
}

/** Finished sectors that the drain waits for at its last look. */
function staysHere(stdout: string): readonly string[] {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const blockers = lines.findLast(({ type }) => type === 'drain-progress')?.blockers ?? [];
  return blockers.flatMap(({ kind, sector }) =>
    kind === 'stays' && sector !== undefined ? sector.sector : [],
  );
}
