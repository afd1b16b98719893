import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hostLayout } from '../../src/host/layout.js';
import type { ObservedFile } from '../../src/observed/observed.js';
import { parseAnswer, type HostAnswer } from '../../src/observed/parse-answer.js';
import { probeScript } from '../../src/observed/probe-script.js';
import { aHost, aStorage, aWorker, CANARY } from '../support/farm.js';
import { bootId, HostFolder, processState, SHELLS } from '../support/host-folder.js';
import { sha256 } from '../support/observation.js';
import { until } from '../support/until.js';

const folders: HostFolder[] = [];

function hostFolder(storage?: readonly string[], name?: string): HostFolder {
  const folder = new HostFolder(storage, name);
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function answer(stdout: string): HostAnswer {
  const result = parseAnswer('host-1', stdout);
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value;
}

function shown(file: ObservedFile | undefined): unknown {
  return file?.state === 'present' ? { ...file, text: file.text.reveal() } : file;
}

describe.each(SHELLS.map((shell) => ({ shell })))('the probe in $shell', ({ shell }) => {
  it('tells files that are there from those that are not', () => {
    const folder = hostFolder();
    const text = 'A="é\n"\n';
    folder.write(folder.files.envFile, text, 0o600);
    folder.write(folder.files.tokenFile, '');
    const { files } = answer(folder.probe(shell));
    expect(shown(files.get(folder.files.envFile))).toEqual({
      state: 'present',
      text,
      sha256: sha256(text),
      mode: '600',
    });
    expect(shown(files.get(folder.files.tokenFile))).toMatchObject({
      state: 'present',
      text: '',
      sha256: sha256(''),
    });
    expect(files.get(folder.files.storageJson)).toEqual({ state: 'absent' });
    expect(files.get(hostLayout(folder.host.paths).manifest)).toEqual({ state: 'absent' });
  });

  it('tells a worker that somebody else keeps, and of its variables the names alone', async () => {
    const folder = hostFolder();
    const repo = folder.makeFolder("it's a repo");
    folder.write(join(repo, 'api'), '/ip4/10.0.0.11/tcp/4567/http');
    const program = folder.write('elsewhere/lotus-worker', '#!/bin/sh\necho\nread -r line <"$FIFO"\n', 0o755);
    spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', join(folder.path, 'fifo')]);
    const own = { FIFO: join(folder.path, 'fifo'), MINER_API_INFO: CANARY, NOTE: `two\nSECRET=${CANARY}` };
    const strangers = [
      folder.start(program, ['--worker-repo', repo, 'run'], own),
      folder.start(program, [`--worker-repo=${repo}`, 'info'], own),
      folder.start(program, ['run'], { ...own, SEALFARM_VARIABLES: 'FIFO' }),
      folder.start(program, ['run'], {
        ...own,
        LOTUS_WORKER_PATH: '/nowhere',
        LOTUS_WORKER_LISTEN: '10.0.0.11:3456',
      }),
      folder.start(program, ['run'], { ...own, HOME: '/root of all' }),
    ];
    for (const child of strangers) await once(child.stdout ?? child, 'data');
    const pids = strangers.map(({ pid }) => pid);
    const seen = answer(folder.probe(shell)).unmanaged.filter(({ pid }) => pids.includes(pid));
    const variables = expect.arrayContaining(['FIFO', 'MINER_API_INFO', 'NOTE']) as unknown;
    const uid = process.getuid?.();
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(
      expect.arrayContaining([
        { pid: pids[0], uid, repo, port: 4567, variables },
        { pid: pids[3], uid, repo: '/nowhere', port: 3456, variables },
        { pid: pids[4], uid, repo: '/root of all/.lotusworker', variables },
      ]),
    );
    expect(seen.flatMap((one) => one.variables)).not.toContain('SECRET');
    expect(folder.probe(shell)).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
  });

  it('tells all that a worker was started with where its repo is that of a declared one', async () => {
    const folder = hostFolder();
    const [worker] = folder.host.workers;
    const program = folder.write('elsewhere/lotus-worker', '#!/bin/sh\necho\nread -r line <"$FIFO"\n', 0o755);
    spawnSync('/bin/sh', ['-c', 'mkfifo "$0"', join(folder.path, 'fifo')]);
    const own = { FIFO: join(folder.path, 'fifo'), NOTE: 'two\nlines', TMUX: '/tmp/tmux-0/default,7,3' };
    const args = ['--worker-repo', worker?.repo ?? '', 'run', '--name', 'a b'];
    const child = folder.start(program, args, own);
    await once(child.stdout ?? child, 'data');
    const seen = answer(folder.probe(shell)).unmanaged.find(({ pid }) => pid === child.pid);
    expect(seen?.told).toMatchObject({
      program: '/bin/sh',
      args,
      user: userInfo().username,
      hostname: hostname(),
      cwd: process.cwd(),
      starter: { kind: 'tmux', session: '3' },
    });
    expect(seen?.told?.environ.get('NOTE')?.reveal()).toBe('two\nlines');
    expect(seen?.told?.cpus).toMatch(/^\d/);
    expect(seen?.told?.files).toBeGreaterThan(0);
  });

  it('gives the checksum of the bytes, also where they are no text', () => {
    const folder = hostFolder();
    folder.write(folder.files.apiFile, Buffer.from([0xff, 0x00, 0x0a]));
    const file = answer(folder.probe(shell)).files.get(folder.files.apiFile);
    // printf '\xff\x00\n' | sha256sum
    const sum = spawnSync('sha256sum', { input: Buffer.from([0xff, 0x00, 0x0a]), encoding: 'utf8' }).stdout;
    expect(file).toMatchObject({ state: 'present', sha256: sum.split(' ')[0] });
  });

  it('says why a file cannot be read', () => {
    const folder = hostFolder();
    folder.makeFolder('repo/api');
    folder.write(folder.files.storageJson, 'x'.repeat(1_048_577));
    symlinkSync('nowhere', folder.files.tokenFile);
    const { files } = answer(folder.probe(shell));
    expect(files.get(folder.files.apiFile)).toEqual({ state: 'unreadable', why: 'it is not a regular file' });
    expect(files.get(folder.files.tokenFile)).toEqual({
      state: 'unreadable',
      why: 'it is not a regular file',
    });
    expect(files.get(folder.files.storageJson)).toEqual({
      state: 'unreadable',
      why: 'it is larger than 1 MiB',
    });
  });

  it('reads a file of 1 MiB', () => {
    const folder = hostFolder();
    folder.write(folder.files.storageJson, 'x'.repeat(1_048_576));
    expect(answer(folder.probe(shell)).files.get(folder.files.storageJson)?.state).toBe('present');
  });

  it('never takes what it may not see for absent or empty', () => {
    const folder = hostFolder(['seal', 'other', 'open']);
    chmodSync(join(folder.path, '..'), 0o755);
    folder.write(folder.files.envFile, CANARY, 0o600);
    folder.write('seal/sectorstore.json', '{}');
    folder.write('seal/sealed/s-t01000-1', '');
    folder.write('other/cache/s-t01000-2', '');
    folder.makeFolder('open/sealed');
    chmodSync(folder.files.envFile, 0);
    chmodSync(join(folder.path, 'seal'), 0);
    chmodSync(join(folder.path, 'other/cache'), 0);
    const { files, storage } = answer(folder.probe(shell, true));
    const denied = { state: 'unreadable', why: 'permission denied' };
    expect(files.get(folder.files.envFile)).toEqual(denied);
    expect(files.get(join(folder.path, 'seal/sectorstore.json'))).toEqual(denied);
    expect(files.get(join(folder.path, 'open/sectorstore.json'))).toEqual({ state: 'absent' });
    expect(storage.get(join(folder.path, 'seal'))?.entries).toContain('sealed/?');
    expect(storage.get(join(folder.path, 'other'))?.entries).toEqual(['cache/?']);
    expect(storage.get(join(folder.path, 'open'))?.entries).toEqual([]);
  });

  it('lists the sector files of a storage path, without those that are still fetched', () => {
    const folder = hostFolder(['seal', 'missing']);
    folder.write('seal/sealed/s-t01000-1', '');
    folder.write('seal/sealed/s-t01000-2', '');
    folder.write('seal/cache/s-t01000-2/p_aux', '');
    folder.write('seal/unsealed/.hidden file', '');
    folder.write('seal/sealed/fetching/s-t01000-3', '');
    folder.makeFolder('seal/update');
    const { storage } = answer(folder.probe(shell));
    expect(storage.get(join(folder.path, 'seal'))).toEqual({
      exists: true,
      onRootFileSystem: statSync(folder.path).dev === statSync('/').dev,
      entries: ['unsealed/.hidden file', 'sealed/s-t01000-1', 'sealed/s-t01000-2', 'cache/s-t01000-2'],
    });
    expect(storage.get(join(folder.path, 'missing'))).toEqual({
      exists: false,
      onRootFileSystem: false,
      entries: [],
    });
  });

  it('sees whether something is mounted', () => {
    const { storage } = answer(hostFolder(['/proc', '/']).probe(shell));
    expect(storage.get('/proc')).toMatchObject({ exists: true, onRootFileSystem: false });
    expect(storage.get('/')).toMatchObject({ exists: true, onRootFileSystem: true });
  });

  it('sees whether something is mounted where a link leads', () => {
    const folder = hostFolder(['linked']);
    symlinkSync('/proc', join(folder.path, 'linked'));
    const { storage } = answer(folder.probe(shell));
    expect(storage.get(join(folder.path, 'linked'))).toMatchObject({ exists: true, onRootFileSystem: false });
  });

  it.each([
    ['blanks', 'a  b '],
    ['quotes', `it's "here"`],
    ['a command', '$(touch hacked) `touch hacked`'],
    ['a backslash', 'a\\nb\\'],
    ['a newline', 'a\nstorage b'],
    ['letters of the world', 'é漢🦈'],
    ['an option', '-rf *'],
  ])('finds paths with %s in their name', (_, name) => {
    const folder = hostFolder([name], name);
    folder.write(join(name, 'sectorstore.json'), '{}');
    folder.write(join(name, 'sealed', 's-t01000-1'), '');
    folder.write(folder.files.envFile, 'A=1');
    const { files, storage } = answer(folder.probe(shell));
    expect(files.get(folder.files.envFile)?.state).toBe('present');
    expect(files.get(join(folder.path, name, 'sectorstore.json'))?.state).toBe('present');
    expect(storage.get(join(folder.path, name))).toMatchObject({
      exists: true,
      entries: ['sealed/s-t01000-1'],
    });
    expect(() => statSync(join(folder.path, 'hacked'))).toThrow('ENOENT');
  });

  it("looks at the paths of the host's own list too", () => {
    const folder = hostFolder();
    folder.write('extra é/sectorstore.json', '{"x":1}');
    folder.write('extra é/sealed/s-t01000-9', '');
    const extra = join(folder.path, 'extra é');
    const list = { StoragePaths: [{ Path: `${extra}//` }, { path: join(folder.path, 'gone') }] };
    for (const indent of [0, 2]) {
      folder.write(folder.files.storageJson, JSON.stringify(list, null, indent));
      const { files, storage } = answer(folder.probe(shell));
      expect(storage.get(extra)?.entries).toEqual(['sealed/s-t01000-9']);
      expect(files.get(join(extra, 'sectorstore.json'))?.state).toBe('present');
      expect(storage.get(join(folder.path, 'gone'))?.exists).toBe(false);
    }
  });

  it('tells once what several places name', () => {
    const folder = hostFolder(['seal']);
    const path = join(folder.path, 'seal');
    folder.makeFolder('seal');
    folder.write(
      folder.files.storageJson,
      JSON.stringify({ StoragePaths: [{ Path: path }, { Path: `${path}/` }] }),
    );
    folder.write(
      folder.files.pidFile,
      `${process.pid} ${processState(process.pid)?.start ?? ''} ${bootId()}`,
    );
    const lines = folder
      .probe(shell)
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(lines.filter((line) => line.startsWith('storage '))).toEqual([`storage =${path}`]);
    expect(lines.filter((line) => line.startsWith('process '))).toEqual([`process =${folder.files.pidFile}`]);
  });

  it('answers to its end whatever stands in the files it reads', () => {
    const folder = hostFolder();
    folder.write(folder.files.storageJson, '"Path": "\\"; "Path":"$(reboot)" \0\xff "Path": "a\\"b"');
    folder.write(folder.files.pidFile, '../../etc/passwd * $(reboot)\nsecond line');
    folder.makeFolder('repo/storage.json.d');
    expect(answer(folder.probe(shell)).processes.size).toBe(0);
  });
});

describe.each(SHELLS.map((shell) => ({ shell })))('a running worker in $shell', ({ shell }) => {
  async function started(folder: HostFolder, program = 'sleep'): Promise<{ pid: number; start: string }> {
    const child = folder.start(program, ['600'], {
      LOTUS_WORKER_NAME: 'worker-1',
      NOTE: 'two\nlines = é',
      EMPTY: '',
    });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    return { pid, start: processState(pid)?.start ?? '' };
  }

  it('is known by its pid, its start and the boot, with its environment', async () => {
    const folder = hostFolder();
    const { pid, start } = await started(folder);
    folder.write(folder.files.pidFile, `${pid} ${start} ${bootId()}\n`);
    const process = answer(folder.probe(shell)).processes.get(folder.files.pidFile);
    expect(process?.pid).toBe(pid);
    const environ = [...(process?.environ ?? [])].map(([name, value]) => [name, value.reveal()]);
    expect(Object.fromEntries(environ)).toEqual({
      LOTUS_WORKER_NAME: 'worker-1',
      NOTE: 'two\nlines = é',
      EMPTY: '',
    });
  });

  describe('whose program on disk', () => {
    /** A worker of this program, and where that is. */
    function withProgram(): { folder: HostFolder; binary: string } {
      const binary = join(hostFolder().path, 'lotus-worker');
      copyFileSync('/bin/sleep', binary);
      const folder = new HostFolder(['seal'], 'host', { binary });
      folders.push(folder);
      return { folder, binary };
    }

    /** What is said of the program once it runs, after this has been done. */
    async function seen(change: (binary: string) => void): Promise<unknown> {
      const { folder, binary } = withProgram();
      const child = folder.start(binary, ['600']);
      await once(child, 'spawn');
      const pid = child.pid ?? 0;
      folder.write(folder.files.pidFile, `${pid} ${processState(pid)?.start ?? ''} ${bootId()}`);
      change(binary);
      return answer(folder.probe(shell)).processes.get(folder.files.pidFile)?.replaced;
    }

    function instead(binary: string, text: string): void {
      writeFileSync(`${binary}.new`, text, { mode: 0o755 });
      renameSync(`${binary}.new`, binary);
    }

    it('is the same: nothing is said', async () => {
      expect(await seen(() => undefined)).toBeUndefined();
    });

    it('is the same, installed again: nothing is said', async () => {
      const again = (binary: string): void => {
        copyFileSync('/bin/sleep', `${binary}.new`);
        renameSync(`${binary}.new`, binary);
      };
      expect(await seen(again)).toBeUndefined();
    });

    it('is another one, with its version', async () => {
      const version = '1.37.0+mainnet+git.8a722b5';
      const program = `#!/bin/sh\n[ "$*" = --version ] && echo 'lotus-worker version ${version}'\n`;
      const upgrade = (binary: string): void => {
        instead(binary, program);
        // Of scripts it counts when they were written, to the second.
        const soon = Date.now() / 1000 + 60;
        utimesSync(binary, soon, soon);
      };
      expect(await seen(upgrade)).toEqual({ onDisk: version });
    });

    it.skipIf(process.getuid?.() !== 0)('is another one of somebody else, which is not run', async () => {
      const upgrade = (binary: string): void => {
        instead(binary, `#!/bin/sh\necho ran >"${binary}.ran"; echo 'lotus-worker version 1.37.0'\n`);
        const soon = Date.now() / 1000 + 60;
        utimesSync(binary, soon, soon);
        chownSync(binary, 65534, 65534);
        ran = `${binary}.ran`;
      };
      let ran = '';
      expect(await seen(upgrade)).toEqual({});
      expect(existsSync(ran)).toBe(false);
    });

    it('is another one, which tells no version', async () => {
      const other = (binary: string): void => {
        copyFileSync('/bin/cat', `${binary}.new`);
        renameSync(`${binary}.new`, binary);
      };
      expect(await seen(other)).toEqual({});
    });

    it('is gone: that is said elsewhere', async () => {
      expect(
        await seen((binary) => {
          unlinkSync(binary);
        }),
      ).toBeUndefined();
    });

    // A start is known to a second.
    it.each([-60, 0])('is a script of %i seconds from its start, behind which it runs', async (seconds) => {
      const script = (binary: string): void => {
        instead(binary, '#!/bin/sh\nexec sleep 600\n');
        const then = Date.now() / 1000 + seconds;
        utimesSync(binary, then, then);
      };
      expect(await seen(script)).toBeUndefined();
    });
  });

  it('may have a name with blanks and brackets', async () => {
    const folder = hostFolder();
    symlinkSync('/bin/sleep', join(folder.path, 'a) Z (b'));
    const { pid, start } = await started(folder, join(folder.path, 'a) Z (b'));
    folder.write(folder.files.pidFile, `${pid} ${start} ${bootId()}`);
    expect(answer(folder.probe(shell)).processes.get(folder.files.pidFile)?.pid).toBe(pid);
  });

  it.each([
    ['of another start', (pid: number, start: string) => `${pid} ${Number(start) + 1} ${bootId()}`],
    [
      'of another boot',
      (pid: number, start: string) => `${pid} ${start} 00000000-0000-0000-0000-000000000000`,
    ],
    ['without a boot', (pid: number, start: string) => `${pid} ${start}`],
    ['without a start', (pid: number) => `${pid}`],
    ['of no process', (_: number, start: string) => `4194305 ${start} ${bootId()}`],
    ['that is empty', () => ''],
  ])('is not what a pid file %s names', async (_, text) => {
    const folder = hostFolder();
    const { pid, start } = await started(folder);
    folder.write(folder.files.pidFile, `${text(pid, start)}\n`);
    expect(answer(folder.probe(shell)).processes.size).toBe(0);
  });

  it('is no zombie', async () => {
    const folder = hostFolder();
    // The child ends when its shell has become a program that does not ask for it.
    const parent = folder.start('/bin/sh', ['-c', '/bin/sleep 1 & echo $!; exec /bin/sleep 600']);
    const [line] = (await once(parent.stdout ?? parent, 'data')) as [Buffer];
    const pid = Number(line.toString());
    await until(() => processState(pid)?.state === 'Z', 'it is a zombie');
    folder.write(folder.files.pidFile, `${pid} ${processState(pid)?.start ?? ''} ${bootId()}\n`);
    expect(answer(folder.probe(shell)).processes.size).toBe(0);
  });
});

describe('the script as text', () => {
  const worker = aWorker({
    repo: "/srv/it's here",
    env: new Map([['NOTE', CANARY]]),
    storage: [aStorage({ path: '/mnt/$(reboot)\n`reboot`' })],
  });

  it('has every path in single quotes', () => {
    const script = probeScript(aHost({ workers: [worker] }));
    expect(script).toContain(`\nfile '/srv/it'\\''s here/storage.json'\n`);
    expect(script).toContain("\nstorage '/mnt/$(reboot)\n`reboot`'\n");
    expect(script).toContain("\nprocess '/var/lib/sealfarm/run/worker-1.pid'\n");
  });

  it('has no secret and no value of a variable', () => {
    expect(probeScript(aHost({ workers: [worker] }))).not.toContain(CANARY);
  });

  it('asks for the manifest also where there is no worker', () => {
    expect(probeScript(aHost({ workers: [] }))).toContain("\nfile '/var/lib/sealfarm/manifest.json'\n");
  });
});
