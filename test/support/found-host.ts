import { createHash } from 'node:crypto';
import type {
  FoundHost,
  FoundMachine,
  FoundPlace,
  FoundRepo,
  FoundWorker,
} from '../../src/observed/found.js';
import type { ObservedFile } from '../../src/observed/observed.js';
import type { Starter } from '../../src/observed/starter.js';
import { newSectorStore, settingsFrom, type SectorStoreSettings } from '../../src/lotus/sectorstore.js';
import { writeStorageJson } from '../../src/lotus/storage-json.js';
import { readWorkerRun } from '../../src/lotus/worker-run.js';
import { Secret } from '../../src/secret/secret.js';
import type { AboutFarm, AskedHost } from '../../src/import/imported.js';
import { CANARY, TOKEN } from './farm.js';
import { idOf } from './observation.js';

const MINER_API = '/ip4/10.0.0.10/tcp/2345/http';
const API_INFO = { MINER_API_INFO: `${CANARY}:${MINER_API}` };

export function aFile(text: string, mode = '644'): ObservedFile {
  return {
    state: 'present',
    mode,
    sha256: createHash('sha256').update(text).digest('hex'),
    text: new Secret(text),
  };
}

/** A worker as somebody has started it, and its repo. */
export interface StartedWorker {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly repo?: string;
  /** Multiaddr in its repo. */
  readonly api?: string;
  readonly user?: string;
  readonly cpus?: string;
  readonly starter?: Starter;
  readonly more?: Partial<FoundWorker>;
  readonly tokenMode?: string;
  readonly storageJson?: ObservedFile;
  readonly storage?: Readonly<Record<string, Partial<SectorStoreSettings> & Partial<FoundPlace>>>;
}

const MACHINE: FoundMachine = {
  hostname: 'seal-01',
  bootId: 'boot',
  user: 'root',
  serviceManager: 'systemd',
  cpus: '0-63',
};

export function aFoundHost(
  workers: readonly StartedWorker[],
  machine: Partial<FoundMachine> = {},
): FoundHost {
  const of = { ...MACHINE, ...machine };
  const all = workers.map((worker, index) => aFoundWorker(worker, of, index));
  return {
    machine: of,
    workers: all.map(({ worker }) => worker),
    repos: new Map(all.map(({ worker, repo }) => [worker.repo ?? '', repo])),
    places: new Map(all.flatMap(({ places }) => places)),
    idle: [],
  };
}

function aFoundWorker(
  { args = ['run'], env = {}, user = 'root', cpus = '0-63', ...started }: StartedWorker,
  { hostname }: FoundMachine,
  index: number,
): { worker: FoundWorker; repo: FoundRepo; places: [string, FoundPlace][] } {
  const { repo = '/root/.lotusworker', starter = { kind: 'tmux', session: '0' }, storage = {} } = started;
  const { api = '/ip4/10.0.1.11/tcp/3456/http' } = started;
  const environ = { ...API_INFO, HOME: '/root', ...listening(api), ...env };
  const paths = Object.keys(storage);
  return {
    worker: {
      pid: 1000 + index,
      uid: 0,
      repo,
      variables: Object.keys(environ),
      exe: '/usr/local/bin/lotus-worker',
      told: {
        args,
        program: 'lotus-worker',
        environ: new Map(Object.entries(environ).map(([name, text]) => [name, new Secret(text)])),
        cwd: '/root',
        user,
        hostname,
        cpus,
        files: 1_048_576,
        since: 1_700_000_000,
        ticks: '100',
        starter,
      },
      ...tasksOf(args, environ),
      ...started.more,
    },
    repo: {
      tokenMode: started.tokenMode ?? '600',
      api: aFile(api),
      storageJson: started.storageJson ?? aFile(writeStorageJson(undefined, paths)),
    },
    places: Object.entries(storage).map(([path, { exists, onRootFileSystem, sectorStore, ...settings }]) => [
      path,
      {
        exists: exists ?? true,
        onRootFileSystem: onRootFileSystem ?? false,
        sectorStore:
          sectorStore ??
          aFile(newSectorStore(idOf(hostname, path), settingsFrom({ Weight: 10, ...settings }))),
      },
    ]),
  };
}

/** One with another port than Lotus's own was told that. */
function listening(api: string): Readonly<Record<string, string>> {
  const port = /\/tcp\/(\d+)\//.exec(api)?.[1];
  return port === undefined || port === '3456' ? {} : { LOTUS_WORKER_LISTEN: `0.0.0.0:${port}` };
}

/** Nobody has switched any by hand. */
function tasksOf(
  args: readonly string[],
  environ: Readonly<Record<string, string>>,
): Pick<FoundWorker, 'tasks'> {
  try {
    return { tasks: new Set(readWorkerRun(args, environ).tasks) };
  } catch {
    // One that Lotus would not start so.
    return {};
  }
}

export function asked(address: string, found: FoundHost, ssh: AskedHost['ssh'] = {}): AskedHost {
  return { address, ssh, found };
}

export const ABOUT: AboutFarm = {
  name: 'example',
  sectorSize: '32GiB',
  miner: { api: MINER_API, token: { env: 'SEALFARM_MINER_TOKEN' }, secrets: [TOKEN] },
};
