import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blocksOf, readHostBlocks } from '../../src/remote/ssh-config-blocks.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sealfarm-blocks-'));
  await mkdir(join(home, '.ssh'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function blocksIn(text: string): Promise<Awaited<ReturnType<typeof readHostBlocks>>> {
  const file = join(home, 'config');
  await writeFile(file, text);
  return readHostBlocks(home, file);
}

/** Which of these addresses get the same answer; `-` for those that have to be asked for alone. */
async function groups(text: string, addresses: readonly string[]): Promise<readonly string[]> {
  const blocks = await blocksIn(text);
  if (blocks === undefined) return addresses.map(() => '-');
  return addresses.map((address) => blocksOf(blocks, address) ?? '-');
}

/** What ssh itself says, with the name of the host taken out; undefined where it refuses the file. */
function asked(address: string): string | undefined {
  const words = ['-G', '-T', '-F', join(home, 'config'), '--', address];
  const { stdout, status } = spawnSync('ssh', words, { encoding: 'utf8' });
  return status !== 0
    ? undefined
    : stdout.replace(new RegExp(`^(host|hostname) ${address}$`, 'gm'), '$1 (name)');
}

describe('hosts that ssh_config tells apart', () => {
  it.each<[what: string, text: string, expected: readonly string[]]>([
    ['none', 'User ops\nPort 2222\n', ['', '', '']],
    ['by a pattern', 'Host a\n User ops\n', ['1', '0', '0']],
    ['by one of several', 'Host a c?\n User ops\n', ['1', '0', '1']],
    ['but for one', 'Host * !b\n User ops\n', ['1', '0', '1']],
    ['by quoted words and an equals sign', 'host="a" b\n User ops\n', ['1', '1', '0']],
    ['by name', 'Host a\n HostName 127.0.0.1\n', ['-', '0', '0']],
    ['by name, everywhere', 'HostName %h.lan\n', ['-', '-', '-']],
    ['by a file of known hosts for each', 'UserKnownHostsFile ~/k/%k\n', ['-', '-', '-']],
    ['by an agent for each', 'Host a\n IdentityAgent "/run/%C"\n', ['-', '0', '0']],
    [
      'not by a file for all',
      'UserKnownHostsFile %d/k\nIdentityFile ~/k/%h\nProxyCommand nc %h %p\n',
      ['', '', ''],
    ],
    ['by a program', 'Match exec "test %h = a"\n User ops\n', ['-', '-', '-']],
    ['by what they are called elsewhere', 'CanonicalizeHostname yes\n', ['-', '-', '-']],
    ['not by comments', '# Host a\n  #Match all\n', ['', '', '']],
    ['perhaps by what a comment names', 'Host a # once b\n User ops\n', ['-', '-', '-']],
    ['perhaps by words in other quotes', "Host 'a'\n User ops\n", ['-', '-', '-']],
    ['perhaps by a word with a backslash', 'Host \\a\n User ops\n', ['-', '-', '-']],
    ['perhaps by a word of several parts', 'Host "a"b\n User ops\n', ['-', '-', '-']],
    ['perhaps by a keyword in quotes', '"Host" a\n User ops\n', ['-', '-', '-']],
    ['perhaps by a file with a comment behind it', 'Include x # y\n', ['-', '-', '-']],
    ['not by a comment behind another option', "User ops # it's b\n", ['', '', '']],
  ])('%s', async (_, text, expected) => {
    expect(await groups(text, ['a', 'b', 'c1'])).toEqual(expected);
  });

  it('by files that are included', async () => {
    await mkdir(join(home, '.ssh/conf.d'));
    await writeFile(join(home, '.ssh/conf.d/one.conf'), 'Host a\n HostName 127.0.0.1\nHost b\n');
    await writeFile(join(home, '.ssh/conf.d/other.txt'), 'Match all\n');
    expect(await groups('Include conf.d/*.conf\n', ['a', 'b', 'c1'])).toEqual(['-', '01', '00']);
  });

  it('by names of an included file, in the block that includes it', async () => {
    await writeFile(join(home, '.ssh/names'), 'HostName 127.0.0.1\n');
    expect(await groups('Host a\n Include names\nHost b\n', ['a', 'b', 'c1'])).toEqual(['-', '01', '00']);
  });

  it.each(['Include conf.d/[ab]*\n', 'Include ~other/config\n', 'Include ${HOME}/x\n', 'Include */config\n'])(
    'perhaps by what only ssh can find: %j',
    async (text) => {
      expect(await groups(text, ['a'])).toEqual(['-']);
    },
  );

  it('perhaps by files that include themselves', async () => {
    await writeFile(join(home, '.ssh/loop'), 'Include loop\n');
    expect(await groups('Include loop\n', ['a'])).toEqual(['-']);
  });

  it('not by files that are not there', async () => {
    expect(await groups('Include none/*.conf none\n', ['a'])).toEqual(['']);
  });

  it('are those to which ssh itself says something else', async () => {
    const plain = fc.constantFrom('a', 'b', 'c1', '*', '?', 'c*', '!a', '!c?', '*1', '10.0.0.*');
    const odd = fc.constantFrom(
      '#',
      '# b',
      '#a',
      'a#',
      "'a'",
      "'a b'",
      '"a"',
      '"a b"',
      '"c"1',
      '\\a',
      "\\'b",
    );
    const word = fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: odd });
    const keyword = fc.constantFrom('Host ', 'Host ', 'Host ', 'host=', '"Host" ');
    const host = fc
      .tuple(keyword, fc.array(word, { minLength: 1, maxLength: 3 }))
      .map(([name, words]) => name + words.join(' '));
    const option = fc.constantFrom(
      'User ops',
      'User root',
      'Port 2200',
      'IdentityFile ~/.ssh/%h',
      'HostName %h.lan',
      'HostName a',
      'UserKnownHostsFile ~/.ssh/known_hosts.d/%k',
      'IdentityAgent /run/%n',
      'ProxyCommand nc %h %p',
      'ProxyJump gate',
      'ConnectTimeout 3',
    );
    const addresses = ['a', 'b', 'c1', 'd', '10.0.0.1', '10.0.0.2'];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(host, option), { maxLength: 8 }), async (lines) => {
        const known = new Map<string, string>();
        const keys = await groups(`${lines.join('\n')}\n`, addresses);
        for (const [index, address] of addresses.entries()) {
          const key = keys[index] ?? '-';
          if (key === '-') continue;
          const said = asked(address);
          // Which ssh refuses is asked again for each.
          if (said === undefined) continue;
          expect(said).toBe(known.get(key) ?? said);
          known.set(key, said);
        }
      }),
      { numRuns: 60 },
    );
  });
});
