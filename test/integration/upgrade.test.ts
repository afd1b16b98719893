import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SandboxFarm } from '../support/sandbox-farm.js';

let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
});

afterAll(async () => {
  await farm.down();
});

/** As a package manager does it: another file in the place of the program. */
async function install(host: string, change: (text: string) => string): Promise<void> {
  const binary = farm.host(host, 'bin', 'lotus-worker');
  await writeFile(`${binary}.new`, change(await readFile(binary, 'utf8')), { mode: 0o755 });
  await rename(`${binary}.new`, binary);
}

async function codes(): Promise<readonly string[]> {
  const { stdout } = await farm.run(['plan', '--json']);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
  return diagnostics.map(({ code }) => code);
}

it('a worker is restarted for the program that was installed, not before the miner has it, and then no more', async () => {
  expect(await farm.plannedSteps()).toEqual([]);
  const before = await farm.read('host-2', 'bin', 'lotus-worker');
  await install('host-1', (text) => `${text}# a new build\n`);
  await install('host-2', (text) =>
    text.replace('exec', `[ "$*" != --version ] || { echo 'lotus-worker version 1.37.0'; exit; }\nexec`),
  );
  expect(await farm.plannedSteps()).toMatchObject([
    { id: 'worker-1/restart', disruption: 'restart', reason: 'program-replaced' },
  ]);
  expect(await codes()).toContain('SF596');
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  expect(await farm.plannedSteps()).toEqual([]);

  // The miner stays as it is, and its lotus-worker is put back.
  await install('host-2', () => before);
  const binary = farm.host('host-2', 'bin', 'lotus-worker');
  await utimes(binary, 1, 1);
  expect(await codes()).not.toContain('SF596');
  expect(await farm.plannedSteps()).toEqual([]);
});
