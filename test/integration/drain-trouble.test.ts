import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endAll, identify, signal, startDetached } from '../../src/sandbox/processes.js';
import { eventually } from '../support/cli.js';
import { readSandbox } from './by-hand.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

const SPEED = { AP: 50, PC1: 2000, PC2: 1500, WaitSeed: 500, C1: 50, C2: 300, FIN: 50, GET: 50 };

let farm: SandboxFarm;

afterEach(async () => {
  await farm.down();
});

async function up(hosts: number, edit?: (text: string) => string): Promise<void> {
  farm = await SandboxFarm.up(hosts, SPEED);
  if (edit !== undefined) await farm.edit(edit);
  await succeed('apply', '--yes');
}

async function succeed(...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await farm.run(words);
  expect(code, stdout + stderr).toBe(0);
}

type Begun = ReturnType<typeof begin>;

function begin(...words: readonly string[]) {
  return execa(process.execPath, [MAIN, ...words], {
    cwd: farm.dir,
    env: {},
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
  });
}

/** Until a running command has said this. */
async function said(command: Begun, words: RegExp): Promise<void> {
  let text = '';
  command.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await eventually(`it says ${words.source}`, () => words.test(text));
}

/** A drain of host-1 that waits: no sector gets further than to the wait for its seed, until that is let come. */
async function beginToDrain(sectors: number): Promise<{ readonly drain: Begun }> {
  farm.holdSeeds();
  await farm.submit(sectors);
  await eventually('PC1 on worker-1', () => farm.eye.runs('worker-1', 'PC1'));
  const drain = begin('drain', 'host-1');
  await said(drain, /draining, waiting for/);
  return { drain };
}

/** As it was before it was folded to the width of the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

const WITHOUT_GROUPS = (text: string): string =>
  text.replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '').replace(/^storageGroups:\n( {2}.*\n)+/m, '');

async function allProving(count: number): Promise<void> {
  await eventually('all sectors proving', () => farm.allProving(count), 90_000);
  expect(farm.eye.failedJobs()).toEqual([]);
}

describe('a deadlock', () => {
  it('is refused before it comes about, told when it is there, and freed by a group for as long as the drain lasts', async () => {
    await up(3);
    // Sectors of worker-3 go to worker-1 alone for PC2.
    const refused = await farm.run(['drain', 'host-1']);
    expect(refused.code).toBe(1);
    expect(oneLine(refused.stderr)).toMatch(
      /SF642.*worker-3 .*goes to worker-1 alone for PC2, through example-seal-group-1/s,
    );
    expect(await farm.plannedSteps()).toEqual([]);
    await succeed('drain', 'host-1', '--allow-last');
    await farm.submit(6);
    await eventually('PC1 on worker-3', () => farm.eye.runs('worker-3', 'PC1'));

    const stuck = await farm.run(['drain', 'host-3']);
    expect(stuck.code, stuck.stdout + stuck.stderr).toBe(4);
    expect(oneLine(stuck.stderr)).toMatch(
      /SF612.*s-t01000-\d+ needs PC2.*allows example-seal-group-1; it is a task of worker-2 \(example-seal-group-2\)/s,
    );
    expect(oneLine(stuck.stderr)).toContain('--resolve allow-to=example-seal-group-2');
    const looked = await farm.run(['drain', '--status']);
    expect(looked.code).toBe(4);
    expect(looked.stdout).toMatch(/host-3 +worker-3 +can never get empty as things are/);

    const asked = ['drain', 'host-3', '--resolve'];
    for (const words of [asked, [...asked.slice(0, 2), '--dry-run', '--resolve']])
      expect((await farm.run([...words, 'allow-to=nobody'])).code).toBe(64);
    await succeed('drain', 'host-3', '--dry-run', '--resolve', 'allow-to=example-seal-group-2');
    await succeed('drain', 'host-3', '--resolve', 'allow-to=example-seal-group-2', '--no-stop');
    expect(await farm.eye.allowTo('host-3')).toEqual(['example-seal-group-1']);
    await succeed('resume', 'host-1', 'host-3');
    expect(await farm.plannedSteps()).toEqual([]);
    await allProving(6);
  });
});

describe('a drain that is cut off', () => {
  it('goes on after Ctrl-C, and resume gives back just the declared tasks', async () => {
    await up(2, WITHOUT_GROUPS);
    const { drain } = await beginToDrain(8);
    drain.kill('SIGINT');
    const { exitCode, stderr } = await drain;
    expect(exitCode).toBe(130);
    expect(oneLine(stderr)).toContain('The drain goes on as far as Lotus alone brings it');
    const looked = await farm.run(['drain', '--status', '--json']);
    expect(JSON.parse(looked.stdout)).toMatchObject({
      drains: [{ worker: 'worker-1', goal: 'empty', runs: true }],
    });
    await succeed('resume', 'host-1');
    expect(await farm.plannedSteps()).toEqual([]);
    farm.letSeedsCome();
    await allProving(8);
  });

  it('by the death of sealfarm is taken up by the next one', async () => {
    await up(2, WITHOUT_GROUPS);
    const { drain } = await beginToDrain(8);
    drain.kill('SIGKILL');
    await drain;
    farm.letSeedsCome();
    await farm.run(['unlock', 'host-1', '--force']);
    await succeed('drain', 'host-1');
    await allProving(8);
  });

  it('by the death of the worker starts it again with its tasks off, and empties it', async () => {
    await up(2, WITHOUT_GROUPS);
    farm.holdSeeds();
    await farm.submit(4);
    // Nothing runs there that would be lost with it.
    await eventually('a sector that waits for its seed there alone', async () => {
      const states = await farm.eye.sectorStates();
      return states.every((state) => state === 'WaitSeed') && (await farm.eye.sectorsOn('host-1')) > 0;
    });
    await succeed('drain', 'host-1', '--until', 'quiet', '--no-stop');
    const pid = Number(
      readFileSync(farm.host('host-1', 'state', 'run', 'worker-1.pid'), 'utf8').split(' ')[0],
    );
    const worker = identify(pid);
    if (worker === undefined) throw new Error('worker-1 does not run');
    const killed = await farm.eye.session('worker-1');
    signal(worker, 'SIGKILL');
    const drain = begin('drain', 'host-1');
    await eventually('worker-1 started again', async () => {
      const session = await farm.eye.session('worker-1');
      return session !== undefined && session !== killed;
    });
    // While it is away, what others need no more could not be removed there.
    farm.letSeedsCome();
    const { exitCode, stdout, stderr } = await drain;
    expect(exitCode, stdout + stderr).toBe(0);
    await eventually('worker-1 gone', async () => (await farm.eye.session('worker-1')) === undefined);
    await allProving(4);
    expect(await farm.plannedSteps()).toEqual([]);
  });

  it('by a restart of the miner goes on when that is back', async () => {
    await up(2, WITHOUT_GROUPS);
    const { drain } = await beginToDrain(6);
    const { miner } = readSandbox(farm.dir).processes;
    if (miner === undefined) throw new Error('no miner');
    await endAll([miner], 5000);
    startDetached('miner/miner-main.js', farm.dir, join(farm.dir, 'log', 'miner.log'));
    farm.letSeedsCome();
    const { exitCode, stdout, stderr } = await drain;
    expect(exitCode, stdout + stderr).toBe(0);
    await allProving(6);
  });
});
