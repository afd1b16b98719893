import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { importHosts } from '../../src/cli/commands/import.js';
import { run } from '../../src/cli/program.js';
import { success } from '../../src/diagnostic/result.js';
import { FOUND_END, FOUND_HEAD } from '../../src/observed/found-script.js';
import { FakeRemote, output } from '../probe/fake-remote.js';

let said = '';
const folders: string[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  said = '';
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function listen(): void {
  const take = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
}

describe('import', () => {
  it('says so where no worker runs', async () => {
    const remote = new FakeRemote('seal-1');
    remote.onExec = () => Promise.resolve(output(`${FOUND_HEAD}\nhostname =seal-1\nboot =1\n${FOUND_END}\n`));
    listen();
    const options = { config: 'x', json: true, color: false, name: 'x' };
    const code = await importHosts(['seal-1'], options, {
      connect: () => Promise.resolve(success(remote)),
    });
    expect(code).toBe(1);
    const { diagnostics } = JSON.parse(said) as { diagnostics: { code: string; severity: string }[] };
    expect(diagnostics.at(-1)).toMatchObject({ code: 'SF667', severity: 'error' });
  });

  it.each([
    ['--check without --update', ['--check'], '--check goes with --update'],
    ['the miner of a file that is there', ['--update', '--miner', 'm'], '--miner is for a new file'],
    ['the token of its miner', ['--update', '--miner-token', 'env:X'], '--miner-token is for a new file'],
    ['its sectors', ['--update', '--sector-size', '32GiB'], '--sector-size is for a new file'],
    ['its name', ['--update', '--name', 'north'], '--name is for a new file'],
  ])('takes no %s', async (_, words, message) => {
    listen();
    expect(await run(['import', 'seal-1', ...words])).toBe(64);
    expect(said).toContain(message);
  });

  it('never shows a token that was pasted for a host', async () => {
    listen();
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJBbGxvdyI6W119.canary';
    const options = { config: 'x', json: false, color: false, name: 'x' };
    expect(await importHosts(['seal-1', token], options)).toBe(64);
    expect(said).toContain('SF615');
    expect(said).not.toContain('canary');
  });

  it('updates no file that is wrong, and none that is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sealfarm-import-'));
    folders.push(folder);
    const file = join(folder, 'sealfarm.yaml');
    writeFileSync(file, 'version: 1\n');
    listen();
    expect(await run(['import', '--update', 'seal-1', '--config', file])).toBe(78);
    expect(readFileSync(file, 'utf8')).toBe('version: 1\n');
    expect(await run(['import', '--update', 'seal-1', '--config', join(folder, 'none.yaml')])).toBe(78);
    expect(said).toContain('SF100');
  });
});
