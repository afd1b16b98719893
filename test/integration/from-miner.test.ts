import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.js';
import { watchCommandLines } from '../support/command-lines.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** The file knows the machine of the miner, and neither its token nor its address. */
let farm: SandboxFarm;
/** The sandbox's own token: a long random text. */
let canary: string;
const outputs: string[] = [];

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
  canary = (await readFile(join(farm.dir, 'miner', 'token'), 'utf8')).trim();
  await farm.edit((text) =>
    text.replace(
      /miner:\n {2}api: .*\n {2}token: .*\n/,
      `miner:\n  host: host-1\n  repo: ${join(farm.dir, 'miner')}\n  token: { fromMiner: true }\n`,
    ),
  );
});

afterAll(async () => {
  await farm.down();
});

async function run(...words: string[]): Promise<number> {
  const { code, stdout, stderr } = await farm.run(words);
  outputs.push(stdout, stderr);
  return code;
}

describe('a farm that asks its miner for the token', () => {
  it('comes up, and shows the token in no output and on no command line', async () => {
    const lines = await watchCommandLines(
      (async () => {
        expect(await run('validate')).toBe(0);
        expect(await run('render')).toBe(0);
        expect(await run('plan', '--json')).toBe(0);
        expect(await run('plan', '--diff')).toBe(0);
        expect(await run('apply', '--yes', '--json')).toBe(0);
        expect(await run('status', '--json')).toBe(0);
        expect(await run('doctor')).toBe(0);
        expect(await run('logs', 'worker-1')).toBe(0);
      })(),
    );
    expect(outputs.join('\n').length).toBeGreaterThan(1000);
    expect(outputs.join('\n').includes(canary)).toBe(false);
    expect(lines.includes('miner/cli-main.js auth api-info --perm admin')).toBe(true);
    expect(lines.includes(canary)).toBe(false);
    expect(await farm.plannedSteps()).toEqual([]);
  });

  it('gives its workers the address that the miner has printed', async () => {
    const api = (await readFile(join(farm.dir, 'miner', 'api'), 'utf8')).trim();
    const env = await farm.read('host-1', 'etc', 'workers', 'worker-1', 'worker.env');
    expect(env.includes(`MINER_API_INFO=${canary}:${api}`)).toBe(true);
  });

  it('seals', async () => {
    await farm.submit(2);
    await eventually('both sectors are proved', () => farm.allProving(2));
  });
});

describe('where the miner cannot be asked', () => {
  it('says so without the token, with what Lotus complains of', async () => {
    const miner = join(farm.dir, 'miner');
    await farm.edit((text) => text.replace(`repo: ${miner}\n`, `repo: ${miner}-2\n`));
    const { code, stderr } = await farm.run(['plan']);
    await farm.edit((text) => text.replace(`repo: ${miner}-2\n`, `repo: ${miner}\n`));
    expect(code).toBe(1);
    expect(stderr).toContain('SF307');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'ERROR: could not get API info for StorageMiner: repo directory does not exist',
    );
  });
});
