import { spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerLayout } from '../../src/host/layout.js';
import { LogReader } from '../../src/log/log-reader.js';
import type { LogEntry, LogPosition, LogRange } from '../../src/log/log.js';
import { followScript, historyScript } from '../../src/log/scripts.js';
import { RangeOf } from '../../src/log/select.js';
import { streamInput } from '../../src/remote/script.js';
import { removeFolders, runShell, tempFolder } from '../apply/run-shell.js';
import { bootId, processState, SHELLS } from '../support/host-folder.js';
import { until } from '../support/until.js';

let folder: string;
let worker: WorkerLayout;
let following: ChildProcess | undefined;

beforeEach(() => {
  folder = tempFolder();
  worker = {
    serviceManager: 'process',
    unit: { name: 'sealfarm-worker@w1.service', dropIn: '', link: '' },
    envFile: '',
    pidFile: '',
    logFile: join(folder, "it's a", 'log'),
    apiFile: '',
    tokenFile: '',
    storageJson: '',
    backups: '',
    written: '',
  };
  mkdirSync(dirname(worker.logFile));
});

afterEach(() => {
  // That ends the script, as the end of a channel does.
  following?.stdin?.end();
  following = undefined;
  removeFolders();
});

const line = (hour: number, text: string): string => `2026-01-02T0${hour}:00:00.000Z\tINFO\t${text}\n`;

function history(
  range: LogRange,
  shell: readonly string[] = ['sh'],
): { reader: LogReader; texts: readonly string[] } {
  const { stdout, stderr, status } = runShell(historyScript(worker, range), { shell });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const reader = new LogReader();
  const read = [...reader.push(Buffer.from(stdout)), ...reader.rest()];
  const { head } = reader;
  const torn =
    range.since === undefined && range.lines !== undefined && head?.kind === 'file' && head.offset > 0;
  const selection = new RangeOf(range, torn);
  const chosen = [...read.flatMap((entry) => selection.push(entry)), ...selection.end()];
  return { reader, texts: chosen.map(({ text }) => text) };
}

describe.each(SHELLS.map((shell) => ({ shell })))('the file of a worker, in $shell', ({ shell }) => {
  it('is read whole, its last line too where that has no end', () => {
    writeFileSync(worker.logFile, 'a\nb €\nc');
    const { reader, texts } = history({}, shell);
    expect(texts).toEqual(['a', 'b €', 'c']);
    expect(reader.head).toMatchObject({ kind: 'file', offset: 0 });
  });

  it.each([0, 1, 2, 3, 9])('gives its last %i lines', (lines) => {
    writeFileSync(worker.logFile, 'a\nb\nc\n');
    expect(history({ lines }, shell).texts).toEqual(['a', 'b', 'c'].slice(Math.max(0, 3 - lines)));
  });

  it('is not there, or empty', () => {
    expect(history({ lines: 3 }, shell).reader.head).toEqual({ kind: 'absent' });
    writeFileSync(worker.logFile, '');
    for (const range of [{}, { lines: 3 }, { since: 0 }]) expect(history(range, shell).texts).toEqual([]);
  });

  it('is sent from the day before a time on', () => {
    const old = '2025-12-30T00:00:00.000Z\told €\n\ttrace\n'.repeat(100);
    writeFileSync(worker.logFile, `${old}${line(1, 'a')}trace\n${line(3, 'b')}`);
    const { reader, texts } = history({ since: Date.UTC(2026, 0, 2, 2) }, shell);
    expect(texts).toEqual([line(3, 'b').trimEnd()]);
    expect(reader.head).toMatchObject({ kind: 'file', offset: Buffer.byteLength(old) });
    expect(history({ since: Date.UTC(2026, 0, 2), lines: 2 }, shell).texts).toEqual([
      'trace',
      line(3, 'b').trimEnd(),
    ]);
    expect(history({ since: Date.UTC(2026, 1, 2) }, shell).texts).toEqual([]);
  });

  it('that somebody else may not read says so', () => {
    writeFileSync(worker.logFile, 'a\n');
    chmodSync(worker.logFile, 0o600);
    const { stdout } = runShell(historyScript(worker, {}), { shell, asNobody: true });
    expect(stdout).toBe('\nsealfarm-log denied file\n');
  });

  it('that is a folder is a failure with its reason', () => {
    mkdirSync(worker.logFile);
    const { stderr, status } = runShell(historyScript(worker, {}), { shell });
    expect(status).toBe(1);
    expect(stderr).toMatch(/director|error/i);
  });

  it('is followed from a position, without a line lost or repeated', async () => {
    writeFileSync(worker.logFile, 'a\nb\nha');
    const { position } = history({ lines: 1 }, shell).reader;
    const { reader, texts } = follow(position, shell);
    appendFileSync(worker.logFile, 'lf\nc\n');
    await until(() => texts().length === 2, 'both lines are there');
    expect(texts()).toEqual(['half', 'c']);
    expect(reader.position).toMatchObject({ kind: 'file', offset: Buffer.byteLength('a\nb\nhalf\nc\n') });
  });

  it('is followed from the start of another file of its name', async () => {
    writeFileSync(worker.logFile, 'a\nb\n');
    const { position } = history({}, shell).reader;
    renameSync(worker.logFile, `${worker.logFile}.1`);
    writeFileSync(worker.logFile, 'c\nd\ne\n');
    const { texts } = follow(position, shell);
    await until(() => texts().length === 3, 'all lines are there');
    expect(texts()).toEqual(['c', 'd', 'e']);
  });

  it('is waited for', async () => {
    const { texts } = follow({ kind: 'absent' }, shell);
    writeFileSync(worker.logFile, 'first\n');
    await until(() => texts().join() === 'first', 'the line is there');
  });
});

