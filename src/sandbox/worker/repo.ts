import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeFileAtomically } from '../layout.js';
import type { ProcessId } from '../processes.js';
import { identify, isAlive } from '../processes.js';

/** A worker's folder, LOTUS_WORKER_PATH. Lotus: node/repo/fsrepo.go, cmd/lotus-worker/main.go */
export interface Repo {
  readonly path: string;
}

/** Makes a new repo, with the stray storage path in it that Lotus makes unless it is told not to. */
export function initialise(repo: Repo, noLocalStorage: boolean): void {
  if (existsSync(join(repo.path, 'datastore')) || existsSync(join(repo.path, 'keystore'))) return;
  mkdirSync(join(repo.path, 'datastore'), { recursive: true });
  mkdirSync(join(repo.path, 'keystore'), { mode: 0o700 });
  const list = join(repo.path, 'storage.json');
  const paths = existsSync(list)
    ? ((readJson(list) as { StoragePaths: unknown[] | null }).StoragePaths ?? [])
    : [];
  if (!noLocalStorage) {
    const store = {
      ID: randomUUID(),
      Weight: 10,
      CanSeal: true,
      CanStore: false,
      MaxStorage: 0,
      Groups: null,
      AllowTo: null,
    };
    writeFileSync(join(repo.path, 'sectorstore.json'), JSON.stringify(store, null, 2));
    paths.push({ Path: repo.path });
  }
  writeFileAtomically(list, JSON.stringify({ StoragePaths: paths }, null, 2));
}

/**
 * Takes repo.lock for as long as this process lives. Lotus's own lock vanishes with its process;
 * here the file names the process, so that a dead one's lock counts for nothing.
 * @throws Error where a living process holds it
 */
export function lock(repo: Repo): void {
  const file = join(repo.path, 'repo.lock');
  const self = identify(process.pid);
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(self));
  try {
    if (!lockIsHeld(file)) rmSync(file, { force: true });
    linkSync(mine, file);
  } catch (error) {
    throw new Error('repo is already locked', { cause: error });
  } finally {
    rmSync(mine);
  }
}

function lockIsHeld(file: string): boolean {
  try {
    return isAlive(readJson(file) as ProcessId);
  } catch {
    return false;
  }
}

/** Where the worker is called and with what. */
export interface ApiEndpoint {
  /** `/ip4/127.0.0.11/tcp/3456/http` */
  readonly multiaddr: string;
  readonly token: string;
}

export function writeApi(repo: Repo, endpoint: ApiEndpoint): void {
  writeFileAtomically(join(repo.path, 'token'), endpoint.token, 0o600);
  writeFileAtomically(join(repo.path, 'api'), endpoint.multiaddr);
}

/** @throws Error where no worker runs on the repo or ever ran */
export function readApi(repo: Repo): ApiEndpoint {
  const read = (name: string): string => readFileSync(join(repo.path, name), 'utf8').trim();
  try {
    return { multiaddr: read('api'), token: read('token') };
  } catch (error) {
    throw new Error('could not get API info: could not get api endpoint: API not running (no endpoint)', {
      cause: error,
    });
  }
}

/** What a process that ends in good order takes away. */
export function close(repo: Repo): void {
  rmSync(join(repo.path, 'api'), { force: true });
  rmSync(join(repo.path, 'repo.lock'), { force: true });
}
