import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitOf } from '../../src/git/commit-of.js';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-git-'));
  file = join(folder, 'sealfarm.yaml');
  await writeFile(file, 'version: 1\n');
});

afterEach(() => rm(folder, { recursive: true }));

async function git(...words: readonly string[]): Promise<string> {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
  return (await execa('git', ['-C', folder, ...who, ...words])).stdout;
}

async function committed(): Promise<string> {
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'first');
  return git('rev-parse', 'HEAD');
}

it('knows the commit a file is of', async () => {
  const id = await committed();
  expect(id).toMatch(/^[0-9a-f]{40}$/);
  await writeFile(join(folder, 'other'), 'not asked about');
  expect(await commitOf(file)).toEqual({ id, dirty: false });
});

it.each(['sealfarm.yaml', 'new.yaml'])('knows that %s is not as it was committed', async (name) => {
  const id = await committed();
  await writeFile(join(folder, name), 'version: 2\n');
  expect(await commitOf(join(folder, name))).toEqual({ id, dirty: true });
});

it('knows of none where there is none', async () => {
  expect(await commitOf(file)).toBeUndefined();
  await git('init', '--quiet');
  expect(await commitOf(file)).toBeUndefined();
  expect(await commitOf(join(folder, 'none', 'sealfarm.yaml'))).toBeUndefined();
});
