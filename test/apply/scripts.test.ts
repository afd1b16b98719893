import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CHANGED_MEANWHILE,
  createPathScript,
  writeFileScript,
  type FileWrite,
} from '../../src/apply/scripts.js';
import { backupPath, MOST_BACKUPS } from '../../src/apply/backup-script.js';
import { byScript } from '../../src/apply/record-script.js';
import { parseJournal } from '../../src/host/journal.js';
import { formatEnvFile } from '../../src/host/env-file.js';
import { Secret } from '../../src/secret/secret.js';
import { CANARY } from '../support/farm.js';
import { SHELLS } from '../support/host-folder.js';
import { sha256 } from '../support/observation.js';
import { modeOf, removeFolders, runShell, tempFolder, type ShellOptions } from './run-shell.js';

afterEach(removeFolders);

/** A folder with commands that stand in for those of a host. */
function commands(texts: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** A write into a folder of its own; `before` is the file that is there already. */
class Write {
  readonly folder = tempFolder();
  readonly path: string;
  readonly backups = join(this.folder, 'state', 'backups');
  readonly written = join(this.folder, 'state', 'written');
  readonly #write: FileWrite;

  constructor(
    text: string,
    options: Partial<Omit<FileWrite, 'content' | 'written'>> & { before?: string } = {},
  ) {
    const { before, path = 'etc/file', ...rest } = options;
    this.path = join(this.folder, path);
    const replaces = before === undefined ? {} : { replaces: sha256(before) };
    const content = new Secret(text);
    this.#write = {
      mode: 'keep',
      backups: this.backups,
      written: this.written,
      ...replaces,
      ...rest,
      content,
      path: this.path,
    };
    if (before !== undefined) this.put(before);
  }

  put(text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.path, text);
    chmodSync(this.path, mode);
  }

  run({ by = '', ...options }: ShellOptions & { by?: string } = {}): ReturnType<typeof runShell> {
    return runShell(by + writeFileScript(this.#write), options);
  }

  get text(): string {
    return readFileSync(this.path, 'utf8');
  }

  get mode(): string {
    return modeOf(this.path);
  }

  /** What lies beside the file, hidden files too. */
  get neighbours(): readonly string[] {
    return readdirSync(dirname(this.path)).filter((name) => !this.path.endsWith(`/${name}`));
  }

  /** The texts of the versions before. */
  get kept(): readonly string[] {
    if (!existsSync(this.backups)) return [];
    return readdirSync(this.backups).map((name) => readFileSync(join(this.backups, name), 'utf8'));
  }
}

const DONE = { status: 0, stdout: '', stderr: '' };

describe.each(SHELLS.map((shell) => ({ shell })))('a written file in $shell', ({ shell }) => {
  it('is made where there was none, with its folder', () => {
    const write = new Write('new\n', { path: 'etc/workers/worker-1/file' });
    expect(write.run({ shell })).toEqual(DONE);
    expect(write.text).toBe('new\n');
    expect(write.mode).toBe('644');
    expect(write.neighbours).toEqual([]);
    expect(write.kept).toEqual([]);
  });

  it('replaces the one that was read, and the version before is kept', () => {
    const write = new Write('new\n', { before: 'old\n' });
    expect(write.run({ shell })).toEqual(DONE);
    expect(write.text).toBe('new\n');
    expect(write.neighbours).toEqual([]);
    expect(write.kept).toEqual(['old\n']);
  });

  it('stays as it is when it is not the one that was read', () => {
    const write = new Write('new\n', { before: 'old\n' });
    write.put('changed by hand\n');
    const { status, stderr } = write.run({ shell });
    expect(status).toBe(CHANGED_MEANWHILE);
    expect(stderr).toContain(`${write.path} is not the file that was read`);
    expect(write.text).toBe('changed by hand\n');
    expect(write.neighbours).toEqual([]);
    expect(write.kept).toEqual([]);
  });

  it('stays as it is when none was expected', () => {
    const write = new Write('new\n');
    write.put('made by hand\n');
    expect(write.run({ shell }).status).toBe(CHANGED_MEANWHILE);
    expect(write.text).toBe('made by hand\n');
  });

  it('is not made when one was expected that is gone', () => {
    const write = new Write('new\n', { replaces: sha256('old\n') });
    expect(write.run({ shell }).status).toBe(CHANGED_MEANWHILE);
    expect(existsSync(write.path)).toBe(false);
  });

  it.each([
    { mode: '600', before: undefined, after: '600' },
    { mode: '600', before: 0o644, after: '600' },
    { mode: '600', before: 0o400, after: '600' },
    { mode: 'keep', before: undefined, after: '644' },
    { mode: 'keep', before: 0o640, after: '640' },
    { mode: 'keep', before: 0o755, after: '755' },
  ] as const)('has mode $after for $mode where it had $before', ({ mode, before, after }) => {
    const write = new Write('new\n', before === undefined ? { mode } : { mode, before: 'old\n' });
    if (before !== undefined) write.put('old\n', before);
    expect(write.run({ shell, before: 'umask 077' })).toEqual(DONE);
    expect(write.mode).toBe(after);
  });

  it.each([
    "/it's here/a b",
    '/$HOME/`id`/"x"',
    '/back\\slash/*',
    '/new\nline/file',
    '/-rf/-n',
    '/etc/$(exit 9)',
  ])('may lie at %j', (path) => {
    const write = new Write('new\n', { path, before: 'old\n' });
    expect(write.run({ shell })).toEqual(DONE);
    expect(write.text).toBe('new\n');
    expect(write.neighbours).toEqual([]);
    expect(write.kept).toEqual(['old\n']);
  });

  it('is not put in the place of a symbolic link that somebody made', () => {
    const write = new Write('new\n', { before: 'old\n' });
    const real = join(write.folder, 'real');
    renameSync(write.path, real);
    symlinkSync(real, write.path);
    const { status, stderr } = write.run({ shell });
    expect(status).toBe(1);
    expect(stderr).toContain('is a symbolic link, which is not replaced');
    expect(readFileSync(real, 'utf8')).toBe('old\n');
    expect(lstatSync(write.path).isSymbolicLink()).toBe(true);
  });

  it('is whole at any size', () => {
    const text = 'sealing farm é 😀 \0 $x `y` \\\n'.repeat(3600);
    const write = new Write(text, { before: '' });
    expect(write.run({ shell })).toEqual(DONE);
    expect(sha256(write.text)).toBe(sha256(text));
  });

  it('is left alone with nothing beside it when the disk is full', () => {
    const write = new Write('x'.repeat(100_000), { before: 'old\n' });
    expect(write.run({ shell, before: 'ulimit -f 8' }).status).not.toBe(0);
    expect(write.text).toBe('old\n');
    expect(write.neighbours).toEqual([]);
  });

  it('is left alone when there is no room for all of the version before, of which nothing is kept then', () => {
    const write = new Write('new\n', { before: 'x'.repeat(100_000) });
    expect(write.run({ shell, before: 'ulimit -f 8' }).status).not.toBe(0);
    expect(write.text).toHaveLength(100_000);
    expect(write.kept).toEqual([]);
    expect(write.neighbours).toEqual([]);
  });

  it('takes away what a write that was cut off had begun to keep', () => {
    const write = new Write('new\n', { before: 'old\n' });
    mkdirSync(write.backups, { recursive: true });
    writeFileSync(join(write.backups, '.4711.sealfarm-tmp'), 'ol');
    expect(write.run({ shell })).toEqual(DONE);
    expect(write.kept).toEqual(['old\n']);
  });

  it('is left alone when its folder cannot be written to', () => {
    const write = new Write('new\n', { before: 'old\n' });
    chmodSync(dirname(write.path), 0o555);
    const { status } = write.run({ shell, asNobody: true });
    expect([0, CHANGED_MEANWHILE]).not.toContain(status);
    expect(write.text).toBe('old\n');
    expect(write.neighbours).toEqual([]);
  });

  it('is left alone when the version before cannot be kept', () => {
    const write = new Write('new\n', { before: 'old\n' });
    writeFileSync(join(write.folder, 'state'), 'no folder');
    expect(write.run({ shell }).status).not.toBe(0);
    expect(write.text).toBe('old\n');
    expect(write.neighbours).toEqual([]);
  });

  it('leaves no token in what is kept of an environment file', () => {
    const env = formatEnvFile([
      { name: 'MINER_API_INFO', value: `${CANARY}:/ip4/10.0.0.10/tcp/2345/http` },
      { name: 'RUST_LOG', value: 'info' },
      { name: 'MY_SECRET_KEY', value: `${CANARY} "$x"` },
    ]).reveal();
    const byHand = `  export MINER_API_INFO = ${CANARY}\n# DB_PASSWORD='${CANARY}'\nNO_NEWLINE_TOKEN=${CANARY}`;
    const write = new Write('new\n', { mode: '600', before: env + byHand });
    expect(write.run({ shell })).toEqual(DONE);
    const [kept = ''] = write.kept;
    expect(kept).not.toContain(CANARY);
    expect(kept.split('\n').slice(0, 3)).toEqual([
      'MINER_API_INFO=(secret)',
      'RUST_LOG=info',
      'MY_SECRET_KEY=(secret)',
    ]);
  });

  it('leaves no token behind bytes that are no text', () => {
    const bytes = Buffer.from(`API_TOKEN=\xff\xfe${CANARY}`, 'latin1');
    const write = new Write('new\n', {
      mode: '600',
      replaces: createHash('sha256').update(bytes).digest('hex'),
    });
    mkdirSync(dirname(write.path));
    writeFileSync(write.path, bytes);
    expect(write.run({ shell, before: 'export LC_ALL=C.UTF-8' })).toEqual(DONE);
    expect(write.kept).toEqual(['API_TOKEN=(secret)']);
  });

  it('keeps of each file the newest versions, and leaves those of others', () => {
    const write = new Write('new\n', { before: 'old\n' });
    mkdirSync(write.backups, { recursive: true });
    const name = write.path.replaceAll('/', '_');
    const stamps = Array.from(
      { length: 30 },
      (_, day) => `202601${String(day + 1).padStart(2, '0')}T000000Z-7`,
    );
    const others = [`20260101T000000Z-7_x${name}`, 'notes_by_hand', `20260101T000000Z-7${name}.more`];
    for (const kept of [...stamps.map((stamp) => stamp + name), ...others])
      writeFileSync(join(write.backups, kept), kept);
    expect(write.run({ shell })).toEqual(DONE);
    const left = readdirSync(write.backups);
    expect(left).toEqual(expect.arrayContaining(others));
    const own = left.filter((file) => !others.includes(file)).sort();
    expect(own).toHaveLength(MOST_BACKUPS);
    expect(own.slice(0, -1)).toEqual(stamps.slice(-(MOST_BACKUPS - 1)).map((stamp) => stamp + name));
  });

  it('is noted in the journal with what it was and is, and who changed it', () => {
    const write = new Write('new\n', { before: 'old\n' });
    const by = byScript({ at: '2026-01-02T03:04:05.000Z', who: "al'ice", run: 'r', command: 'apply' });
    expect(write.run({ shell, by })).toEqual(DONE);
    const { entries } = parseJournal(readFileSync(join(dirname(write.written), 'journal.jsonl'), 'utf8'));
    const [kept = ''] = readdirSync(write.backups);
    expect(entries).toMatchObject([
      {
        who: "al'ice",
        run: 'r',
        change: { path: write.path, before: sha256('old\n'), after: sha256('new\n'), mode: '644' },
      },
    ]);
    const { backups = '', stamp = '', path = '' } = entries[0]?.change ?? {};
    expect(backupPath(backups, stamp, path)).toBe(join(write.backups, kept));
  });

  it('has the label of the one it replaces, or what the policy says, where there are labels', () => {
    for (const [before, wanted] of [
      ['old\n', 'chcon --reference='],
      [undefined, 'restorecon '],
    ] as const) {
      const write = new Write('new\n', before === undefined ? {} : { before });
      const log = join(tempFolder(), 'log');
      writeFileSync(log, '');
      const note = `echo "\${0##*/} $*" >>${log}; exit 1`;
      const path = `export PATH=${commands({ selinuxenabled: 'exit 0', chcon: note, restorecon: note })}:$PATH`;
      expect(write.run({ shell, before: path })).toEqual(DONE);
      expect(readFileSync(log, 'utf8')).toMatch(new RegExp(`^${wanted}${write.path}.*\n$`));
      writeFileSync(log, '');
      const off = `export PATH=${commands({ selinuxenabled: 'exit 1', chcon: note, restorecon: note })}:$PATH`;
      const other = new Write('new\n', before === undefined ? {} : { before });
      expect(other.run({ shell, before: off })).toEqual(DONE);
      expect(readFileSync(log, 'utf8')).toBe('');
    }
  });

  it.each([
    ['takes no folder', 'for one; do [ ! -d "$one" ] || { echo no >&2; exit 1; }; done'],
    ['takes no file at all and syncs everything', 'exit 0'],
  ])('is in place where `sync` %s', (_, text) => {
    // busybox may take its own applet.
    const write = new Write('new\n', { before: 'old\n' });
    const path = `export PATH=${commands({ sync: text })}:$PATH`;
    expect(write.run({ shell, before: path })).toEqual(DONE);
    expect(write.text).toBe('new\n');
  });

  it.runIf(shell[0] !== 'busybox')('is in place after its version before, its entry and its record', () => {
    const write = new Write('new\n', { before: 'old\n' });
    const log = join(tempFolder(), 'log');
    writeFileSync(log, '');
    const synced = `for one; do echo "$(cat '${write.path}') $one" >>${log}; done`;
    write.run({ shell, before: `export PATH=${commands({ sync: synced })}:$PATH; by='{"at":"t"'` });
    const state = dirname(write.written);
    const lines = readFileSync(log, 'utf8').split('\n');
    for (const place of [write.backups, state, join(state, 'journal.jsonl')])
      expect(lines).toContain(`old ${place}`);
  });

  it.runIf(shell[0] !== 'busybox')('is left alone when it cannot be brought to the disk', () => {
    const write = new Write('new\n', { before: 'old\n' });
    const path = `export PATH=${commands({ sync: 'exit 1' })}:$PATH`;
    expect(write.run({ shell, before: path }).status).not.toBe(0);
    expect(write.text).toBe('old\n');
    expect(write.neighbours).toEqual([]);
  });

  it('is kept for its owner alone', () => {
    const write = new Write('new\n', { before: 'old\n' });
    write.run({ shell });
    const [name = ''] = readdirSync(write.backups);
    expect(modeOf(write.backups)).toBe('700');
    expect(modeOf(join(write.backups, name))).toBe('600');
  });
});

it('a written file holds any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const write = new Write(text);
      expect(write.run()).toEqual(DONE);
      expect(write.text).toBe(text);
    }),
    { numRuns: 8 },
  );
}, 20_000);

