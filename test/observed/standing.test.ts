import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Worker } from '../../src/farm/farm.js';
import { parseAnswer } from '../../src/observed/parse-answer.js';
import { probeScript } from '../../src/observed/probe-script.js';
import { STANDING_FUNCTION, standingCalls, type Standing } from '../../src/observed/standing.js';
import { aHost, aStorage, aWorker } from '../support/farm.js';
import { HostFolder, SHELLS } from '../support/host-folder.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

const folders: HostFolder[] = [];

/** A host on which everything of its worker is there and belongs to nobody. */
function hostFolder(more: Partial<Worker>): HostFolder {
  const folder = new HostFolder(['seal'], "it's a host", more);
  folders.push(folder);
  // Temporary folders of tests are for their user alone.
  chmodSync(dirname(folder.path), 0o755);
  folder.write('repo/storage.json', '{}');
  for (const path of ['repo', 'repo/storage.json', ...made(folder, 'seal', 'seal/sealed', 'seal/cache')])
    give(folder, path);
  return folder;
}

function made(folder: HostFolder, ...paths: string[]): readonly string[] {
  for (const path of paths) folder.makeFolder(path);
  return paths;
}

function give(folder: HostFolder, path: string, user = NOBODY): void {
  if (isRoot) chownSync(join(folder.path, path), user, user);
}

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function standing(folder: HostFolder, shell?: readonly string[], asNobody = false): Standing | undefined {
  const result = parseAnswer('host-1', folder.probe(shell, asNobody));
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.value.standings.get('worker-1');
}

const BINARY = '/bin/sh';
const AS_NOBODY: Partial<Worker> = { user: 'nobody', binary: BINARY };

/** Built to take its own setpriv before that of the machine, it becomes nobody: that one knows no users. */
const BUSYBOX = ['busybox', 'sh'];
const WITH_SETPRIV = SHELLS.filter(([program]) => program !== BUSYBOX[0]);

describe.runIf(isRoot).each(WITH_SETPRIV.map((shell) => ({ shell })))('in $shell', ({ shell }) => {
  it('a user may use what is its own', () => {
    const tmpDir = '/tmp';
    expect(standing(hostFolder({ ...AS_NOBODY, tmpDir }), shell)).toEqual({
      user: 'ok',
      lacking: [],
      denied: [],
    });
  });

  it('what the user cannot use is named, down to the files of single sectors', () => {
    const folder = hostFolder(AS_NOBODY);
    made(folder, 'seal/cache/s-t01000-1', 'seal/cache/s-t01000-2');
    give(folder, 'seal/cache/s-t01000-2');
    give(folder, 'repo/storage.json', 0);
    expect(standing(folder, shell)?.denied).toEqual(
      ['repo/storage.json', 'seal/cache/s-t01000-1'].map((path) => join(folder.path, path)),
    );
  });

  it('a TMPDIR, a repo and files that Lotus left there are among it', () => {
    const tmpDir = realpathSync(mkdtempSync(join(tmpdir(), 'sealfarm-tmp-')));
    const folder = hostFolder({ ...AS_NOBODY, tmpDir });
    for (const path of ['repo/datastore', 'repo/keystore']) made(folder, path);
    for (const path of ['api', 'token']) folder.write(`repo/${path}`, '', 0o600);
    give(folder, 'repo', 0);
    const denied = standing(folder, shell)?.denied;
    rmSync(tmpDir, { recursive: true });
    // So many are named.
    expect(denied).toHaveLength(5);
    expect(denied).toEqual(
      [
        tmpDir,
        ...['repo', 'repo/api', 'repo/datastore', 'repo/keystore', 'repo/token'].map((path) =>
          join(folder.path, path),
        ),
      ]
        .sort()
        .slice(0, 5),
    );
  });

  it('a folder that nobody may pass is named for all that is behind it', () => {
    const folder = hostFolder({ ...AS_NOBODY, tmpDir: '/tmp' });
    chmodSync(folder.path, 0o700);
    expect(standing(folder, shell)?.denied).toEqual([folder.path]);
  });

  it('no user of this name is there', () => {
    expect(standing(hostFolder({ ...AS_NOBODY, user: 'no-such-user' }), shell)?.user).toBe('absent');
  });

  it('a user who is not root becomes nobody else', () => {
    const folder = hostFolder({ ...AS_NOBODY, user: 'daemon' });
    expect(standing(folder, shell, true)?.user).toBe('barred');
    const own = hostFolder(AS_NOBODY);
    expect(standing(own, shell, true)).toEqual({ user: 'ok', lacking: [], denied: [] });
  });
});

it.runIf(isRoot && SHELLS.length > WITH_SETPRIV.length)('a shell of busybox may become nobody else', () => {
  const { stderr } = spawnSync('busybox', ['sh', '-c', 'setpriv --help'], { encoding: 'utf8' });
  const user = stderr.includes('BusyBox') ? 'barred' : 'ok';
  expect(standing(hostFolder(AS_NOBODY), BUSYBOX)).toEqual({ user, lacking: [], denied: [] });
});

it.runIf(isRoot)('caches and paths for nothing new need only be readable', () => {
  const folder = hostFolder({});
  mkdirSync(join(folder.path, 'params'), { mode: 0o755 });
  mkdirSync(join(folder.path, 'old'), { mode: 0o755 });
  mkdirSync(join(folder.path, 'hidden'), { mode: 0o700 });
  const storage = [aStorage({ path: join(folder.path, 'old'), seal: false })];
  const [parameterCache, parentCache] = ['params', 'hidden'].map((name) => join(folder.path, name));
  const worker = { ...AS_NOBODY, storage, parameterCache, parentCache };
  const own = hostFolder(JSON.parse(JSON.stringify(worker)) as Partial<Worker>);
  expect(standing(own)?.denied).toEqual([parentCache]);
});

it('programs that are not there are named', () => {
  const folder = hostFolder({ cpus: '0', numaNodes: [0] });
  const shell = ['env', `PATH=${join(folder.path, 'bin')}:/bin:/usr/bin`, '/bin/sh'];
  const lacking = standing(folder, shell)?.lacking;
  expect(lacking).not.toContain('taskset');
  folder.write('bin/numactl', '#!/bin/sh\n', 0o755);
  expect(standing(folder, shell)?.lacking).toEqual([]);
});

describe('the script', () => {
  it('asks nothing where no setting asks anything of the host', () => {
    expect(standingCalls(aHost(), aWorker({ memory: 2 ** 39, tmpDir: '/tmp' }))).toEqual([]);
    expect(probeScript(aHost())).not.toContain(STANDING_FUNCTION);
  });

  it('needs no program with systemd', () => {
    const worker = aWorker({ cpus: '0', numaNodes: [0], user: 'lotus', storage: [] });
    const [call = ''] = standingCalls(aHost({ serviceManager: 'systemd' }), worker);
    expect(call).toMatch(/^standing 'worker-1' 'lotus' '' 'rw:/);
    expect(standingCalls(aHost(), worker)[0]).toMatch(
      /^standing 'worker-1' 'lotus' 'taskset numactl setpriv' /,
    );
  });
});
