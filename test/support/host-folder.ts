import {
  spawn,
  spawnSync,
  type ChildProcess,
  type SpawnOptions,
  type SpawnSyncOptions,
} from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Host, Worker } from '../../src/farm/farm.js';
import { workerLayout, type WorkerLayout } from '../../src/host/layout.js';
import { factsScript } from '../../src/observed/facts-script.js';
import { probeScript } from '../../src/observed/probe-script.js';
import { aHost, aStorage, aWorker } from './farm.js';

/** A user without rights, where the tests themselves have all. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** The shells of this machine in which a host's script may run; in CI all of them have to be there. */
export const SHELLS: readonly (readonly string[])[] = [['dash'], ['bash'], ['busybox', 'sh']].filter(
  ([program = '']) => {
    const isThere = spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
    if (!isThere && process.env['CI'] !== undefined) throw new Error(`no ${program}: install it`);
    return isThere;
  },
);

/** As a host's script tells files apart. */
export function fileId(path: string): string {
  const { dev, ino, size, mtimeMs } = statSync(path);
  return [dev, ino, size, Math.floor(mtimeMs / 1000)].join(':');
}

/** A folder laid out as a host with one worker, and the processes started for it. */
export class HostFolder {
  readonly path: string;
  readonly host: Host;
  readonly files: WorkerLayout;
  readonly #processes: ChildProcess[] = [];

  /** `storage` are paths below the folder, or absolute ones that must be there already. */
  constructor(storage: readonly string[] = ['seal'], name = 'host', more: Partial<Worker> = {}) {
    this.path = join(realpathSync(mkdtempSync(join(tmpdir(), 'sealfarm-host-'))), name);
    mkdirSync(this.path, { recursive: true });
    const paths = storage.map((path) =>
      aStorage({ path: path.startsWith('/') ? path : join(this.path, path) }),
    );
    const worker = aWorker({ repo: join(this.path, 'repo'), storage: paths, ...more });
    const folders = { config: join(this.path, 'etc'), state: join(this.path, 'state') };
    this.host = aHost({ paths: folders, workers: [worker] });
    this.files = workerLayout(this.host, worker);
  }

  /** Writes a file by its path below the folder, or an absolute one. */
  write(path: string, text: string | Buffer, mode = 0o644): string {
    const file = path.startsWith('/') ? path : join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
    return file;
  }

  makeFolder(path: string, mode = 0o755): string {
    const folder = join(this.path, path);
    mkdirSync(folder, { recursive: true, mode });
    return folder;
  }

  /** A real process, started by this program with this environment. */
  start(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    as: Pick<SpawnOptions, 'uid' | 'gid'> = {},
  ): ChildProcess {
    const child = spawn(program, args, { ...as, env, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#processes.push(child);
    return child;
  }

  probe(shell: readonly string[] = ['sh'], asNobody = false): string {
    return runScript(probeScript(this.host), shell, asNobody ? NOBODY : {});
  }

  /** What the machine says of itself; programs in `bin` of the folder are found first. */
  facts(shell: readonly string[] = ['sh'], change = (script: string): string => script): string {
    const path = `${join(this.path, 'bin')}:${process.env['PATH'] ?? ''}`;
    return runScript(change(factsScript(this.host)), shell, { env: { ...process.env, PATH: path } });
  }

  remove(): void {
    for (const process of this.#processes) process.kill('SIGKILL');
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}

function runScript(
  script: string,
  [program = '', ...args]: readonly string[],
  options: SpawnSyncOptions,
): string {
  const run = spawnSync(program, [...args, '-s'], {
    ...options,
    input: script,
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  });
  return run.stdout;
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** State and start time of a process; undefined when there is none. */
export function processState(pid: number): { readonly state: string; readonly start: string } | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const words = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return { state: words[0] ?? '', start: words[19] ?? '' };
}
