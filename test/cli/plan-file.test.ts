import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { plan } from '../../src/cli/commands/plan.js';
import { keptFromPlan, readPlanFile, writePlanFile } from '../../src/cli/plan-file.js';
import { savedPlan } from '../../src/view/saved-plan.js';
import { firstSteps, hostPlan, planOf } from '../view/samples.js';

const SAVED = savedPlan(
  planOf([hostPlan('host-1', firstSteps('host-1', 'worker-1', ['PC1']))]),
  { at: '2026-03-01T12:00:06.000Z', by: 'alice@laptop', version: '0.1.0' },
  { salt: 's', declared: {}, seen: {}, index: {}, steps: {} },
);

function edited(from: string | RegExp, to: string): string {
  const before = JSON.stringify(SAVED);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing is ${String(from)}`);
  return after;
}

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-plan-file-'));
  file = join(folder, 'plan.json');
});

afterEach(() => rm(folder, { recursive: true }));

describe('a plan file', () => {
  it('gives back what was put into it, and leaves nothing beside it', async () => {
    expect(await writePlanFile(file, SAVED)).toEqual({ ok: true, value: undefined });
    expect(await readPlanFile(file)).toEqual({
      ok: true,
      value: JSON.parse(JSON.stringify(SAVED)) as unknown,
    });
    expect(await readdir(folder)).toEqual(['plan.json']);
  });

  it('takes the place of an older one', async () => {
    await writeFile(file, 'old');
    await writePlanFile(file, SAVED);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ farm: 'example' });
  });

  it('goes where a link leads', async () => {
    const link = join(folder, 'latest.json');
    await writeFile(file, 'old');
    await symlink(file, link);
    expect(await keptFromPlan(link, 'sealfarm.yaml')).toBeUndefined();
    await writePlanFile(link, SAVED);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ farm: 'example' });
  });

  it.each<[string, (config: string) => string | Promise<string>, RegExp]>([
    [
      'a pipe',
      (): string => {
        execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', file]);
        return file;
      },
      /plan\.json is no regular file/,
    ],
    ['a folder', (): string => folder, /is no regular file/],
    ['standard output', (): string => '-', /- is none/],
    ["the farm's own file", (config): string => config, /is the farm's own file/],
    [
      "a link to the farm's own file",
      async (config): Promise<string> => {
        await symlink(config, file);
        return file;
      },
      /is the farm's own file/,
    ],
    [
      'a link that leads nowhere',
      async (): Promise<string> => {
        await symlink('none', file);
        return file;
      },
      /leads nowhere/,
    ],
  ])('is not %s, which is said before any host is asked', async (_, make, why) => {
    const config = join(folder, 'sealfarm.yaml');
    await writeFile(config, 'version: 1');
    const out = await make(config);
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await plan({ config, out, color: false })).toBe(64);
    expect(said.mock.calls.join('').replace(/\s+/g, ' ')).toMatch(why);
    said.mockRestore();
    expect(await readFile(config, 'utf8')).toBe('version: 1');
  });

  it.each([
    ['a folder that is not there', 'none/plan.json', /there is no such folder/],
    ['a folder', '', /it is a folder|ENOTEMPTY|EEXIST|EBUSY/],
  ])('is not written to %s', async (_, name, why) => {
    const result = await writePlanFile(join(folder, name), SAVED);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF624', severity: 'error' } });
    expect(result.ok ? '' : result.diagnostic.message).toMatch(why);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /it is no JSON/],
    ['another format', { ...SAVED, formatVersion: 2 }, /it has the format version 2, this is 1/],
    [
      'a plan that was only printed',
      { ...SAVED, seal: undefined, made: undefined },
      /it was printed, and not saved/,
    ],
    ['something else', [1], /must be object/],
    ['nothing', null, /must be object/],
    [
      'a step without an ID',
      { ...SAVED, hosts: [{ host: 'h', reached: true, steps: [{}] }] },
      /\/hosts\/0\/steps\/0 must have/,
    ],
    [
      'a plan of a host that paints the terminal',
      edited('"host-1"', '"host\\u001b[31m"'),
      /must match pattern/,
    ],
    [
      'a plan of a worker in two lines',
      edited('"worker":"worker-1"', '"worker":"a\\nb"'),
      /must match pattern/,
    ],
    [
      'a new path without settings',
      edited(/,"settings":\{.*?\}/, ''),
      /must have required property 'settings'/,
    ],
    ['settings without one of them', edited('"CanSeal":true,', ''), /must have required property 'CanSeal'/],
    ['a start that expects nothing', edited(/"expect":\{.*?\}\}/, '"mode":"keep"'), /property 'expect'/],
  ])('is not %s', async (_, content, why) => {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    const result = await readPlanFile(file);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF622', severity: 'error' } });
    expect(result.ok ? '' : result.diagnostic.message).toMatch(why);
  });

  it('is there, and no folder', async () => {
    for (const [name, code] of [
      ['none.json', 'there is no such file'],
      ['.', 'it is a folder'],
    ] as const) {
      const result = await readPlanFile(join(folder, name));
      expect(result.ok ? '' : result.diagnostic.message).toContain(code);
    }
  });

  it('has no end that could be waited for', async () => {
    await symlink('/dev/zero', file);
    const result = await readPlanFile(file);
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF622' } });
  });
});
