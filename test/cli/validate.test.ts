import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { validate } from '../../src/cli/commands/validate.js';
import { EXIT } from '../../src/cli/exit-code.js';

const HEAD = `version: 1
farm: north
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
`;
const HOSTS = 'hosts: { a: { address: 10.0.0.1, workers: { w: { tasks: [], storage: [{ path: /a }] } } } }\n';

let folder: string;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-validate-'));
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('sealfarm validate', () => {
  it.each([
    ['one of each', HOSTS, EXIT.done, 'is valid: 1 host, 1 worker. 1 warning.'],
    ['what is said of a valid file', 'hosts: {}\n', EXIT.done, 'is valid: 0 hosts, 0 workers. 1 warning.'],
    ['errors', 'hosts: {}\nhostz: 1\nfoo: 1\n', EXIT.badConfig, ': 2 errors.'],
  ])('counts %s', async (_, hosts, code, verdict) => {
    const config = join(folder, 'farm.yaml');
    writeFileSync(config, HEAD + hosts);
    expect(await validate({ config, color: false })).toBe(code);
    expect(out.slice(config.length).trim()).toBe(verdict);
  });

  it('gives no terminal the control characters of a name', async () => {
    expect(await validate({ config: 'no\u001B[31mfile', color: false })).toBe(EXIT.badConfig);
    expect(out).toBe('no␛[31mfile: 1 error.\n');
  });

  it('prints one document with a version for programs', async () => {
    const config = join(folder, 'farm.yaml');
    writeFileSync(config, `${HEAD}hosts: {}\n`);
    await validate({ config, color: false, json: true });
    expect(JSON.parse(out)).toMatchObject({
      formatVersion: 1,
      valid: true,
      diagnostics: [{ code: 'SF238' }],
    });
  });
});
