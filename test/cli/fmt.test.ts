import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fmt } from '../../src/cli/commands/fmt.js';
import { EXIT, type ExitCode } from '../../src/cli/exit-code.js';

const BEFORE = 'farm: north # its name\nversion: 1\n';
const AFTER = 'version: 1\nfarm: north # its name\n';

let folder: string;
let config: string;
let said: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-fmt-'));
  config = join(folder, 'farm.yaml');
  said = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function run(options: { readonly check?: boolean; readonly json?: boolean } = {}): Promise<ExitCode> {
  return fmt({ config, color: false, ...options });
}

describe('sealfarm fmt', () => {
  it('writes the file in order, with its mode, and leaves nothing beside it', async () => {
    writeFileSync(config, BEFORE);
    chmodSync(config, 0o664);
    expect(await run()).toBe(EXIT.done);
    expect(readFileSync(config, 'utf8')).toBe(AFTER);
    expect(statSync(config).mode & 0o777).toBe(0o664);
    expect(readdirSync(folder)).toEqual(['farm.yaml']);
    expect(said).toBe(`${config} is in order now.\n`);
  });

  it('does not write a file that is in order', async () => {
    writeFileSync(config, AFTER);
    const { ino } = statSync(config);
    expect(await run()).toBe(EXIT.done);
    expect(statSync(config).ino).toBe(ino);
    expect(said).toBe(`${config} is in order.\n`);
  });

  it('only says so with --check', async () => {
    writeFileSync(config, BEFORE);
    expect(await run({ check: true })).toBe(EXIT.failed);
    expect(readFileSync(config, 'utf8')).toBe(BEFORE);
    expect(said).toContain('is not in order');
    said = '';
    expect(await run({ check: true, json: true })).toBe(EXIT.failed);
    expect(JSON.parse(said)).toEqual({ formatVersion: 1, changed: true, diagnostics: [] });
  });

  it('writes where a link leads', async () => {
    const target = join(folder, 'real.yaml');
    writeFileSync(target, BEFORE);
    symlinkSync(target, config);
    expect(await run()).toBe(EXIT.done);
    expect(lstatSync(config).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe(AFTER);
  });

  it.each([
    ['is no YAML', 'farm: [\n', 'SF1'],
    [
      'fills the memory by aliases of aliases',
      `a: &a [x, x]\n${Array.from('bcdefghijklmnopqrstuvwxyz')
        .map(
          (name, at) =>
            `${name}: &${name} [*${String.fromCharCode(97 + at)}, *${String.fromCharCode(97 + at)}]`,
        )
        .join('\n')}\n`,
      'SF110',
    ],
  ])('leaves a file alone that %s', async (_, text, code) => {
    writeFileSync(config, text);
    expect(await run()).toBe(EXIT.badConfig);
    expect(readFileSync(config, 'utf8')).toBe(text);
    expect(said).toContain(code);
  });

  it('says that there is no file', async () => {
    expect(await run()).toBe(EXIT.badConfig);
    expect(said).toContain('SF100');
  });

  it('says where it cannot write, and leaves the file', async () => {
    // There is no longer name than this, as that of the new file would be.
    config = join(folder, 'f'.repeat(255));
    writeFileSync(config, BEFORE);
    expect(await run()).toBe(EXIT.failed);
    expect(said).toContain('SF670');
    expect(readFileSync(config, 'utf8')).toBe(BEFORE);
  });
});