function follow(
  from: LogPosition,
  shell: readonly string[],
): { reader: LogReader; texts: () => readonly string[] } {
  const [program = '', ...args] = shell;
  const child = spawn(program, [...args, '-s'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  following = child;
  const reader = new LogReader();
  const entries: LogEntry[] = [];
  child.stdout.on('data', (chunk: Buffer) => entries.push(...reader.push(chunk)));
  child.stdin.write(streamInput(followScript(worker, from)));
  return { reader, texts: () => entries.map(({ text }) => text) };
}

describe.each(SHELLS.map((shell) => ({ shell })))('the journal of a worker, in $shell', ({ shell }) => {
  const CURSOR = 's=0;i=1;b=2';
  let env: Record<string, string>;

  /** A journalctl that writes down what it was asked, and says this. */
  function journalctl(text: string): void {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'journalctl'), `#!/bin/sh\necho "$*" >>'${folder}/asked'\n${text}\n`, {
      mode: 0o755,
    });
    env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  }

  function asked(): string {
    const file = join(folder, 'asked');
    return (existsSync(file) ? readFileSync(file, 'utf8') : '').trim().split('\n').at(-1) ?? '';
  }

  beforeEach(() => {
    worker = { ...worker, serviceManager: 'systemd' };
  });

  const entry = JSON.stringify({
    __CURSOR: CURSOR,
    __REALTIME_TIMESTAMP: '1767322800000000',
    MESSAGE: 'one\ntwo',
  });

  it.each<[range: LogRange, words: string]>([
    [{}, ''],
    [{ lines: 7 }, ' --lines=7'],
    [{ since: 1_767_322_800_900 }, ' --since=@1767322800'],
    [{ since: 1_767_322_800_000, lines: 7 }, ' --since=@1767322800'],
  ])('is asked for %j', (range, words) => {
    journalctl(`printf '%s\\n' '${entry}'`);
    const reader = new LogReader();
    const { stdout } = runShell(historyScript(worker, range), { shell, env });
    expect(reader.push(Buffer.from(stdout))).toEqual([
      { time: 1_767_322_800_000, text: 'one' },
      { time: 1_767_322_800_000, text: 'two' },
    ]);
    expect(reader.position).toMatchObject({ kind: 'journal', cursor: CURSOR });
    expect(asked()).toBe(
      `--quiet --no-pager --all --output=json --output-fields=MESSAGE --unit=sealfarm-worker@w1.service${words}`,
    );
  });

  it.each<[from: LogPosition, words: string]>([
    [{ kind: 'journal', clock: 5 }, '--since=@5 --no-tail --follow'],
    [{ kind: 'journal', clock: 5, cursor: CURSOR }, `--after-cursor=${CURSOR} --no-tail --follow`],
    [{ kind: 'absent' }, '--no-tail --follow'],
  ])('goes on from %j', (from, words) => {
    journalctl(':');
    expect(runShell(followScript(worker, from), { shell, env }).stdout).toMatch(
      /^\nsealfarm-log journal \d+\n$/,
    );
    expect(asked()).toBe(
      `--quiet --no-pager --all --output=json --output-fields=MESSAGE --unit=sealfarm-worker@w1.service ${words}`,
    );
  });

  it.each([
    'Hint: You are currently not seeing messages from other users and the system.',
    'No journal files were opened due to insufficient permissions.',
  ])('that may not be read says so: %s', (hint) => {
    journalctl(`case $* in *--quiet*) ;; *) echo '${hint}' >&2 ;; esac; exit 1`);
    expect(runShell(historyScript(worker, {}), { shell, env }).stdout).toBe(
      '\nsealfarm-log denied journal\n',
    );
  });

  it('without entries is none that may not be read', () => {
    journalctl(':');
    expect(runShell(historyScript(worker, {}), { shell, env }).stdout).toMatch(
      /^\nsealfarm-log journal \d+\n$/,
    );
  });
});

