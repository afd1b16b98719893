import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptFromNewFile, writeNewFile } from '../../src/cli/new-file.js';

const fs = vi.hoisted(() => ({ linkFails: undefined as string | undefined }));
vi.mock('node:fs/promises', async (actual) => {
  const real = await actual<typeof promises>();
  const link: typeof promises.link = (from, to) =>
    fs.linkFails === undefined
      ? real.link(from, to)
      : Promise.reject(Object.assign(new Error(fs.linkFails), { code: fs.linkFails }));
  return { ...real, link };
});

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-new-'));
  file = join(folder, 'f.yaml');
});

afterEach(() => {
  fs.linkFails = undefined;
  rmSync(folder, { recursive: true });
});

it('is written whole, and leaves nothing else behind', async () => {
  expect(await keptFromNewFile(file)).toBeUndefined();
  expect(await writeNewFile(file, 'text\n')).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe('text\n');
  expect(readdirSync(folder)).toEqual(['f.yaml']);
});

it('is one writer’s, of many at once: SF680', async () => {
  const said = await Promise.all(
    Array.from({ length: 20 }, (_, index) => writeNewFile(file, `text ${index}`)),
  );
  expect(said.filter((one) => one === undefined)).toHaveLength(1);
  expect(new Set(said.map((one) => one?.code))).toEqual(new Set([undefined, 'SF680']));
  expect(readFileSync(file, 'utf8')).toBe(`text ${said.indexOf(undefined)}`);
  expect(readdirSync(folder)).toEqual(['f.yaml']);
});

it('leaves what is there, be it a link that leads nowhere: SF680', async () => {
  writeFileSync(file, 'mine');
  const link = join(folder, 'link');
  symlinkSync('/nowhere/at/all', link);
  for (const there of [file, link]) {
    expect((await keptFromNewFile(there))?.code).toBe('SF680');
    expect((await writeNewFile(there, 'text'))?.code).toBe('SF680');
  }
  expect(readFileSync(file, 'utf8')).toBe('mine');
});

it('needs a folder, which is told before anything is done: SF687', async () => {
  expect(await keptFromNewFile(join(folder, 'no', 'f.yaml'))).toMatchObject({ code: 'SF687' });
  const said = await writeNewFile(join(folder, 'no', 'f.yaml'), 'text');
  expect(said).toMatchObject({ code: 'SF687' });
  expect(said?.message).toContain('there is no such folder');
});

describe('on a disk without links, as vfat', () => {
  it.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('it is written, and never over another: %s', async (code) => {
    fs.linkFails = code;
    expect(await writeNewFile(file, 'text\n')).toBeUndefined();
    expect(await writeNewFile(file, 'other\n')).toMatchObject({ code: 'SF680' });
    expect(readFileSync(file, 'utf8')).toBe('text\n');
    expect(readdirSync(folder)).toEqual(['f.yaml']);
  });

  it('it is not where the disk itself fails: SF687', async () => {
    fs.linkFails = 'EIO';
    expect(await writeNewFile(file, 'text\n')).toMatchObject({ code: 'SF687' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
