import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApplyContext } from '../../src/apply/context.js';
import {
  lookScript,
  lockScript,
  parseSeenLock,
  takeBackScript,
  unlockScript,
} from '../../src/apply/lock-script.js';
import { withLocks, type LockedHost } from '../../src/apply/lock.js';
import { writeFileScript } from '../../src/apply/scripts.js';
import { Secret } from '../../src/secret/secret.js';
import { formatHolder, parseHolder } from '../../src/host/lock-holder.js';
import { failure, success } from '../../src/diagnostic/result.js';
import type { Event } from '../../src/event/event.js';
import type { Remote } from '../../src/remote/remote.js';
import { shInput } from '../../src/remote/script.js';
import { SHELLS } from '../support/host-folder.js';
import { aDiagnostic } from '../support/observation.js';
import { removeFolders, runShell, tempFolder } from './run-shell.js';
import { RenewingRemote } from '../../src/probe/renewing-remote.js';
import { FakeRemote } from '../probe/fake-remote.js';
import { Scene, START } from './scene.js';

const DONE = { status: 0, stdout: '', stderr: '' };
const ALICE = {
  who: "alice@laptop's",
  since: START,
  why: 'apply',
  run: 'run-a',
  commit: '$HOME',
  dirty: true,
  process: { pid: 4711, machine: '`x` "', space: 'boot pid:[4026531836]' },
};
const HOLDER = formatHolder(ALICE);
const BOB = formatHolder({ who: 'bob@desk', since: START, why: 'drain', run: 'run-b' });
const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

let folder: string;

beforeEach(() => {
  folder = tempFolder();
});

afterEach(removeFolders);

