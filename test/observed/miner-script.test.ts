import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hostLayout } from '../../src/host/layout.js';
import { minerScript } from '../../src/observed/miner-script.js';
import type { MinerMachine } from '../../src/observed/observed.js';
import { parseMiner } from '../../src/observed/parse-miner.js';
import { CANARY } from '../support/farm.js';
import { fileId, HostFolder, SHELLS } from '../support/host-folder.js';
import { sha256 } from '../support/observation.js';
import { until } from '../support/until.js';

const folders: HostFolder[] = [];

function hostFolder(): HostFolder {
  const folder = new HostFolder();
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function output(
  folder: HostFolder,
  shell: readonly string[],
  miner: { repo?: string; user?: string },
  as: SpawnSyncOptions = {},
): string {
  const [program = 'sh', ...args] = shell;
  const { stdout, stderr } = spawnSync(program, args, {
    ...as,
    input: minerScript(folder.host, miner),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout;
}

function look(
  folder: HostFolder,
  shell: readonly string[],
  repo = join(folder.path, 'miner'),
  as: SpawnSyncOptions = {},
): MinerMachine {
  const answer = parseMiner('host-1', folder.host.paths, output(folder, shell, { repo }, as));
  if (!answer.ok) throw new Error(answer.diagnostic.message);
  return answer.value;
}

/** Runs until it is ended, under the name and with the words of a real one. */
function startMiner(
  folder: HostFolder,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): number {
  const program = join(folder.path, 'lotus-miner');
  symlinkSync('/bin/sh', program);
  const { pid } = folder.start(program, ['-c', 'while :; do sleep 1; done', ...args], env);
  if (pid === undefined) throw new Error('not started');
  return pid;
}

const at = (folder: HostFolder, path: string): string => join(folder.path, path);

describe.each(SHELLS.map((shell) => ({ shell })))("the miner's machine in $shell", ({ shell }) => {
  it.each<[readonly string[], string | undefined]>([
    [['run', '--nosync'], undefined],
    [['run', '--miner-api', '2346'], '2346'],
    [['run', '--miner-api=2346'], '2346'],
    [['run', '-miner-api=1', '--miner-api', '2347'], '2347'],
  ])('has a process with %j', async (args, port) => {
    const folder = hostFolder();
    const repo = at(folder, 'miner');
    startMiner(folder, { LOTUS_MINER_PATH: repo }, ...args);
    await until(() => look(folder, shell).processes.length === 1, 'it shows');
    expect(look(folder, shell).processes[0]?.apiPort).toBe(port);
  });

  it('has nothing', () => {
    const folder = hostFolder();
    expect(look(folder, shell)).toEqual({
      reached: true,
      repo: at(folder, 'miner'),
      hostname: hostname(),
      config: { state: 'absent' },
      processes: [],
      written: new Map(),
    });
  });

  it('has a config.toml, and what sealfarm wrote', () => {
    const folder = hostFolder();
    const path = folder.write('miner/config.toml', '[API]\r\n', 0o640);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    folder.write(hostLayout(folder.host.paths).written, `${sha256('x')}  ${path}\n`);
    const seen = look(folder, shell);
    expect(seen).toMatchObject({
      config: { mode: '640', sha256: sha256('[API]\r\n') },
      writtenAt: 1_700_000_000,
    });
    expect(seen.config.state === 'present' && seen.config.text.reveal()).toBe('[API]\r\n');
    expect(seen.written.get(path)).toEqual(new Set([sha256('x')]));
  });

  it.each([
    ['by its variable', 'LOTUS_MINER_PATH', []],
    ['by an old variable', 'LOTUS_STORAGE_PATH', []],
    ['by its flag', 'X', ['--miner-repo']],
    ['in its home', 'HOME', []],
  ])('finds a running miner %s', async (_, variable, flag) => {
    const folder = hostFolder();
    const repo = at(folder, variable === 'HOME' ? '.lotusminer' : 'miner');
    folder.makeFolder(repo.slice(folder.path.length + 1));
    const env = {
      [variable]: variable === 'HOME' ? folder.path : repo,
      LOTUS_STORAGE_ALLOWADDPIECE: 'false',
      LOTUS_STORAGE_ASSIGNER: '',
      LOTUS_STORAGE_UNKNOWN: CANARY,
      FULLNODE_API_INFO: `${CANARY}\nLOTUS_API_TOKEN=${CANARY}`,
    };
    const before = Date.now() / 1000;
    const pid = startMiner(folder, env, ...flag, ...(flag.length === 0 ? [] : [repo]), 'run');
    await until(() => look(folder, shell, repo).processes.length === 1, 'it shows');
    const [process] = look(folder, shell, repo).processes;
    expect(process).toMatchObject({ pid, repo });
    expect(process?.variables).toEqual(
      new Map([
        ['LOTUS_STORAGE_ALLOWADDPIECE', 'false'],
        ['LOTUS_STORAGE_ASSIGNER', ''],
      ]),
    );
    // Some clocks here go in hundredths, and that of busybox in seconds.
    expect(process?.startedAt).toBeGreaterThan(before - 2);
    expect(process?.startedAt).toBeLessThan(Date.now() / 1000 + 2);
    const words = output(folder, shell, { repo }).split(/\s/);
    expect(words.map((word) => Buffer.from(word, 'base64').toString()).join('\n')).not.toContain(CANARY);
    expect(words.join(' ')).not.toContain(CANARY);
  });

  it.skipIf(process.getuid?.() !== 0)('says where the variables of a miner may not be read', async () => {
    const folder = hostFolder();
    const repo = at(folder, 'miner');
    const pid = startMiner(folder, { LOTUS_MINER_PATH: repo }, 'run');
    const nobody = { uid: 65534, gid: 65534 };
    await until(() => look(folder, shell).processes.length === 1, 'it shows');
    const seen = look(folder, shell, repo, nobody).processes.find((one) => one.pid === pid);
    expect(seen).toMatchObject({ pid, repo });
    expect(seen?.variables).toBeUndefined();
  });

  it.skipIf(process.getuid?.() !== 0)(
    'believes nobody but root, who asks, and the owner of its repo',
    async () => {
      const folder = hostFolder();
      const repo = at(folder, 'miner');
      folder.makeFolder('miner');
      chmodSync(dirname(folder.path), 0o755);
      chmodSync(folder.path, 0o755);
      const program = at(folder, 'lotus-miner');
      symlinkSync('/bin/sh', program);
      const nobody = { uid: 65534, gid: 65534 };
      folder.start(program, ['-c', 'while :; do sleep 1; done', 'run'], { LOTUS_MINER_PATH: repo }, nobody);
      const found = (miner: { repo?: string; user?: string }): readonly string[] => {
        const answer = parseMiner('host-1', folder.host.paths, output(folder, shell, miner));
        return answer.ok
          ? answer.value.processes.flatMap((one) => (one.repo === repo ? [one.repo] : []))
          : [];
      };
      await until(() => found({ user: 'nobody' }).length === 1, 'it shows');
      expect(found({})).toEqual([]);
      expect(found({ repo })).toEqual([]);
      chownSync(repo, 65534, 65534);
      expect(found({ repo })).toEqual([repo]);
      expect(found({})).toEqual([]);
    },
  );

  describe('a lotus-miner with a root of its own', () => {
    /** What is seen by a folder of processes that stands in for /proc. */
    function lookAt(folder: HostFolder, root: string): MinerMachine['config'] {
      const [repo, proc] = [at(folder, 'miner'), at(folder, 'proc')];
      folder.write('proc/7/comm', 'lotus-miner\n');
      folder.write('proc/7/cmdline', 'lotus-miner\0run\0');
      folder.write('proc/7/environ', `LOTUS_MINER_PATH=${repo}\0`);
      rmSync(at(folder, 'proc/7/root'), { force: true });
      symlinkSync(root, at(folder, 'proc/7/root'));
      const [program = 'sh', ...args] = shell;
      const script = minerScript(folder.host, { repo }).replaceAll('/proc/[0-9]*', `${proc}/[0-9]*`);
      const { stdout } = spawnSync(program, args, { input: script, encoding: 'utf8' });
      const answer = parseMiner('host-1', folder.host.paths, stdout);
      if (!answer.ok) throw new Error(answer.diagnostic.message);
      expect(answer.value.processes).toHaveLength(1);
      return answer.value.config;
    }

    it('goes by a config.toml of its own, and by that of the machine where it is mounted', () => {
      const folder = hostFolder();
      const own = folder.write('miner/config.toml', 'of before');
      const inside = folder.write(`inner${own}`, 'its own');
      expect(lookAt(folder, '/')).toMatchObject({ state: 'present' });
      expect(lookAt(folder, at(folder, 'inner'))).toEqual({
        state: 'unreadable',
        why: 'lotus-miner has another file at this path, as in a container',
      });
      rmSync(inside);
      linkSync(own, inside);
      expect(lookAt(folder, at(folder, 'inner'))).toMatchObject({ state: 'present' });
    });

    it('is believed where nobody may see its root', () => {
      const folder = hostFolder();
      folder.write('miner/config.toml', 'of the machine');
      expect(lookAt(folder, at(folder, 'hidden'))).toMatchObject({ state: 'present' });
    });
  });

  describe('a program that is replaced on disk', () => {
    /** A real program, so that another one can take its place under it. */
    async function start(folder: HostFolder, called = at(folder, 'lotus-miner')): Promise<void> {
      copyFileSync('/bin/dash', at(folder, 'lotus-miner'));
      folder.start(called, ['-c', 'while :; do sleep 1; done', 'run'], {
        LOTUS_MINER_PATH: at(folder, 'miner'),
        PATH: `${folder.path}:/usr/bin:/bin`,
      });
      await until(() => look(folder, shell).processes.length === 1, 'it shows');
    }

    /** As a package manager does it, which also sets the time of the file. */
    function install(folder: HostFolder, text: string, seconds = Date.now() / 1000 + 100): void {
      const file = folder.write('new', text, 0o755);
      utimesSync(file, seconds, seconds);
      renameSync(file, at(folder, 'lotus-miner'));
    }

    const says = '#!/bin/sh\n[ "$*" = --version ] && echo lotus-miner version 1.37.0+mainnet\n';
    const seen = (folder: HostFolder): unknown => look(folder, shell).processes[0]?.replaced;

    it('tells its version', async () => {
      const folder = hostFolder();
      await start(folder);
      expect(seen(folder)).toBeUndefined();
      install(folder, says);
      expect(seen(folder)).toEqual({ onDisk: '1.37.0+mainnet' });
      install(folder, '#!/bin/sh\nexit 1\n');
      expect(seen(folder)).toEqual({});
      // A script that stood there before it may be what started it.
      install(folder, says, 1_700_000_000);
      expect(seen(folder)).toBeUndefined();
      rmSync(at(folder, 'lotus-miner'));
      expect(seen(folder)).toBeUndefined();
    });

    it('is known as the file that it is, before and after', async () => {
      const folder = hostFolder();
      await start(folder);
      const program = at(folder, 'lotus-miner');
      const known = (): unknown => look(folder, shell).processes[0]?.program;
      expect(known()).toBe(fileId(program));
      install(folder, says);
      expect(known()).toBe(fileId(program));
      rmSync(program);
      expect(known()).toBeUndefined();
    });

    it('is none where it is the same program, installed again', async () => {
      const folder = hostFolder();
      await start(folder);
      copyFileSync('/bin/dash', at(folder, 'again'));
      renameSync(at(folder, 'again'), at(folder, 'lotus-miner'));
      expect(seen(folder)).toBeUndefined();
      copyFileSync('/bin/dash', at(folder, 'again'));
      appendFileSync(at(folder, 'again'), '\n');
      renameSync(at(folder, 'again'), at(folder, 'lotus-miner'));
      expect(seen(folder)).toEqual({});
    });

    it('is found by the PATH of the process, and behind a link that leads elsewhere by now', async () => {
      const folder = hostFolder();
      const others = folder.makeFolder('others');
      await start(folder);
      copyFileSync('/bin/dash', join(others, 'lotus-miner'));
      appendFileSync(join(others, 'lotus-miner'), '\n');
      rmSync(at(folder, 'lotus-miner'));
      symlinkSync(join(others, 'lotus-miner'), at(folder, 'lotus-miner'));
      expect(seen(folder)).toEqual({});
      const bare = hostFolder();
      await start(bare, 'lotus-miner');
      expect(seen(bare)).toBeUndefined();
      install(bare, says);
      expect(seen(bare)).toEqual({ onDisk: '1.37.0+mainnet' });
    });

    it.skipIf(process.getuid?.() !== 0)('is asked by whoever runs it, not by who looks', async () => {
      const folder = hostFolder();
      folder.makeFolder('miner');
      for (const path of [dirname(folder.path), folder.path, at(folder, 'miner')]) chmodSync(path, 0o755);
      chownSync(at(folder, 'miner'), 65534, 65534);
      copyFileSync('/bin/dash', at(folder, 'lotus-miner'));
      folder.start(
        at(folder, 'lotus-miner'),
        ['-c', 'while :; do sleep 1; done', 'run'],
        { LOTUS_MINER_PATH: at(folder, 'miner') },
        { uid: 65534, gid: 65534 },
      );
      await until(() => look(folder, shell).processes.length === 1, 'it shows');
      install(folder, '#!/bin/sh\necho "lotus-miner version 1.37.0+$(id -u)"\n');
      expect(seen(folder)).toEqual({ onDisk: '1.37.0+65534' });
    });
  });

  it('has the version with which the miner started', async () => {
    const folder = hostFolder();
    const path = folder.write('miner/config.toml', 'now');
    const { backups } = hostLayout(folder.host.paths);
    const kept = (stamp: string, text: string, seconds: number): void => {
      const file = folder.write(`${backups}/${stamp}${path.replaceAll('/', '_')}`, text, 0o600);
      utimesSync(file, seconds, seconds);
    };
    startMiner(folder, { LOTUS_MINER_PATH: at(folder, 'miner') }, 'run');
    await until(() => look(folder, shell).processes.length === 1, 'it shows');
    const since = look(folder, shell).processes[0]?.startedAt ?? 0;
    kept('20260101T000000Z-1', 'long before', since - 1000);
    kept('20260102T000000Z-1', 'just before', since - 1.5);
    expect(look(folder, shell).startedWith).toBeUndefined();
    kept('20260103T000000Z-1', 'then', since + 100);
    kept('20260104T000000Z-1', 'later', since + 200);
    folder.write(`${backups}/20260105T000000Z-1_other`, 'another file');
    expect(look(folder, shell).startedWith?.reveal()).toBe('then');
  });
});

it('an answer that was cut off is none', () => {
  const folder = hostFolder();
  const whole = output(folder, ['sh'], { repo: '/r' });
  const cut = parseMiner('host-1', folder.host.paths, whole.slice(0, -20));
  expect(cut).toMatchObject({ ok: false, diagnostic: { code: 'SF501' } });
});

it("without a repo it is in the user's home", () => {
  const folder = hostFolder();
  const answer = parseMiner('host-1', folder.host.paths, output(folder, ['sh'], { user: 'root' }));
  expect(answer).toMatchObject({ ok: true });
  if (answer.ok && answer.value.processes.length === 0) expect(answer.value.repo).toBe('/root/.lotusminer');
});
