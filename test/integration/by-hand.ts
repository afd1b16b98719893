import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxState } from '../../src/sandbox/layout.js';

/** A sandbox's worker, set up and started as a person would do it: files, variables and a shell. */
export interface ByHand {
  /** 1 for the first host */
  readonly host: number;
  readonly tasks: readonly ('ADDPIECE' | 'PRECOMMIT1' | 'PRECOMMIT2' | 'COMMIT')[];
  readonly groups?: readonly string[];
  readonly allowTo?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Started {
  readonly child: ChildProcess;
  /** What it printed so far. */
  output(): string;
  readonly ended: Promise<number | null>;
}

export function homeOf(dir: string, host: number): string {
  return join(dir, 'hosts', `host-${host}`);
}

/** Writes storage.json and sectorstore.json; gives the storage's ID. */
export function writeStorage(dir: string, worker: ByHand, id: string = randomUUID()): string {
  const home = homeOf(dir, worker.host);
  const seal = join(home, 'seal');
  const repo = join(home, 'lotus-worker');
  mkdirSync(repo, { recursive: true });
  const meta = {
    ID: id,
    Weight: 10,
    CanSeal: true,
    CanStore: false,
    MaxStorage: 0,
    Groups: worker.groups ?? [],
    AllowTo: worker.allowTo ?? [],
  };
  writeFileSync(join(seal, 'sectorstore.json'), JSON.stringify(meta, null, 2));
  writeFileSync(join(repo, 'storage.json'), JSON.stringify({ StoragePaths: [{ Path: seal }] }));
  return id;
}

export function readSandbox(dir: string): SandboxState {
  return JSON.parse(readFileSync(join(dir, 'sandbox.json'), 'utf8')) as SandboxState;
}

export function minerToken(dir: string): string {
  return readFileSync(join(dir, 'miner', 'token'), 'utf8');
}

function variables(dir: string, worker: ByHand): Record<string, string> {
  const { ports } = readSandbox(dir);
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: homeOf(dir, worker.host),
    MINER_API_INFO: `${minerToken(dir)}:/ip4/127.0.0.10/tcp/${ports.miner}/http`,
    LOTUS_WORKER_PATH: join(homeOf(dir, worker.host), 'lotus-worker'),
    LOTUS_WORKER_NAME: `worker-${worker.host}`,
    LOTUS_WORKER_LISTEN: `127.0.0.${10 + worker.host}:${ports.worker}`,
    LOTUS_WORKER_NO_LOCAL_STORAGE: 'true',
    LOTUS_WORKER_NO_DEFAULT: 'true',
    PC1_32G_MAX_CONCURRENT: '4',
    // Hosts of other sandboxes see it, too, and are not to take it for a stranger.
    SEALFARM_VARIABLES: '',
    ...Object.fromEntries(worker.tasks.map((task) => [`LOTUS_WORKER_${task}`, 'true'])),
    ...worker.env,
  };
}

/** Runs `lotus-worker` on the worker's host with its variables. */
export function runLotusWorker(dir: string, worker: ByHand, words: string): Started {
  const binary = join(homeOf(dir, worker.host), 'bin', 'lotus-worker');
  const child = spawn('/bin/sh', ['-c', `exec "$0" ${words}`, binary], {
    env: variables(dir, worker),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => text, ended };
}

/** One JSON-RPC call as curl would make it. */
export async function call(
  url: string,
  token: string,
  method: string,
  params: unknown[] = [],
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: `Filecoin.${method}`, params }),
  });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(answer.error.message);
  return answer.result;
}

/** Looks until there is an answer; fails with the last state when the deadline passes. */
export async function until<T>(
  look: () => T | Promise<T>,
  good: (seen: T) => boolean,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${JSON.stringify(seen)}`);
    await pause(50);
  }
}

export interface LoggedEvent {
  readonly event: string;
  readonly sector?: number;
  readonly task?: string;
  readonly worker?: string;
  readonly error?: string;
  readonly from?: readonly string[];
  readonly to?: readonly string[];
}

export function eventsOf(dir: string): LoggedEvent[] {
  return readFileSync(join(dir, 'miner', 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LoggedEvent);
}
