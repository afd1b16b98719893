import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hashedName,
  fingerprint,
  entriesFor,
  judgeHostKey,
  keyType,
  knownHostName,
  matchesHost,
  parseKnownHosts,
} from '../../src/remote/known-hosts.js';
import { makeKey, sshKeygen, type TestKey } from '../support/ssh-keys.js';

let folder: string;
let key: TestKey;
let other: TestKey;
let rsa: TestKey;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealfarm-known-'));
  [key, other, rsa] = await Promise.all([
    makeKey(folder, 'key'),
    makeKey(folder, 'other'),
    makeKey(folder, 'rsa', { type: 'rsa' }),
  ]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('parseKnownHosts', () => {
  test('reads entries with their line numbers and skips what is none', () => {
    const text = [
      '# a comment',
      '',
      `host-1,10.0.0.1 ${key.publicText} operator@laptop`,
      'host-2 ssh-ed25519',
      'host-3 ssh-ed25519 !!!not-base64!!!',
      `host-4 ssh-rsa ${key.publicBlob.toString('base64')}`,
      `@revoked * ${other.publicText}`,
      `@cert-authority *.example.org ${rsa.publicText}`,
      `@unheard-of * ${other.publicText}`,
      `\t host-5\t${key.publicText}\r`,
    ].join('\n');
    expect(parseKnownHosts(text)).toEqual([
      { line: 3, hosts: 'host-1,10.0.0.1', type: 'ssh-ed25519', key: key.publicBlob },
      { line: 7, marker: 'revoked', hosts: '*', type: 'ssh-ed25519', key: other.publicBlob },
      { line: 8, marker: 'cert-authority', hosts: '*.example.org', type: 'ssh-rsa', key: rsa.publicBlob },
      { line: 10, hosts: 'host-5', type: 'ssh-ed25519', key: key.publicBlob },
    ]);
  });

  test('never throws, whatever is in the file', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('@revoked', '|1|a|b', '|1|', 'ssh-rsa', 'AAAA', '*', '!'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { maxLength: 5 }), { maxLength: 5 }),
        fc.string(),
        (lines, host) => {
          const entries = parseKnownHosts(lines.map((words) => words.join(' ')).join('\n'));
          expect(judgeHostKey(entriesFor(entries, host), Buffer.from('x')).kind).toBe('unknown');
        },
      ),
    );
  });
});

