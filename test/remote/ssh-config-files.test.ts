import { describe, expect, it, vi } from 'vitest';
import { hostsInConfig, readHostBlocks } from '../../src/remote/ssh-config-blocks.js';

/** The files there are; all others are absent. */
const files = new Map<string, string>();

vi.mock('node:fs/promises', () => ({
  readFile: (path: string) => {
    const text = files.get(path);
    return text === undefined
      ? Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' }))
      : Promise.resolve(text);
  },
  readdir: () => Promise.resolve([]),
}));

function given(texts: Readonly<Record<string, string>>): void {
  files.clear();
  for (const [path, text] of Object.entries(texts)) files.set(path, text);
}

describe('the files of ssh', () => {
  it('are those of the user and of the system, in this order', async () => {
    given({
      '/home/ops/.ssh/config': 'Host a\n',
      '/etc/ssh/ssh_config': 'Host b\nInclude more\n',
      '/etc/ssh/more': 'Host c\n',
    });
    expect((await readHostBlocks('/home/ops'))?.hosts).toEqual([['a'], ['b'], ['c']]);
    expect(await hostsInConfig(['*'], '/home/ops')).toEqual(['a', 'b', 'c']);
  });

  it.each(['/home/ops/.ssh/config', '/etc/ssh/ssh_config'])(
    'may tell hosts apart in %s alone',
    async (path) => {
      given({ [path]: 'Match user root\n' });
      expect(await readHostBlocks('/home/ops')).toBeUndefined();
    },
  );

  it('need not be there', async () => {
    given({});
    expect(await readHostBlocks('/home/ops')).toMatchObject({ hosts: [], own: [] });
  });

  it('are none where it is said so', async () => {
    // A file of that name is not meant.
    given({
      none: 'Match all\n',
      '/home/ops/.ssh/config': 'Match all\n',
      '/etc/ssh/ssh_config': 'Match all\n',
    });
    expect(await readHostBlocks('/home/ops', 'none')).toEqual({ hosts: [], own: [] });
  });
});
