import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostsInConfig } from '../../src/remote/ssh-config-blocks.js';

let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-config-'));
  config = join(folder, 'config');
  const more = join(folder, 'more');
  await writeFile(more, 'Host seal-03 bastion\n  Port 22\n');
  await writeFile(
    config,
    `Host seal-01 'seal-02' !seal-09 # once seal-04\n  User root\nMatch user root\n  Port 1\nHost seal-* *\n  Port 2\nInclude ${more}\nHost seal-02\n`,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  [['seal-*'], ['seal-01', 'seal-02', 'seal-03']],
  [['seal-0[1]'], []],
  [
    ['bastion', 'seal-?1'],
    ['seal-01', 'bastion'],
  ],
  [[], []],
])('ssh_config has by a name like %j the hosts %j', async (patterns, names) => {
  expect(await hostsInConfig(patterns, folder, config)).toEqual(names);
});
