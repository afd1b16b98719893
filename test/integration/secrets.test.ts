import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchCommandLines } from '../support/command-lines.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

/** The sandbox's own token is the canary: a long random text that must turn up in two kinds of files alone. */
let farm: SandboxFarm;
let canary: string;
const outputs: string[] = [];

beforeAll(async () => {
  farm = await SandboxFarm.up();
  canary = (await readFile(join(farm.dir, 'miner', 'token'), 'utf8')).trim();
  await farm.edit((text) => text.replace(/token: \{ file: .* \}/, 'token: { env: SEALFARM_TEST_TOKEN }'));
});

afterAll(async () => {
  await farm.down();
});

async function run(...words: string[]): Promise<number> {
  const { code, stdout, stderr } = await farm.run(words, { SEALFARM_TEST_TOKEN: canary });
  outputs.push(stdout, stderr);
  return code;
}

it('shows the token in no output and on no command line', async () => {
  const lines = await watchCommandLines(
    (async () => {
      expect(await run('validate')).toBe(0);
      expect(await run('render')).toBe(0);
      expect(await run('plan')).toBe(0);
      expect(await run('plan', '--json')).toBe(0);
      expect(await run('apply', '--yes', '--json')).toBe(0);
      expect(await run('status', '--json')).toBe(0);
      expect(await run('doctor')).toBe(0);
      expect(await run('doctor', '--json')).toBe(0);
      expect(await run('capacity', '--json')).toBe(0);
      expect(await run('simulate', '--sectors', '5')).toBe(0);
      await farm.edit((text) =>
        text.replace('profile: pc1-pc2', 'profile: pc1-pc2\n        limits: { PC1: 3 }'),
      );
      expect(await run('plan')).toBe(0);
      expect(await run('apply', '--yes')).toBe(0);
      expect(await run('drain', 'host-3', '--json')).toBe(0);
      expect(await run('resume', 'host-3')).toBe(0);
      // A token that the miner does not take leads to errors everywhere, which must not show it either.
      await farm
        .run(['plan'], { SEALFARM_TEST_TOKEN: `${canary}x` })
        .then(({ stdout, stderr }) => outputs.push(stdout, stderr));
    })(),
  );
  expect(outputs.join('\n').length).toBeGreaterThan(1000);
  expect(outputs.join('\n')).not.toContain(canary);
  expect(lines).toContain('lotus-worker');
  expect(lines).not.toContain(canary);
});

it("keeps the token in the workers' environment files and Lotus's token files alone, readable for their owner only", async () => {
  const holders: string[] = [];
  for (const entry of await readdir(farm.dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (!(await readFile(path, 'latin1')).includes(canary)) continue;
    holders.push(
      relative(farm.dir, path)
        .replace(/host-\d/, 'host-N')
        .replace(/worker-\d/, 'worker-N'),
    );
    expect((await stat(path)).mode & 0o077, path).toBe(0);
  }
  expect(new Set(holders)).toEqual(
    new Set([
      'miner/token',
      'hosts/host-N/etc/workers/worker-N/worker.env',
      'hosts/host-N/lotus-worker/token',
    ]),
  );
});
