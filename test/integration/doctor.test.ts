import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { CliResult } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

let farm: SandboxFarm | undefined;

afterEach(async () => {
  await farm?.down();
  farm = undefined;
});

interface Found {
  readonly hosts: readonly {
    readonly host: string;
    readonly reached: boolean;
    readonly facts?: { readonly hardware: { readonly cpus: number } };
  }[];
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: string;
    readonly place?: { readonly host?: string };
  }[];
}

function read({ stdout }: CliResult): Found {
  return JSON.parse(stdout) as Found;
}

function errors(found: Found): readonly string[] {
  return found.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, place }) => `${code} ${place?.host ?? ''}`)
    .sort();
}

it('finds no error on a farm that is as declared, and each one that is made there', async () => {
  farm = await SandboxFarm.up(3);
  expect((await farm.run(['apply', '--yes'])).code).toBe(0);
  const well = await farm.run(['doctor', '--json']);
  expect(errors(read(well))).toEqual([]);
  expect(well.code).toBe(0);
  expect(read(well).hosts.map(({ host, reached, facts }) => [host, reached, facts !== undefined])).toEqual([
    ['host-1', true, true],
    ['host-2', true, true],
    ['host-3', true, true],
  ]);
  const text = await farm.run(['doctor']);
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/on 3 hosts\.\n?$/);

  const address = 'address: 127.0.0.12';
  await farm.edit((before) => before.replace(address, `${address}\n    ssh: { port: 1 }`));
  const partly = await farm.run(['doctor', '--json']);
  expect(partly.code).toBe(3);
  expect(read(partly).hosts.map(({ reached }) => reached)).toEqual([true, false, true]);
  expect(errors(read(partly))).toEqual(['SF404 host-2']);
  await farm.edit((before) => before.replace('\n    ssh: { port: 1 }', ''));

  const stray = farm.host('host-1', 'seal', 'sealed', 'backup.tar');
  await mkdir(dirname(stray), { recursive: true });
  await writeFile(stray, '');
  const envFile = farm.host('host-2', 'etc', 'workers', 'worker-2', 'worker.env');
  await appendFile(envFile, 'PC1_32G_MAX_CONCURRENT=four\n');
  await chmod(farm.host('host-3', 'lotus-worker', 'token'), 0o644);
  const ill = await farm.run(['doctor', '--json']);
  expect(ill.code).toBe(1);
  expect(errors(read(ill))).toEqual(['SF522 host-2', 'SF523 host-1']);
  expect(read(ill).diagnostics).toContainEqual(
    expect.objectContaining({
      code: 'SF526',
      severity: 'warning',
      place: expect.objectContaining({ host: 'host-3' }) as unknown,
    }),
  );
  expect(ill.stdout + ill.stderr).not.toContain('four');

  const one = await farm.run(['doctor', 'host-3', '--json']);
  expect(read(one).hosts.map(({ host }) => host)).toEqual(['host-3']);
  // Workers of hosts that were not asked are no strangers.
  expect(read(one).diagnostics.map(({ code }) => code)).not.toContain('SF570');
  expect(one.code).toBe(0);
  const unknown = await farm.run(['doctor', 'host-9']);
  expect(unknown.code).toBe(64);
  expect(unknown.stderr).toContain('SF611');
});

it('says what a host without a running worker lacks', async () => {
  farm = await SandboxFarm.up(1);
  await farm.edit((text) => text.replace(/binary: \S+/, 'binary: /nowhere/lotus-worker'));
  const looked = await farm.run(['doctor']);
  expect(looked.stdout).toContain('error SF535');
  expect(looked.stdout).toContain('host-1 worker-1 /nowhere/lotus-worker');
  expect(looked.code).toBe(1);
});
