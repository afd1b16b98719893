import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyContext } from '../../src/apply/context.js';
import { lockScript, unlockScript, withLocks, type LockedHost } from '../../src/apply/lock.js';
import { failure, success } from '../../src/diagnostic/result.js';
import type { Remote } from '../../src/remote/remote.js';
import { shInput } from '../../src/remote/script.js';
import { SHELLS } from '../support/host-folder.js';
import { aDiagnostic } from '../support/observation.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';
import { RenewingRemote } from '../../src/probe/renewing-remote.js';
import { FakeRemote } from '../probe/fake-remote.js';
import { Scene, START } from './scene.js';

const DONE = { status: 0, stdout: '', stderr: '' };
const HOLDER = "alice@laptop since today: it's `apply` of $HOME";

let folder: string;

beforeEach(() => {
  folder = tempFolder();
});

afterEach(removeFolders);

describe.each(SHELLS.map((shell) => ({ shell })))('the lock in $shell', ({ shell }) => {
  it("is taken by one; the next gets the holder's words; after it was released it is free", () => {
    const lock = join(folder, "state of $HOME's", 'lock');
    expect(runShell(lockScript(lock, HOLDER), { shell })).toEqual(DONE);
    const second = runShell(lockScript(lock, 'bob'), { shell });
    expect(second).toEqual({ status: 4, stdout: `${HOLDER}\n`, stderr: '' });
    expect(runShell(unlockScript(lock), { shell })).toEqual(DONE);
    expect(existsSync(lock)).toBe(false);
    expect(runShell(lockScript(lock, 'bob'), { shell })).toEqual(DONE);
    expect(readFileSync(join(lock, 'holder'), 'utf8')).toBe('bob\n');
  });

  it('is held also by one who has not yet written who it is', () => {
    const lock = join(folder, 'lock');
    mkdirSync(lock);
    const { status, stdout } = runShell(lockScript(lock, 'bob'), { shell });
    expect({ status, stdout }).toEqual({ status: 4, stdout: 'somebody unnamed\n' });
    // The file is there before its words are.
    writeFileSync(join(lock, 'holder'), '');
    expect(runShell(lockScript(lock, 'bob'), { shell }).stdout).toBe('somebody unnamed\n');
  });

  it('is not held by anybody where it cannot be made', () => {
    const lock = join(folder, "it's", 'lock');
    mkdirSync(dirname(lock));
    writeFileSync(lock, '');
    const { status, stderr } = runShell(lockScript(lock, 'bob'), { shell });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^mkdir: .*\/it\\?'s\/lock/);
    expect(runShell(lockScript(join(lock, 'below', 'lock'), 'bob'), { shell }).status).toBe(1);
  });

  it('is given up again where there is no room for who holds it', () => {
    const lock = join(folder, 'lock');
    // As on a full disk: folders can be made, and no byte be written.
    const noRoom = "trap '' XFSZ; ulimit -f 0\n";
    const { status, stdout, stderr } = runShell(noRoom + lockScript(lock, HOLDER), { shell });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^cat: .*[Ff]ile too large$/m);
    expect(existsSync(lock)).toBe(false);
  });

  it('that nobody holds is released without a complaint; with a stranger in it it stays', () => {
    const lock = join(folder, 'lock');
    expect(runShell(unlockScript(lock), { shell })).toEqual(DONE);
    mkdirSync(lock);
    writeFileSync(join(lock, 'something'), '');
    expect(runShell(unlockScript(lock), { shell }).status).not.toBe(0);
    expect(existsSync(join(lock, 'something'))).toBe(true);
  });
});

it('a lock that 20 want at once is had by exactly one', async () => {
  const lock = join(folder, 'state', 'lock');
  const takers = Array.from({ length: 20 }, async (_, at) => {
    const shell = spawn('sh', ['-s'], { stdio: ['pipe', 'pipe', 'ignore'] });
    shell.stdin.end(shInput(lockScript(lock, `taker ${at}`)));
    const ended = new Promise<number | null>((resolve) => shell.once('close', resolve));
    return { words: await text(shell.stdout), status: await ended };
  });
  const answers = await Promise.all(takers);
  expect(answers.filter(({ status }) => status === 0)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 4)).toHaveLength(19);
  const holder = readFileSync(join(lock, 'holder'), 'utf8');
  const said = new Set(answers.filter(({ status }) => status === 4).map(({ words }) => words));
  said.delete('somebody unnamed\n');
  expect([...said].filter((words) => words !== holder)).toEqual([]);
}, 20_000);

