import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
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

it('a worker whose process does not end goes on with its paths and its tasks', async () => {
  // Of signals to the process that was started its worker hears nothing.
  await install('host-1', (text) => text.replace(/^exec (.*)$/m, "trap '' INT TERM\n$1 &\nwait"));
  const replaced = await farm.run(['apply', '--yes']);
  expect(replaced.code, replaced.stdout + replaced.stderr).toBe(0);
  const session = await farm.eye.session('worker-1');
  await farm.edit((text) => text.replaceAll('PC1: 4', 'PC1: 5'));
  // Nobody need wait for as long as it would be given.
  const sleep = farm.host('host-1', 'bin', 'sleep');
  await writeFile(sleep, '#!/bin/sh\n', { mode: 0o755 });
  const stopped = await farm.run(['apply', '--yes', '--target', 'host-1']);
  await rm(sleep);
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(1);
  expect(stopped.stdout).toMatch(/SF605: cannot stop worker-1 on host-1: process \d+ does not end/);

  expect(await farm.eye.session('worker-1')).toBe(session);
  const { stdout } = await farm.run(['status', '--json']);
  const { workers } = JSON.parse(stdout) as { workers: readonly object[] };
  expect(workers).toContainEqual(
    expect.objectContaining({
      name: 'worker-1',
      state: 'running',
      tasks: expect.arrayContaining(['PC1']) as string[],
      paths: [expect.objectContaining({ attached: true })],
    }),
  );
  const list = JSON.parse(await farm.read('host-1', 'lotus-worker', 'storage.json')) as object;
  expect(list).toEqual({ StoragePaths: [{ Path: farm.host('host-1', 'seal') }] });
});