describe('matchesHost', () => {
  test.each([
    ['host-1', 'host-1', true],
    ['host-1', 'host-10', false],
    ['host-10,host-1', 'host-1', true],
    ['HOST-1', 'host-1', true],
    ['host-1', 'Host-1', true],
    ['host-*', 'host-1', true],
    ['host-?', 'host-1', true],
    ['host-?', 'host-12', false],
    ['*.example.org', 'a.b.example.org', true],
    ['*.example.org', 'example.org', false],
    ['a.example.org', 'axexample.org', false],
    ['*.example.org,!bad.example.org', 'good.example.org', true],
    ['*.example.org,!bad.example.org', 'bad.example.org', false],
    ['!bad.example.org,*.example.org', 'bad.example.org', false],
    ['!bad.example.org', 'good.example.org', false],
    ['[host-1]:2200', '[host-1]:2200', true],
    ['[host-1]:2200', 'host-1', false],
    ['host-1', '[host-1]:2200', false],
    ['[host-1]:22', 'host-1', false],
    ['[*]:2200', '[10.0.0.1]:2200', true],
    ['fd00::1', 'fd00::1', true],
    ['*', '[anything]:1', true],
    ['|1|zzz', 'host-1', false],
    ['|2|c2FsdA==|aGFzaA==', 'host-1', false],
  ])('%s and %s: %s', (hosts, name, expected) => {
    expect(matchesHost(hosts, name)).toBe(expected);
  });

  test('agrees with ssh-keygen -H and -F', async () => {
    const names = ['host-1', '10.0.0.1', '[10.0.0.1]:2200', 'node.example.org', '[fd00::1]:2222', 'host-2'];
    const file = join(folder, 'hashed');
    await writeFile(file, names.map((name) => `${name} ${key.publicText}\n`).join(''));
    await sshKeygen(['-H', '-f', file]);
    const entries = parseKnownHosts(await readFile(file, 'utf8'));
    expect(entries).toHaveLength(names.length);
    expect(entries.every((entry) => entry.hosts.startsWith('|1|'))).toBe(true);
    for (const wanted of [...names, 'host-3', '[host-1]:2200', '[10.0.0.1]:22']) {
      const printed = await sshKeygen(['-F', wanted, '-f', file]);
      const theirs = [...printed.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
      const ours = entries.filter((entry) => matchesHost(entry.hosts, wanted)).map((entry) => entry.line);
      expect({ wanted, lines: ours }).toEqual({ wanted, lines: theirs });
    }
  });

  test('agrees with ssh-keygen -F on patterns', async () => {
    const file = join(folder, 'patterns');
    const fields = [
      'host-?',
      '*.example.org,!bad.example.org',
      '[*.example.org]:2200',
      'a,b,host-1',
      '!host-2,host-*',
    ];
    await writeFile(file, fields.map((hosts) => `${hosts} ${key.publicText}\n`).join(''));
    const entries = parseKnownHosts(await readFile(file, 'utf8'));
    for (const wanted of [
      'host-1',
      'host-2',
      'host-22',
      'bad.example.org',
      'x.example.org',
      '[x.example.org]:2200',
      'a',
    ]) {
      const printed = await sshKeygen(['-F', wanted, '-f', file]);
      const theirs = [...printed.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
      const ours = entries.filter((entry) => matchesHost(entry.hosts, wanted)).map((entry) => entry.line);
      expect({ wanted, lines: ours }).toEqual({ wanted, lines: theirs });
    }
  });
});

describe('judgeHostKey', () => {
  const judge = (text: string, shown: TestKey): string =>
    judgeHostKey(entriesFor(parseKnownHosts(text), 'host-1'), shown.publicBlob).kind;

  test('the known key', () => {
    expect(judge(`host-1 ${key.publicText}`, key)).toBe('known');
  });

  test('any of several keys of one type', () => {
    expect(judge(`host-1 ${other.publicText}\nhost-* ${key.publicText}`, key)).toBe('known');
  });

  test('another key of the same type is a changed one, with the entry it differs from', () => {
    const text = `host-2 ${key.publicText}\nhost-1 ${other.publicText}`;
    const verdict = judgeHostKey(entriesFor(parseKnownHosts(text), 'host-1'), key.publicBlob);
    expect(verdict).toMatchObject({ kind: 'changed', expected: { line: 2, key: other.publicBlob } });
  });

  test('a key of another type is unknown', () => {
    expect(judge(`host-1 ${rsa.publicText}`, key)).toBe('unknown');
  });

  test('a revoked key is refused even where another line knows it', () => {
    expect(judge(`host-1 ${key.publicText}\n@revoked * ${key.publicText}`, key)).toBe('revoked');
  });

  test('a key revoked for another host only is not refused', () => {
    expect(judge(`host-1 ${key.publicText}\n@revoked host-2 ${key.publicText}`, key)).toBe('known');
  });

  test('the key of a certificate authority is no host key', () => {
    expect(judge(`@cert-authority * ${key.publicText}`, key)).toBe('unknown');
  });
});

test('fingerprint is what ssh-keygen -l prints', async () => {
  expect(await sshKeygen(['-lf', rsa.publicFile])).toContain(` ${fingerprint(rsa.publicBlob)} `);
});

test('keyType reads the type of a key and is undefined for anything else', () => {
  expect(keyType(rsa.publicBlob)).toBe('ssh-rsa');
  expect(keyType(Buffer.from('ab'))).toBeUndefined();
  expect(keyType(Buffer.from([0, 0, 1, 0, 65]))).toBeUndefined();
});

test('knownHostName puts other ports than 22 in brackets', () => {
  expect(knownHostName('10.0.0.1', 22)).toBe('10.0.0.1');
  expect(knownHostName('10.0.0.1', 2200)).toBe('[10.0.0.1]:2200');
});

test('a name that is hashed here is known in any letters, and under no other salt the same', () => {
  const [one, two] = [1, 2].map((byte) => hashedName('Seal-1.Example', Buffer.alloc(20, byte)));
  expect(one).not.toBe(two);
  expect(matchesHost(one ?? '', 'seal-1.example')).toBe(true);
  expect(matchesHost(one ?? '', 'SEAL-1.EXAMPLE')).toBe(true);
  expect(matchesHost(one ?? '', 'seal-2.example')).toBe(false);
});
