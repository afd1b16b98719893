import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/view/saved-plan.js';
import { SandboxFarm } from '../support/sandbox-farm.js';

let farm: SandboxFarm;

beforeAll(async () => {
  farm = await SandboxFarm.up(2);
});

afterAll(() => farm.down());

async function journal(host: string): Promise<string> {
  return farm.read(host, 'state', 'journal.jsonl').catch(() => '');
}

/** Each test goes on where the one before it left the farm. */
it('is saved without a secret, and shown as it was made', async () => {
  const planned = await farm.run(['plan', '--out', 'plan.json']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stderr).toContain('`sealfarm apply plan.json` does just this');
  const token = (await readFile(join(farm.dir, 'miner', 'token'), 'utf8')).trim();
  expect(token.length).toBeGreaterThan(10);
  expect(await readFile(join(farm.dir, 'plan.json'), 'utf8')).not.toContain(token);
  const shown = await farm.run(['show', 'plan.json']);
  expect(shown.code).toBe(0);
  expect(shown.stdout).not.toContain('+++ ');
  const diffs = await farm.run(['show', 'plan.json', '--diff']);
  expect(diffs.stdout).toMatch(
    /\n +\+\+\+ \S+worker\.env\n[^]*\n +\+MINER_API_INFO=\(secret [0-9a-f]{6}\)\n/,
  );
  expect(diffs.stdout).not.toContain(token);
  expect(await farm.run(['plan', '--diff'])).toMatchObject({
    code: 0,
    stdout: expect.not.stringContaining(token) as string,
  });
  expect(shown.stdout.split('\n\n').slice(1).join('\n\n')).toBe(planned.stdout);
  const markdown = await farm.run(['show', 'plan.json', '--format', 'markdown']);
  expect(markdown.stdout).toMatch(/^### sealfarm plan of sandbox\n\n\*\*Plan: 2 to start/);
});

it('is not applied to a farm that is another', async () => {
  await farm.edit((text) => text.replace(/^farm: .*/m, 'farm: other'));
  const result = await farm.run(['apply', 'plan.json']);
  await farm.edit((text) => text.replace(/^farm: .*/m, 'farm: sandbox'));
  expect([result.code, await journal('host-1')]).toEqual([1, '']);
  expect(result.stderr).toContain(
    'error SF623: plan.json is a plan of the farm sandbox, this is the farm other',
  );
});

it('is not applied by another version of sealfarm', async () => {
  const saved = JSON.parse(await readFile(join(farm.dir, 'plan.json'), 'utf8')) as SavedPlan;
  const older = { ...saved, made: { ...saved.made, version: '0.0.9' } };
  await writeFile(join(farm.dir, 'older.json'), JSON.stringify(older));
  const result = await farm.run(['apply', 'older.json']);
  expect([result.code, await journal('host-1')]).toEqual([1, '']);
  expect(result.stderr).toContain('older.json was made by sealfarm 0.0.9, this is sealfarm ');
});

it('is not applied when it was edited to say something else', async () => {
  const text = await readFile(join(farm.dir, 'plan.json'), 'utf8');
  const [host] = (JSON.parse(text) as SavedPlan).hosts;
  await writeFile(
    join(farm.dir, 'edited.json'),
    JSON.stringify({ ...(JSON.parse(text) as SavedPlan), hosts: [host] }),
  );
  expect((await farm.run(['show', 'edited.json'])).stdout).not.toContain('host-2');
  const result = await farm.run(['apply', 'edited.json']);
  expect([result.code, await journal('host-1')]).toEqual([1, '']);
  expect(result.stderr).toContain('error SF622: edited.json is no saved plan: it was edited');
});

it('is applied once, without a question', async () => {
  const applied = await farm.run(['apply', 'plan.json']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect((await farm.run(['plan', '--detailed-exitcode'])).code).toBe(0);
  const again = await farm.run(['apply', 'plan.json']);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('host-1: worker-1: process');
});

it('is not applied when the file declares something else', async () => {
  await farm.edit((text) => text.replace(/^( *)profile: (\S+)$/m, '$1profile: $2\n$1limits: { PC1: 1 }'));
  expect((await farm.run(['plan', '--out', 'limits.json', '--detailed-exitcode'])).code).toBe(2);
  await farm.edit((text) => text.replace('limits: { PC1: 1 }', 'limits: { PC1: 2 }'));
  const before = await journal('host-1');
  const result = await farm.run(['apply', 'limits.json', '--json']);
  await farm.edit((text) => text.replace('limits: { PC1: 2 }', 'limits: { PC1: 1 }'));
  expect([result.code, await journal('host-1')]).toEqual([1, before]);
  expect(JSON.parse((await farm.run(['plan', '--json'])).stdout)).toMatchObject({
    made: { version: expect.any(String) as string },
  });
  expect(JSON.parse(result.stdout)).toMatchObject({ type: 'diagnostics', diagnostics: [{ code: 'SF623' }] });
  expect(result.stdout).toContain('what the file declares for host-1');
});

it('is not applied when somebody edited a file on a host', async () => {
  const file = farm.host('host-1', 'etc', 'workers', 'worker-1', 'worker.env');
  const written = await readFile(file, 'utf8');
  await appendFile(file, 'RUST_LOG=debug\n');
  const result = await farm.run(['apply', 'limits.json']);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('host-1: worker-1: environment file');
  expect(await readFile(file, 'utf8')).toBe(`${written}RUST_LOG=debug\n`);
  await writeFile(file, written);
  const applied = await farm.run(['apply', 'limits.json']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('PC1_32G_MAX_CONCURRENT=1');
});

it.each([
  ['{"formatVersion": 2}', 'it has the format version 2'],
  ['{', 'it is no JSON'],
])('is not read from %s', async (text, why) => {
  await writeFile(join(farm.dir, 'bad.json'), text);
  for (const command of ['apply', 'show']) {
    const result = await farm.run([command, 'bad.json']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`error SF622: bad.json is no saved plan: ${why}`);
  }
});

it('is not saved of drift alone', async () => {
  const result = await farm.run(['plan', '--refresh-only', '--out', 'drift.json']);
  expect([result.code, result.stderr]).toEqual([64, expect.stringContaining('error SF615')]);
  await farm.edit((text) => text.replace('limits: { PC1: 1 }', 'limits: { PC1: 2 }'));
  const drift = await farm.run(['plan', '--refresh-only', '--detailed-exitcode']);
  const all = await farm.run(['plan', '--detailed-exitcode', '--json', '--refresh-only']);
  await farm.edit((text) => text.replace('limits: { PC1: 2 }', 'limits: { PC1: 1 }'));
  expect([drift.code, drift.stdout]).toEqual([0, expect.stringMatching(/^Drift alone: [^]*\nNo drift\. /)]);
  expect(JSON.parse(all.stdout)).toMatchObject({ driftOnly: true, summary: { restart: 0 } });
});

it('is of a part of the farm, and leaves the rest alone', async () => {
  await farm.edit((text) => text.replace('limits: { PC1: 1 }', 'limits: { PC1: 3 }'));
  const planned = await farm.run(['plan', '--target', 'host-2', '--detailed-exitcode', '--out', 'part.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  expect(planned.stdout).toContain('No changes. This part of the farm matches the file.');
  expect((await farm.run(['plan', '--exclude', 'worker-2', '--detailed-exitcode'])).code).toBe(2);
  expect((await farm.run(['show', 'part.json'])).stdout).toContain('Plan of sandbox, host-2 alone, made ');
  const widened = await farm.run(['apply', 'part.json', '--target', 'host-1']);
  expect([widened.code, widened.stderr]).toEqual([64, expect.stringContaining('SF615')]);
  const applied = await farm.run(['apply', '--target', 'host-[1-1]', '--yes']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(await farm.read('host-1', 'etc', 'workers', 'worker-1', 'worker.env')).toContain(
    'PC1_32G_MAX_CONCURRENT=3',
  );
  expect((await farm.run(['plan', '--target', 'host-7'])).code).toBe(64);
});

it('says why nothing is done where no host of it can be reached', async () => {
  const written = await readFile(join(farm.dir, 'sealfarm.yaml'), 'utf8');
  await farm.edit((text) => text.replace(/(host-2:\n +address: )\S+/, (_, key: string) => `${key}127.0.0.1`));
  await farm.run(['plan', '--target', 'host-2', '--out', 'away.json']);
  const result = await farm.run(['apply', 'away.json']);
  await writeFile(join(farm.dir, 'sealfarm.yaml'), written);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('error SF404: Cannot connect to host-2');
});
