import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyFile, TOKEN_KEY } from '../../src/lotus/keystore.js';
import { layout } from '../../src/sandbox/layout.js';
import { setProving } from '../../src/sandbox/miner/proving.js';
import { sandboxStatus } from '../../src/sandbox/status.js';
import { eventually, sealfarmStarted } from '../support/cli.js';
import { watchCommandLines } from '../support/command-lines.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

describe('rotate-token', () => {
  let farm: SandboxFarm;
  const outputs: string[] = [];
  const tokens = new Set<string>();
  beforeAll(async () => {
    farm = await SandboxFarm.up(3);
    await farm.edit((text) =>
      text.replace(
        /miner:\n {2}api: .*\n {2}token: .*\n/,
        `miner:\n  host: host-1\n  repo: ${layout(farm.dir).miner}\n  token: { fromMiner: true }\n  restartCommand: [${restart()}]\n`,
      ),
    );
    due(false);
    tokens.add(await token());
    expect(await run('apply', '--yes')).toBe(0);
  });
  afterAll(() => farm.down());

  function restart(): string {
    return farm.host('host-1', 'bin', 'restart-lotus-miner');
  }

  async function run(...words: string[]): Promise<number> {
    const { code, stdout, stderr } = await farm.run(words, {}, 180_000);
    outputs.push(stdout, stderr);
    return code;
  }

  async function token(): Promise<string> {
    return (await readFile(layout(farm.dir).minerToken, 'utf8')).trim();
  }

  function due(isDue: boolean): void {
    const first = { partitions: 1, sectors: 10, proven: isDue ? 0 : 1 };
    setProving(farm.dir, { firstOpens: Date.now() - 60_000, deadlines: { 0: first } });
  }

  async function jobsFailed(): Promise<number> {
    const status = await sandboxStatus({ dir: farm.dir });
    if (!status.ok) throw new Error(status.diagnostic.message);
    return status.value.jobsFailed;
  }

  /** Tokens in the environment files of the workers. */
  async function handedOut(): Promise<readonly string[]> {
    const files = [1, 2, 3].map((n) => farm.read(`host-${n}`, 'etc', 'workers', `worker-${n}`, 'worker.env'));
    const all = await Promise.all(files);
    return [...new Set(all.map((text) => /^MINER_API_INFO="?([^:]+):/m.exec(text)?.[1] ?? ''))];
  }

  it('gives all workers of a running pipeline another token, and no job fails', async () => {
    // What comes out of its seed in the second of the restart would be the one job that nobody can hold up.
    farm.holdSeeds();
    await farm.submit(4);
    await eventually('sectors are sealed', async () =>
      (await farm.eye.sectorStates()).some((state) => state === 'PreCommit1'),
    );
    const before = await token();
    const lines = await watchCommandLines(
      (async () => {
        expect(await run('rotate-token', '--yes')).toBe(0);
      })(),
    );
    farm.letSeedsCome();
    const after = await token();
    tokens.add(after);
    expect(after).not.toBe(before);
    expect(await handedOut()).toEqual([after]);
    expect(outputs.at(-1)).toContain('the miner refuses the one before');
    expect([...tokens].filter((one) => lines.includes(one))).toEqual([]);
    expect(await farm.plannedSteps()).toEqual([]);
    await eventually('all are proved', () => farm.allProving(4));
    expect(await jobsFailed()).toBe(0);
  }, 240_000);

  it('keeps the key of before beside the new one, for nobody else to read', async () => {
    const keys = join(layout(farm.dir).miner, 'keystore');
    const names = await readdir(keys);
    expect(names).toHaveLength(2);
    expect(names).toContain(keyFile(TOKEN_KEY));
    for (const name of names) expect((await stat(join(keys, name))).mode & 0o777).toBe(0o600);
    outputs.push((await farm.run(['history', 'host-1'])).stdout);
    expect(outputs.at(-1)).toContain('rotate-token');
  });

  it('that is cut off while it waits has changed nothing, and the next one does it', async () => {
    due(true);
    const before = await token();
    const started = sealfarmStarted(['rotate-token', '--yes'], farm.dir);
    await eventually('all tasks are off', async () => {
      const states = await Promise.all([1, 2, 3].map((n) => farm.eye.runs(`worker-${n}`, 'AP')));
      return states.every((state) => !state);
    });
    await started.kill();
    expect(await token()).toBe(before);
    for (const host of ['host-1', 'host-2', 'host-3']) await run('unlock', host, '--force');
    expect(await run('apply', '--yes')).toBe(0);
    due(false);
    expect(await run('rotate-token', '--yes')).toBe(0);
    tokens.add(await token());
    expect(await token()).not.toBe(before);
    expect(await handedOut()).toEqual([await token()]);
  }, 240_000);

  it('goes on where the miner has another token already', async () => {
    const keys = join(layout(farm.dir).miner, 'keystore');
    await execa('mv', [join(keys, keyFile(TOKEN_KEY)), join(keys, keyFile('moved-by-hand'))]);
    await execa(restart());
    const after = await token();
    tokens.add(after);
    expect(await handedOut()).not.toEqual([after]);
    expect(await run('rotate-token', '--yes')).toBe(0);
    // It is the same one still: nothing was begun anew.
    expect(await token()).toBe(after);
    expect(await handedOut()).toEqual([after]);
    expect(await farm.plannedSteps()).toEqual([]);
  }, 240_000);

  it('names a drained worker that has the token of before, restarts the others, and ends once it works again', async () => {
    expect(await run('drain', 'worker-3', '--until', 'quiet', '--no-stop')).toBe(0);
    const keys = join(layout(farm.dir).miner, 'keystore');
    await execa('mv', [join(keys, keyFile(TOKEN_KEY)), join(keys, keyFile('moved-once-more'))]);
    await execa(restart());
    tokens.add(await token());
    expect(await run('rotate-token', '--yes')).toBe(1);
    const said = outputs.slice(-2).join('\n').replaceAll(/\s+/g, ' ');
    expect(said).toContain('and worker-1, worker-2 restarted in waves');
    expect(said).toContain('not restarted: worker-3, which is drained');
    expect(said).toMatch(/SF653.*worker-3 is drained.*`sealfarm resume worker-3`/);
    for (const n of [1, 2])
      await eventually(`worker-${n} takes work`, () => farm.eye.takes(`worker-${n}`, 'PC1'));
    await run('resume', 'worker-3');
    expect(await run('apply', '--yes')).toBe(0);
    expect(await handedOut()).toEqual([await token()]);
    expect(await farm.plannedSteps()).toEqual([]);
    await eventually('all take work', () => farm.eye.takes('worker-3', 'PC1'));
  }, 240_000);

  it('says that it cannot, before it asks for a token that comes from elsewhere', async () => {
    const before = await farm.readFile();
    await farm.edit((text) =>
      text.replace(
        'token: { fromMiner: true }',
        'api: /ip4/127.0.0.10/tcp/2345/http\n  token: { env: NOBODY_SETS_THIS }',
      ),
    );
    expect(await run('rotate-token', '--yes')).toBe(1);
    const said = outputs.slice(-2).join('\n').replaceAll(/\s+/g, ' ');
    expect(said).toContain('the file takes it from elsewhere');
    expect(said).not.toContain('SF301');
    await farm.edit(() => before);
  });

  it('gives the tasks back where the miner cannot be restarted, and its key stands', async () => {
    const [before, file] = [await token(), await farm.readFile()];
    await farm.edit((text) => text.replace(`restartCommand: [${restart()}]`, 'restartCommand: [/bin/false]'));
    expect(await run('rotate-token', '--yes')).toBe(1);
    expect(outputs.at(-1)?.replaceAll(/\s+/g, ' ')).toMatch(/SF651.*all workers take work again/);
    expect(await token()).toBe(before);
    for (const n of [1, 2, 3])
      await eventually(`worker-${n} takes work`, () => farm.eye.takes(`worker-${n}`, 'PC1'));
    await farm.edit(() => file);
    expect(await farm.plannedSteps()).toEqual([]);
  }, 120_000);

  it('is refused while a worker is drained, or something is to be applied', async () => {
    const before = await token();
    expect(await run('drain', 'worker-3', '--until', 'quiet', '--no-stop')).toBe(0);
    expect(await run('rotate-token', '--yes')).toBe(1);
    expect(outputs.at(-1)).toContain('SF653');
    expect(await run('resume', 'worker-3')).toBe(0);
    await farm.edit((text) => text.replace('limits: { PC1: 4 }', 'limits: { PC1: 3 }'));
    expect(await run('rotate-token', '--yes')).toBe(1);
    expect(outputs.at(-1)?.replaceAll(/\s+/g, ' ')).toContain('not as the file says');
    expect(await token()).toBe(before);
  }, 120_000);

  it('has shown no token', async () => {
    expect(await jobsFailed()).toBe(0);
    expect(tokens.size).toBe(5);
    expect(outputs.join('').length).toBeGreaterThan(1000);
    expect([...tokens].filter((one) => outputs.join('\n').includes(one))).toEqual([]);
  });
});