describe.each(SHELLS.map((shell) => ({ shell })))('where a worker really runs, in $shell', ({ shell }) => {
  /** The log that is read of a worker with this manager in the file; it is a process, or a unit in a state, or both. */
  function read(
    declared: 'process' | 'systemd',
    now: { process: boolean; unit: string | undefined },
  ): string {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const show = now.unit === undefined ? 'exit 1' : `echo ActiveState=${now.unit}`;
    writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\n${show}\n`, { mode: 0o755 });
    writeFileSync(join(bin, 'journalctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    writeFileSync(worker.logFile, 'a\n');
    const pidFile = join(folder, 'w1.pid');
    const start = processState(process.pid)?.start ?? '';
    writeFileSync(pidFile, `${process.pid} ${now.process ? start : 1} ${bootId()}\n`);
    const files = { ...worker, serviceManager: declared, pidFile };
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    return /sealfarm-log (\w+)/.exec(runShell(historyScript(files, {}), { shell, env }).stdout)?.[1] ?? '';
  }

  it.each<[declared: 'process' | 'systemd', process: boolean, unit: string | undefined, log: string]>([
    ['process', true, 'inactive', 'file'],
    ['process', true, 'active', 'file'],
    ['process', false, 'active', 'journal'],
    ['process', false, 'activating', 'journal'],
    ['process', false, 'inactive', 'file'],
    ['process', false, 'failed', 'file'],
    ['process', false, undefined, 'file'],
    ['systemd', false, 'active', 'journal'],
    ['systemd', true, 'active', 'journal'],
    ['systemd', true, 'inactive', 'file'],
    ['systemd', true, undefined, 'file'],
    ['systemd', false, 'inactive', 'journal'],
  ])('%s, with a process: %s, and a unit that is %s, has its log in a %s', (declared, running, unit, log) => {
    expect(read(declared, { process: running, unit })).toBe(log);
  });

  it('is where it is followed', () => {
    const unit = { ...worker, serviceManager: 'systemd' } as const;
    expect(followScript(unit, { kind: 'file', inode: '1', offset: 0 })).toContain('tail -c');
    expect(followScript(worker, { kind: 'journal', clock: 5 })).toContain('journalctl');
  });
});
