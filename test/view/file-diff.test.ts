import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEnvFile } from '../../src/host/env-file.js';
import type { Action } from '../../src/plan/plan.js';
import { fingerprints } from '../../src/secret/fingerprint.js';
import { Secret } from '../../src/secret/secret.js';
import { fileDiff } from '../../src/view/file-diff.js';
import { SETTINGS } from './samples.js';

const mask = fingerprints('a salt');
const CANARY = 'canary-7c1f5e-hunter2';

/** The diff of a file, without the paths it begins with. */
function diffOf(before: string | undefined, after: string, open?: readonly string[]): string | undefined {
  const action: Action = {
    kind: 'write-file',
    path: '/etc/x',
    mode: 'keep',
    backups: '/b',
    content: new Secret(after),
    ...(before === undefined ? {} : { before: new Secret(before) }),
    ...(open === undefined ? {} : { open }),
  };
  return fileDiff(action, mask);
}

describe('the diff of a unit', () => {
  const unitDiff = (before: string, after: string): string | undefined =>
    fileDiff(
      {
        kind: 'write-file',
        path: '/etc/systemd/system/x.service.d/10-sealfarm.conf',
        mode: 'keep',
        backups: '/b',
        content: new Secret(after),
        before: new Secret(before),
      },
      mask,
    );

  it('shows of what was added by hand the names alone, also where a line goes on', () => {
    const ours = '[Service]\nCPUAffinity=0-3\nExecStart=\nExecStart=/usr/local/bin/lotus-worker run\n';
    const added = `Environment=A=b \\\n  C=${CANARY}\nExecStartPre=curl -u root:${CANARY} http://x\n# ${CANARY}\n`;
    const diff = unitDiff(`${ours}${added}`.replace('0-3', '4-7'), ours);
    expect(diff).not.toContain(CANARY);
    expect(diff).toContain('-CPUAffinity=4-7\n+CPUAffinity=0-3\n');
    expect(diff).toMatch(/^-ExecStartPre=\(secret \w+\)$/m);
  });
});

describe('the diff of an environment file', () => {
  it('shows what it sets by name, and a secret as another one', () => {
    const before = `# by hand\nTOKEN=old\nB='2'\nA=1\n`;
    expect(diffOf(before, 'A=1\nB=3\nTOKEN=new\n', ['A', 'B'])).toBe(
      [
        '--- /etc/x',
        '+++ /etc/x',
        '@@ -1,4 +1,3 @@',
        `-# ${mask(new Secret('# by hand'))}`,
        ' A=1',
        '-B=2',
        `-TOKEN=${mask(new Secret('old'))}`,
        '+B=3',
        `+TOKEN=${mask(new Secret('new'))}`,
        '',
      ].join('\n'),
    );
  });

  it('shows no secret-sounding name, even where it is called open', () => {
    expect(diffOf(undefined, `MY_PASSWORD=${CANARY}\n`, ['MY_PASSWORD'])).not.toContain(CANARY);
  });

  it('shows nothing of any value that is not open, however the file is written', () => {
    const name = fc.stringMatching(/^[A-Z_]{1,8}$/);
    const line = fc.oneof(
      name.map((key) => `${key}=${CANARY}`),
      name.map((key) => `${key}="a ${CANARY} \\\nb"`),
      name.map((key) => `  ${key} = '${CANARY}\n${CANARY}'`),
      fc.constantFrom('#', ';', '  # ').map((sign) => `${sign}${CANARY}`),
      fc.constantFrom(CANARY, `=${CANARY}`, `1A=${CANARY}`, '', '\\', '"', "'"),
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\\\n'), (lines, end) => {
        const after = formatEnvFile([{ name: 'open', value: '1' }]).reveal();
        expect(diffOf(lines.join(end), after, ['open']) ?? '').not.toContain(CANARY);
      }),
    );
  });
});

describe('the diff of another file', () => {
  it.each([
    ['a variable of a unit', `[Service]\nEnvironment=A=${CANARY}\n`],
    ['a token', `token: ${CANARY}\n`],
    ['a password in JSON', `{\n  "password": "${CANARY}"\n}\n`],
    ['an API key', `MINER_API_INFO=${CANARY}:/ip4/1.2.3.4`],
  ])('masks %s', (_, before) => {
    const diff = diffOf(before, 'a\n') ?? '';
    expect(diff).toMatch(/^-.*\(secret [0-9a-f]{6}\)$/m);
    expect(diff).not.toContain(CANARY);
  });

  it('masks a JSON web token anywhere, and nothing else', () => {
    const diff = diffOf(`a eyJhbGciOi.${CANARY}.x b\nRestart=no\n`, 'Restart=always\n') ?? '';
    expect(diff).toMatch(/^-a \(secret [0-9a-f]{6}\) b$/m);
    expect(diff).toContain('-Restart=no\n+Restart=always\n');
  });

  it('of a new path is what it will hold', () => {
    const action = { kind: 'create-sectorstore', path: '/mnt/a', settings: SETTINGS, backups: '/b' } as const;
    const diff = fileDiff(action, mask) ?? '';
    expect(diff).toMatch(/^--- \/dev\/null\n\+\+\+ \/mnt\/a\/sectorstore\.json\n/);
    expect(diff).toContain('+  "ID": "(drawn when applied)"');
  });

  it('that is another altogether is only named', () => {
    const lines = (word: string): string => Array.from({ length: 5000 }, (_, n) => `${word} ${n}\n`).join('');
    expect(diffOf(lines('a'), lines('b'))).toBe(
      '--- /etc/x\n+++ /etc/x\n@@ more than 2000 lines differ @@\n',
    );
  });

  it('is none where nothing changes, and of steps that write nothing', () => {
    expect(diffOf('a\n', 'a\n')).toBeUndefined();
    expect(fileDiff({ kind: 'attach', path: '/mnt/a' }, mask)).toBeUndefined();
  });
});

it('fingerprints tell secrets apart, and are others with another salt', () => {
  const [one, two] = [new Secret('one'), new Secret('two')];
  expect(mask(one)).toMatch(/^\(secret [0-9a-f]{6}\)$/);
  expect(mask(new Secret('one'))).toBe(mask(one));
  expect(mask(two)).not.toBe(mask(one));
  expect(fingerprints('another')(one)).not.toBe(mask(one));
});