describe('work under locks', () => {
  let context: ApplyContext;
  let lost: Set<string>;
  let hosts: readonly LockedHost[];

  beforeEach(() => {
    lost = new Set();
    hosts = ['host-1', 'host-2', 'host-3'].map((host) => ({ host, lock: join(folder, host, 'lock') }));
    const remote = (host: string): Remote => ({
      host,
      exec: (script) =>
        Promise.resolve(lost.has(host) ? failure(aDiagnostic(`${host} is gone`)) : success(runShell(script))),
      stream: () => Promise.reject(new Error('streamed')),
      dial: () => Promise.reject(new Error('dialled')),
      isOpen: () => true,
      notes: () => [],
      close: () => Promise.resolve(),
    });
    context = { ...new Scene().context, remote };
  });

  function held(): readonly string[] {
    return hosts.filter(({ lock }) => existsSync(lock)).map(({ host }) => host);
  }

  it('holds all of them while it runs, and says for whom', async () => {
    const result = await withLocks(context, hosts, 'apply', () => {
      const words = hosts.map(({ lock }) => readFileSync(join(lock, 'holder'), 'utf8'));
      return Promise.resolve(words);
    });
    const words = `alice@laptop since ${START}: apply\n`;
    expect(result).toEqual({ ok: true, value: [words, words, words] });
    expect(held()).toEqual([]);
  });

  it('releases them over other connections where the first broke while it ran', async () => {
    const first: FakeRemote[] = [];
    /** That it broke shows only when it is used. */
    const open = (host: string, isFirst: boolean): Remote => {
      const fake = new FakeRemote(host);
      fake.onExec = (script) => Promise.resolve(success(runShell(script)));
      if (isFirst) first.push(fake);
      return fake;
    };
    const remotes = new Map(
      hosts.map(({ host }) => {
        let opened = 0;
        return [
          host,
          new RenewingRemote(host, () => Promise.resolve(success(open(host, (opened += 1) === 1)))),
        ];
      }),
    );
    const all = { ...context, remote: (host: string) => remotes.get(host) ?? context.remote(host) };
    await withLocks(all, hosts, 'apply', () => {
      const gone = failure({ code: 'SF405', severity: 'error', message: 'gone' } as const);
      for (const fake of first) fake.onExec = () => Promise.resolve(gone);
      return Promise.resolve();
    });
    expect([first.length, held()]).toEqual([3, []]);
  });

  it('releases them when it fails', async () => {
    const failed = failure(aDiagnostic('no'));
    expect(await withLocks(context, hosts, 'apply', () => Promise.resolve(failed))).toEqual(success(failed));
    expect(held()).toEqual([]);
  });

  it('releases them when it throws', async () => {
    const work = (): Promise<never> => Promise.reject(new Error('a bug'));
    await expect(withLocks(context, hosts, 'apply', work)).rejects.toThrow('a bug');
    expect(held()).toEqual([]);
  });

  it('does not begin when one is held; the others are free again and that one stays', async () => {
    const lock = hosts[1]?.lock ?? '';
    runShell(lockScript(lock, 'bob@desk since noon: drain'));
    let begun = false;
    const result = await withLocks(context, hosts, 'apply', () => {
      begun = true;
      return Promise.resolve();
    });
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF609',
        message: 'host-2 is locked by bob@desk since noon: drain',
        place: { kind: 'host', host: 'host-2' },
      },
    });
    expect(begun).toBe(false);
    expect(held()).toEqual(['host-2']);
    expect(readFileSync(join(lock, 'holder'), 'utf8')).toBe('bob@desk since noon: drain\n');
  });

  it('goes on without a host that cannot be locked, and says why', async () => {
    lost.add('host-1');
    writeFileSync(join(folder, 'host-3'), 'no folder');
    const result = await withLocks(context, hosts, 'apply', (locks) =>
      Promise.resolve({ ...locks, there: held() }),
    );
    expect(result).toMatchObject({
      ok: true,
      value: {
        held: new Set(['host-2']),
        troubles: [{ message: 'host-1 is gone' }, { code: 'SF602', place: { host: 'host-3' } }],
        there: ['host-2'],
      },
    });
    expect(held()).toEqual([]);
  });

  it('does not begin when one is held, whatever ails the others', async () => {
    lost.add('host-1');
    runShell(lockScript(hosts[1]?.lock ?? '', 'bob@desk since noon: drain'));
    const result = await withLocks(context, hosts, 'apply', () => Promise.resolve());
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
    expect(held()).toEqual(['host-2']);
  });

  it('begins also when no host is left, for all that can be said of each', async () => {
    for (const { host } of hosts) lost.add(host);
    const result = await withLocks(context, hosts, 'apply', (locks) => Promise.resolve(locks));
    const gone = hosts.map(({ host }) => ({ message: `${host} is gone` }));
    expect(result).toMatchObject({ ok: true, value: { held: new Set(), troubles: gone } });
  });
});