describe.each(SHELLS.map((shell) => ({ shell })))('the lock in $shell', ({ shell }) => {
  it("is taken by one; the next gets the holder's words; after it was released it is free", () => {
    const lock = join(folder, "state of $HOME's", 'lock');
    expect(runShell(lockScript(lock, HOLDER), { shell })).toEqual(DONE);
    const { status, stdout, stderr } = runShell(lockScript(lock, BOB), { shell });
    expect({ status, stderr }).toEqual({ status: 4, stderr: '' });
    expect(parseSeenLock(stdout)).toMatchObject({ boot: BOOT, holder: { ...ALICE, boot: BOOT } });
    expect(parseSeenLock(stdout).age).toBeLessThan(60);
    expect(runShell(lookScript(lock), { shell }).stdout.split('\n')[1]).toBe(stdout.split('\n')[1]);
    expect(runShell(unlockScript(lock, 'run-b'), { shell }).status).toBe(4);
    expect(existsSync(lock)).toBe(true);
    expect(runShell(unlockScript(lock, 'run-a'), { shell })).toEqual(DONE);
    expect(existsSync(lock)).toBe(false);
    expect(runShell(unlockScript(lock, 'run-a'), { shell })).toEqual(DONE);
    expect(runShell(lookScript(lock), { shell })).toEqual(DONE);
    expect(runShell(lockScript(lock, BOB), { shell })).toEqual(DONE);
    expect(parseHolder(readFileSync(lock, 'utf8'))).toMatchObject({ who: 'bob@desk', run: 'run-b' });
    expect(readdirSync(dirname(lock))).toEqual(['lock']);
  });

  it.each(['ln', 'sync', 'cat'])('is held by nobody where its taker is killed at %s', (command) => {
    const lock = join(folder, 'lock');
    // It may be in a shell of its own, which would go on.
    const killed = `${command}() { kill -KILL $$; exit; }\n`;
    runShell(killed + lockScript(lock, HOLDER), { shell });
    expect(existsSync(lock)).toBe(false);
    expect(runShell(lockScript(lock, BOB), { shell })).toEqual(DONE);
    expect(parseHolder(readFileSync(lock, 'utf8'))).toMatchObject({ who: 'bob@desk' });
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('is not taken by one that goes on after it was taken back', () => {
    const lock = join(folder, "state of $HOME's", 'lock');
    const back = join(folder, 'back');
    writeFileSync(back, takeBackScript(lock, 'run-a'));
    const other = `${lock}.${process.pid}.sealfarm-tmp`;
    const slow = `sync() { printf run-b >"$lock.${process.pid}.sealfarm-tmp"; sh '${back}'; command sync "$@"; }\n`;
    expect(runShell(slow + lockScript(lock, HOLDER), { shell }).status).toBe(1);
    // Of another run nothing is taken away.
    expect(readdirSync(dirname(lock))).toEqual([basename(other)]);
    expect(runShell(lockScript(lock, HOLDER), { shell })).toEqual(DONE);
    expect(runShell(takeBackScript(lock, 'run-b'), { shell }).status).toBe(4);
    expect(runShell(takeBackScript(lock, 'run-a'), { shell })).toEqual(DONE);
    expect(readdirSync(dirname(lock))).toEqual([]);
  });

  it('says who holds it as soon as it is held', () => {
    const lock = join(folder, 'lock');
    const killed = 'ln() { command ln "$@"; kill -KILL $$; }\n';
    runShell(killed + lockScript(lock, HOLDER), { shell });
    const { status, stdout } = runShell(lockScript(lock, BOB), { shell });
    expect([status, parseSeenLock(stdout).holder]).toEqual([4, { ...ALICE, boot: BOOT }]);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('leaves what others write for a lock at this time', () => {
    const lock = join(folder, 'lock');
    const [mine, gone] = [`lock.${process.pid}.sealfarm-tmp`, 'lock.999999999.sealfarm-tmp'];
    for (const name of [mine, gone]) writeFileSync(join(folder, name), '');
    runShell(lockScript(lock, HOLDER), { shell });
    expect(readdirSync(folder).sort()).toEqual(['lock', mine]);
  });

  it('is tried again where it was given back right after it could not be had', () => {
    const lock = join(folder, 'lock');
    writeFileSync(lock, BOB);
    const givenBack = `ln() { command ln "$@" && return; rm '${lock}'; return 1; }\n`;
    expect(runShell(givenBack + lockScript(lock, HOLDER), { shell })).toEqual(DONE);
    expect(parseHolder(readFileSync(lock, 'utf8'))).toMatchObject({ run: 'run-a' });
  });

  it('is held also by an earlier version, which makes a folder and then writes who it is', () => {
    const lock = join(folder, 'lock');
    const words = (): readonly unknown[] => {
      const { status, stdout } = runShell(lockScript(lock, BOB), { shell });
      return [status, parseSeenLock(stdout).text];
    };
    mkdirSync(lock);
    expect(words()).toEqual([4, '']);
    // The file is there before its words are.
    writeFileSync(join(lock, 'holder'), '');
    expect(words()).toEqual([4, '']);
    expect(runShell(unlockScript(lock, ''), { shell })).toEqual(DONE);
    mkdirSync(lock);
    writeFileSync(join(lock, 'holder'), `alice@laptop since ${START}: apply\n`);
    expect(words()).toEqual([4, `alice@laptop since ${START}: apply`]);
    expect(parseSeenLock(runShell(lookScript(lock), { shell }).stdout).holder).toMatchObject({
      why: 'apply',
    });
    expect(runShell(unlockScript(lock, ''), { shell }).status).toBe(4);
    expect(readdirSync(lock)).toEqual(['holder']);
    expect(runShell(unlockScript(lock, 'alice@laptop'), { shell })).toEqual(DONE);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not taken where an earlier version takes it this moment', () => {
    const lock = join(folder, 'lock');
    const meanwhile = `ln() { mkdir '${lock}'; command ln "$@"; }\n`;
    expect(runShell(meanwhile + lockScript(lock, HOLDER), { shell }).status).toBe(4);
    expect([readdirSync(folder), readdirSync(lock)]).toEqual([['lock'], []]);
  });

  it('is not held by anybody where it cannot be made', () => {
    const lock = join(folder, "it's", 'lock');
    mkdirSync(dirname(lock));
    symlinkSync('nowhere', lock);
    const { status, stderr } = runShell(lockScript(lock, BOB), { shell });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ln: .*\/it\\?'s\/lock/);
    writeFileSync(join(folder, 'file'), '');
    expect(runShell(lockScript(join(folder, 'file', 'lock'), BOB), { shell }).status).toBe(1);
  });

  it('is given up again where there is no room for who holds it', () => {
    const lock = join(folder, 'lock');
    // As on a full disk: files can be made, and no byte be written.
    const noRoom = "trap '' XFSZ; ulimit -f 0\n";
    const { status, stdout, stderr } = runShell(noRoom + lockScript(lock, HOLDER), { shell });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^cat: .*[Ff]ile too large$/m);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes what cut-off writes left beside the files of sealfarm with it, and nothing else', () => {
    const state = join(folder, 'state');
    const paths = ["etc/it's here/worker.env", 'repo/storage.json'].map((path) => join(folder, path));
    const target = { mode: '600', content: new Secret('new'), backups: join(state, 'backups') } as const;
    for (const path of paths) {
      const script = writeFileScript({ ...target, path, written: join(state, 'written') });
      runShell(`base64() { command base64 "$@"; kill -KILL $$; }\n${script}`, { shell });
      expect(readdirSync(dirname(path))).toEqual([`.${basename(path)}.sealfarm-tmp`]);
    }
    writeFileSync(join(folder, 'repo', '.token.sealfarm-tmp'), '');
    const lock = join(state, 'lock');
    runShell(lockScript(lock, HOLDER), { shell });
    expect(runShell(unlockScript(lock, 'run-b'), { shell }).status).toBe(4);
    expect(paths.map((path) => readdirSync(dirname(path)).length)).toEqual([1, 2]);
    expect(runShell(unlockScript(lock, 'run-a'), { shell })).toEqual(DONE);
    expect(paths.map((path) => readdirSync(dirname(path)))).toEqual([[], ['.token.sealfarm-tmp']]);
  });

  it('takes what was left among the kept versions with it, also of workers that have another name by now', () => {
    const lock = join(folder, 'lock');
    const kept = [join(folder, 'backups'), join(folder, 'backups', "worker'1")];
    for (const backups of kept) {
      mkdirSync(backups, { recursive: true });
      writeFileSync(join(backups, '.4711.sealfarm-tmp'), 'ol');
      writeFileSync(join(backups, '20261130T060000Z-1_etc_worker.env'), 'old');
    }
    runShell(lockScript(lock, HOLDER), { shell });
    expect(runShell(unlockScript(lock, 'run-a'), { shell })).toEqual(DONE);
    expect(readdirSync(join(folder, 'backups'), { recursive: true }).map(String).sort()).toEqual([
      '20261130T060000Z-1_etc_worker.env',
      "worker'1",
      "worker'1/20261130T060000Z-1_etc_worker.env",
    ]);
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
    shell.stdin.end(
      shInput(lockScript(lock, formatHolder({ who: `taker-${at}`, since: START, why: 'apply' }))),
    );
    const ended = new Promise<number | null>((resolve) => shell.once('close', resolve));
    return { words: parseSeenLock(await text(shell.stdout)).text, status: await ended };
  });
  const answers = await Promise.all(takers);
  expect(answers.filter(({ status }) => status === 0)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 4)).toHaveLength(19);
  const said = new Set(answers.filter(({ status }) => status === 4).map(({ words }) => words));
  expect([...said]).toEqual([readFileSync(lock, 'utf8').trim()]);
  expect(readdirSync(dirname(lock))).toEqual(['lock']);
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

  /** Bob has it, as the first version wrote it. */
  function hold(lock: string): void {
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'holder'), `bob@desk since ${START}: drain\n`);
  }

  function held(): readonly string[] {
    return hosts.filter(({ lock }) => existsSync(lock)).map(({ host }) => host);
  }

  it('holds all of them while it runs, and says for whom', async () => {
    const result = await withLocks(context, hosts, 0, () => {
      return Promise.resolve(hosts.map(({ lock }) => parseHolder(readFileSync(lock, 'utf8'))));
    });
    const words = {
      who: 'alice@laptop',
      since: START,
      why: 'apply',
      run: 'run-1',
      process: { pid: 4711, machine: 'laptop' },
      boot: BOOT,
    };
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
    await withLocks(all, hosts, 0, () => {
      const gone = failure({ code: 'SF405', severity: 'error', message: 'gone' } as const);
      for (const fake of first) fake.onExec = () => Promise.resolve(gone);
      return Promise.resolve();
    });
    expect([first.length, held()]).toEqual([3, []]);
  });

  it('releases them when it fails', async () => {
    const failed = failure(aDiagnostic('no'));
    expect(await withLocks(context, hosts, 0, () => Promise.resolve(failed))).toEqual(success(failed));
    expect(held()).toEqual([]);
  });

  it('releases them when it throws', async () => {
    const work = (): Promise<never> => Promise.reject(new Error('a bug'));
    await expect(withLocks(context, hosts, 0, work)).rejects.toThrow('a bug');
    expect(held()).toEqual([]);
  });

  it('does not begin when one is held; the others are free again and that one stays', async () => {
    const lock = hosts[1]?.lock ?? '';
    hold(lock);
    let begun = false;
    const result = await withLocks(context, hosts, 0, () => {
      begun = true;
      return Promise.resolve();
    });
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        code: 'SF609',
        message: expect.stringMatching(/^host-2 is locked by bob@desk since \d+ s \(drain\)$/) as string,
        place: { kind: 'host', host: 'host-2' },
      },
    });
    expect(begun).toBe(false);
    expect(held()).toEqual(['host-2']);
    expect(readFileSync(join(lock, 'holder'), 'utf8')).toBe(`bob@desk since ${START}: drain\n`);
  });

  it('waits for one that is held, says so once, and holds nothing meanwhile', async () => {
    const lock = hosts[1]?.lock ?? '';
    hold(lock);
    const events: Event[] = [];
    const meanwhile: (readonly string[])[] = [];
    const sleep = (): Promise<void> => {
      meanwhile.push(held());
      if (meanwhile.length === 3) runShell(unlockScript(lock));
      return Promise.resolve();
    };
    const waiting = { ...context, sleep, emit: (event: Event) => events.push(event) };
    const result = await withLocks(waiting, hosts, 60_000, () => Promise.resolve(held()));
    expect(result).toEqual(success(['host-1', 'host-2', 'host-3']));
    expect(meanwhile).toEqual([['host-2'], ['host-2'], ['host-2']]);
    expect(events).toEqual([
      { type: 'lock-waiting', host: 'host-2', holder: expect.stringMatching(/^bob@desk since /) as string },
      { type: 'lock-free', host: 'host-2' },
    ]);
    expect(held()).toEqual([]);
  });

  it('waits no longer than it was told to', async () => {
    hold(hosts[0]?.lock ?? '');
    const scene = new Scene();
    const result = await withLocks({ ...scene.context, remote: context.remote }, hosts, 7000, () =>
      Promise.resolve(),
    );
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
    expect(scene.passed).toBe(7000);
  });

  it('does not wait for one whose process has ended, which it names', async () => {
    runShell(lockScript(hosts[0]?.lock ?? '', HOLDER));
    const gone = { ...context, processState: () => 'gone' as const };
    const result = await withLocks(gone, hosts, 60_000, () => Promise.resolve());
    expect(result).toMatchObject({
      ok: false,
      diagnostic: {
        message: expect.stringContaining('apply, commit $HOME with changes, process 4711') as string,
        help: expect.stringMatching(/has ended, .*: sealfarm unlock host-1$/) as string,
      },
    });
  });

  it('ends its wait when it is interrupted', async () => {
    hold(hosts[2]?.lock ?? '');
    const interrupt = new AbortController();
    const sleep = (): Promise<void> => {
      interrupt.abort();
      return Promise.resolve();
    };
    const result = await withLocks({ ...context, sleep, signal: interrupt.signal }, hosts, 60_000, () =>
      Promise.resolve(),
    );
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF608' } });
    expect(held()).toEqual(['host-3']);
  });

  it('two that wait for the locks of each other both come through', async () => {
    const order = [hosts, [...hosts].reverse(), hosts.slice(1)];
    const results = await Promise.all(
      order.map((wanted, at) => {
        const sleep = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
        const own = { ...context, sleep, run: { ...context.run, id: `run-${at}` } };
        return withLocks(own, wanted, 60_000, async ({ held }) => {
          await new Promise((resolve) => setImmediate(resolve));
          return held.size;
        });
      }),
    );
    expect(results).toEqual([success(3), success(3), success(2)]);
    expect(held()).toEqual([]);
  });

  it('leaves a lock to who took it meanwhile, and says so', async () => {
    const [one] = hosts;
    if (one === undefined) throw new Error('no host');
    const events: Event[] = [];
    await withLocks({ ...context, emit: (event) => events.push(event) }, [one], 0, () => {
      runShell(unlockScript(one.lock));
      runShell(lockScript(one.lock, BOB));
      return Promise.resolve();
    });
    expect(held()).toEqual(['host-1']);
    expect(events).toMatchObject(
      [{ diagnostic: { code: 'SF609', message: /taken away/ } }].map(({ diagnostic }) => ({
        diagnostic: { ...diagnostic, message: expect.stringMatching(diagnostic.message) as string },
      })),
    );
  });

  it('goes on without a host that cannot be locked, and says why', async () => {
    lost.add('host-1');
    writeFileSync(join(folder, 'host-3'), 'no folder');
    const result = await withLocks(context, hosts, 0, (locks) =>
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
    hold(hosts[1]?.lock ?? '');
    const result = await withLocks(context, hosts, 0, () => Promise.resolve());
    expect(result).toMatchObject({ ok: false, diagnostic: { code: 'SF609' } });
    expect(held()).toEqual(['host-2']);
  });

  it('begins also when no host is left, for all that can be said of each', async () => {
    for (const { host } of hosts) lost.add(host);
    const result = await withLocks(context, hosts, 0, (locks) => Promise.resolve(locks));
    const gone = hosts.map(({ host }) => ({ message: `${host} is gone` }));
    expect(result).toMatchObject({ ok: true, value: { held: new Set(), troubles: gone } });
  });
});
