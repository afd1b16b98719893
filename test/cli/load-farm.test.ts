import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFarmFile } from '../../src/cli/load-farm.js';

const FILE = `version: 1
farm: north
sectorSize: 32GiB
miner: { api: /ip4/10.0.0.10/tcp/2345/http, token: { env: MINER } }
hosts: {}
`;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealfarm-load-'));
  file = join(folder, 'sealfarm.yaml');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('openFarmFile', () => {
  it('goes on with what it has read, whatever becomes of the file', async () => {
    writeFileSync(file, FILE);
    const read = await openFarmFile(file);
    writeFileSync(file, 'nonsense: [');
    expect(read(() => []).farm?.name).toBe('north');
    const seen: string[] = [];
    read(({ name }) => {
      seen.push(name);
      return [];
    });
    expect(seen).toEqual(['north']);
  });

  it.each([
    ['a folder', '.', 'SF100'],
    ['nothing', 'nowhere.yaml', 'SF100'],
    ['a device without an end', '/dev/zero', 'SF101'],
    ['an empty device', '/dev/null', 'SF106'],
  ])('says what is wrong with %s', async (_, name, code) => {
    const read = await openFarmFile(name.startsWith('/') ? name : join(folder, name));
    expect(read(() => []).diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });
});
