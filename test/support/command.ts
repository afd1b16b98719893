import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** What a command of a test has to work on, and what it has said. */
export interface CommandScene {
  folder: string;
  /** The farm's file, new for each test. */
  config: string;
  out: string[];
  err: string[];
}

/** A folder with this farm for each test of a file, and ears for both outputs. */
export function commandScene(file: string): CommandScene {
  const scene: CommandScene = { folder: '', config: '', out: [], err: [] };
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'sealfarm-command-'));
    Object.assign(scene, { folder, config: join(folder, 'sealfarm.yaml'), out: [], err: [] });
    writeFileSync(scene.config, file);
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => scene.out.push(String(text)) > 0);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => scene.err.push(String(text)) > 0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(scene.folder, { recursive: true });
  });
  return scene;
}
