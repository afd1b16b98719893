import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diff, type DiffOptions } from '../../src/cli/commands/diff.js';
import { commandScene } from '../support/command.js';

const TEXT = readFileSync(new URL('../../examples/storage-groups/sealfarm.yaml', import.meta.url), 'utf8');
const scene = commandScene(TEXT);

function compared(after: string, more: Partial<DiffOptions> = {}): Promise<number> {
  const file = join(scene.folder, 'after.yaml');
  writeFileSync(file, after);
  return diff(scene.config, file, { config: 'none', color: false, ...more });
}

describe('sealfarm diff', () => {
  it('finds nothing between a file and itself', async () => {
    expect(await compared(TEXT, { detailedExitcode: true })).toBe(0);
    expect(scene.out.join('')).toBe('No difference: both files ask the same of every host.\n');
  });

  it('finds a change, and says so by its status where that is wanted', async () => {
    const after = TEXT.replace('limits: { PC1: 4 }', 'limits: { PC1: 5 }');
    expect(after).not.toBe(TEXT);
    expect(await compared(after, { detailedExitcode: true })).toBe(2);
    expect(scene.out.join('')).toContain('PC1_32G_MAX_CONCURRENT: 4 → 5');
    expect(await compared(after, { format: 'json' })).toBe(0);
    expect(JSON.parse(scene.out.at(-1) ?? '')).toMatchObject({
      farm: 'example',
      summary: { restart: 3 },
      gone: [],
    });
    await compared(after, { format: 'markdown' });
    expect(scene.out.at(-1)).toMatch(/^### sealfarm: what the change does to example\n/);
  });

  it('takes an ID that is written down for the one that was there, and refuses another', async () => {
    const id = (end: number): string =>
      TEXT.replace('seal: true', `seal: true\n            id: 00000000-0000-4000-8000-00000000000${end}`);
    expect(await compared(id(1), { detailedExitcode: true })).toBe(0);
    writeFileSync(scene.config, id(1));
    expect(await compared(id(2))).toBe(1);
    expect(scene.out.at(-1)).toContain('error SF505');
  });

  it.each([
    ['nonsense', 'farm: ['],
    ['another format', 'version: 2'],
  ])('reads neither file from %s', async (_, text) => {
    expect(await compared(text)).toBe(78);
    expect(await diff(join(scene.folder, 'none.yaml'), scene.config, { config: 'none', color: false })).toBe(
      78,
    );
    expect(scene.out).toEqual([]);
  });
});
