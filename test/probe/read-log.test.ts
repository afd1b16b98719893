import { beforeEach, describe, expect, it } from 'vitest';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { LogEntry, LogRange } from '../../src/log/log.js';
import { followLog, readLog, type LogSource } from '../../src/probe/read-log.js';
import type { ExecOutput } from '../../src/remote/remote.js';
import { FakeRemote, output } from './fake-remote.js';

const FILES = {
  serviceManager: 'process' as const,
  unit: { name: 'u', dropIn: '', link: '' },
  envFile: '',
  pidFile: '',
  logFile: '/l',
  apiFile: '',
  tokenFile: '',
  storageJson: '',
  backups: '',
  written: '',
};

let remote: FakeRemote;
let stopping: AbortController;
let source: LogSource;
let entries: LogEntry[];
const onEntry = (entry: LogEntry): void => {
  entries.push(entry);
};

beforeEach(() => {
  remote = new FakeRemote();
  stopping = new AbortController();
  source = { remote, worker: 'w1', files: FILES, signal: stopping.signal };
  entries = [];
});

/** Says these chunks one stream after the other, each with its end. */
function streams(...says: readonly (readonly [chunks: readonly string[], end: Result<ExecOutput>])[]): void {
  const left = [...says];
  remote.onStream = (_, onOutput) => {
    const [chunks, end] = left.shift() ?? [[], output('')];
    for (const chunk of chunks) onOutput(Buffer.from(chunk));
    if (left.length === 0 && says.length > 1) stopping.abort();
    return Promise.resolve(end);
  };
}

function texts(): readonly string[] {
  return entries.map(({ text }) => text);
}

const read = (range: LogRange & { readonly unended?: boolean } = {}): ReturnType<typeof readLog> =>
  readLog(source, { unended: true, ...range }, onEntry);

describe('readLog', () => {
  it('gives what there is, and from where to go on', async () => {
    streams([['banner', '\nsealfarm-log file 7 100\na', '\nb\nrest'], output('')]);
    expect(await read()).toEqual(
      success({ position: { kind: 'file', inode: '7', offset: 104 }, exists: true }),
    );
    expect(texts()).toEqual(['a', 'b', 'rest']);
  });

  it('leaves a line without an end to who follows', async () => {
    streams([['\nsealfarm-log file 7 0\na\nrest'], output('')]);
    await read({ unended: false });
    expect(texts()).toEqual(['a']);
  });

  it('does not count a line that may be torn', async () => {
    streams([['\nsealfarm-log file 7 100\norn\na\nb\n'], output('')]);
    await read({ lines: 5 });
    expect(texts()).toEqual(['a', 'b']);
  });

  it('knows a log that is not there', async () => {
    streams([['\nsealfarm-log absent\n'], output('')]);
    expect(await read()).toEqual(success({ position: { kind: 'absent' }, exists: false }));
  });

  it.each([
    ['file', 'ssh.sudo'],
    ['journal', 'systemd-journal'],
  ])('says how to be let in: %s', async (log, help) => {
    streams([[`\nsealfarm-log denied ${log}\n`], output('')]);
    expect(await read()).toMatchObject({
      ok: false,
      diagnostic: { code: 'SF620', help: expect.stringContaining(help) as string },
    });
  });

  it('fails with the words of the host', async () => {
    streams([[], success({ stdout: '', stderr: 'x\nsh: journalctl: not found\n', status: 127 })]);
    expect(await read()).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF602',
        message: 'cannot read the log of w1 on host-1: sh: journalctl: not found',
      },
    });
  });

  it('is no failure where it was broken off', async () => {
    stopping.abort();
    streams([[], success({ stdout: '', stderr: '', status: 143 })]);
    expect(await read()).toMatchObject({ ok: true });
  });
});

describe('followLog', () => {
  const GONE = failure({ code: 'SF405', severity: 'error', message: 'gone' });
  let told: string[];
  let waits: number[];

  beforeEach(() => {
    [told, waits] = [[], []];
  });

  const follow = (): Promise<void> =>
    followLog(
      source,
      { kind: 'file', inode: '7', offset: 10 },
      {
        onEntry,
        onLost: ({ message }) => {
          told.push(`lost: ${message}`);
        },
        onBack: () => {
          told.push('back');
        },
        sleep: (milliseconds) => {
          waits.push(milliseconds);
          return Promise.resolve();
        },
      },
    );

  it('goes on just where the connection was lost', async () => {
    streams(
      [['\nsealfarm-log file 7 10\na\nhal'], GONE],
      [[], GONE],
      [['\nsealfarm-log file 7 12\n', 'half\nc\n'], output('')],
    );
    await follow();
    expect(texts()).toEqual(['a', 'half', 'c']);
    expect(told).toEqual(['lost: gone', 'back']);
    expect(waits).toEqual([1000, 2000]);
    expect(remote.scripts.map((script) => /start=([1-9]\d*)/.exec(script)?.[1])).toEqual(['10', '12', '12']);
  });

  it('says again why it is away when that has changed, and tries at least twice a minute', async () => {
    const refused = failure({ code: 'SF404', severity: 'error', message: 'refused' });
    streams(...Array.from({ length: 8 }, () => [[], GONE] as const), [[], refused], [[], GONE]);
    await follow();
    expect(told).toEqual(['lost: gone', 'lost: refused']);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  it('is not over when what reads on the host is', async () => {
    streams(
      [['\nsealfarm-log file 7 10\na\n'], success({ stdout: '', stderr: '', status: 143 })],
      [['\nsealfarm-log file 7 12\nb\n'], output('')],
    );
    await follow();
    expect(texts()).toEqual(['a', 'b']);
    expect(told).toEqual([
      'lost: cannot read the log of w1 on host-1: reading ended with status 143',
      'back',
    ]);
  });

  it('does not begin where it shall end', async () => {
    stopping.abort();
    await follow();
    expect(remote.scripts).toEqual([]);
  });
});