it('the second write of the same finds another file than the first', () => {
  const write = new Write('new\n', { before: 'old\n' });
  write.run();
  expect(write.run().status).toBe(CHANGED_MEANWHILE);
  expect(write.kept).toEqual(['old\n']);
});

describe.runIf(process.getuid?.() === 0)('for an owner', () => {
  const NOBODY = 65534;
  const owners = (...paths: string[]): readonly number[] => paths.map((path) => statSync(path).uid);

  it.each(SHELLS.map((shell) => ({ shell })))(
    'a new file and its new folder are made by $shell',
    ({ shell }) => {
      const write = new Write('text', { owner: 'nobody', path: 'deep/repo/file' });
      expect(write.run({ shell, before: 'umask 077' }).status).toBe(0);
      const repo = dirname(write.path);
      expect(owners(write.path, repo, dirname(repo))).toEqual([NOBODY, NOBODY, 0]);
      expect([write.mode, modeOf(dirname(repo))]).toEqual(['644', '755']);
    },
  );

  it('what is there keeps the owner it has', () => {
    const write = new Write('new', { owner: 'nobody', before: 'old' });
    expect(write.run().status).toBe(0);
    expect(write.text).toBe('new');
    expect(owners(write.path, dirname(write.path))).toEqual([0, 0]);
  });

  it('a storage path is made, and one that is there stays as it is', () => {
    const path = join(tempFolder(), 'mnt', 'seal');
    expect(runShell(createPathScript(path, 'nobody')).status).toBe(0);
    expect(owners(path, dirname(path))).toEqual([NOBODY, 0]);
    chownSync(path, 1, 1);
    expect(runShell(createPathScript(path, 'nobody')).status).toBe(0);
    expect(owners(path)).toEqual([1]);
  });

  it('who is not there nothing is left half made', () => {
    const write = new Write('text', { owner: 'no-such-user' });
    expect(write.run().status).not.toBe(0);
    expect(existsSync(write.path)).toBe(false);
  });
});
