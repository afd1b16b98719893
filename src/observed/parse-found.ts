import { success, type Result } from '../diagnostic/result.js';
import { canonicalIp } from '../farm/address.js';
import { present } from '../farm/present.js';
import { sectorStoreFile } from '../host/layout.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { answerLines, decode } from './asking.js';
import type { FoundHost, FoundMachine, FoundPlace, FoundRepo, FoundWorker, IdleRepo } from './found.js';
import { FOUND_END, FOUND_HEAD } from './found-script.js';
import type { ObservedFile } from './observed.js';
import { parseFile } from './parse-file.js';
import { parseTold, parseUnmanaged } from './unmanaged.js';

type Words = readonly string[];

/** Reads what `foundScript` says. Fails with SF501 where the answer was cut off. */
export function parseFound(host: string, stdout: string): Result<FoundHost> {
  const lines = answerLines(host, stdout, FOUND_HEAD, FOUND_END);
  if (!lines.ok) return lines;
  const of = (kind: string): readonly Words[] =>
    lines.value.filter(([first]) => first === kind).map(([, ...words]) => words);
  const files = new Map(of('file').map(([path = '-', ...words]) => [decode(path), parseFile(words)]));
  const fileAt = (path: string): ObservedFile => files.get(path) ?? { state: 'absent' };
  return success({
    machine: parseMachine((kind) => decode(of(kind)[0]?.[0] ?? '-')),
    workers: parseWorkers(lines.value),
    repos: new Map(of('repo').map((words) => parseRepo(words, fileAt))),
    places: new Map(of('storage').map((words) => parsePlace(words, fileAt))),
    idle: of('idle').map((words) => parseIdle(words, fileAt)),
  });
}

function parseMachine(text: (kind: string) => string): FoundMachine {
  const known = (kind: string): string | undefined => (text(kind) === '' ? undefined : text(kind));
  return {
    hostname: text('hostname'),
    bootId: text('boot'),
    user: text('self'),
    serviceManager: text('manager') === 'systemd' ? 'systemd' : 'process',
    ...present({
      cpus: known('cpus'),
      nodes: known('nodes'),
      program: known('program'),
      addresses: parseAddresses(text('addresses')),
      miner: Number(text('miner')) || undefined,
    }),
  };
}

/** None that others cannot connect to. */
function parseAddresses(text: string): readonly string[] | undefined {
  const addresses = text.split(/\s+/).flatMap((word) => canonicalIp(word) ?? []);
  const routable = addresses.filter((ip) => !/^127\.|^169\.254\.|^::1$|^fe80:/.test(ip));
  return routable.length === 0 ? undefined : [...new Set(routable)];
}

/** The lines of a worker follow each other: `process`, which is asked for first of all, `stranger`, `told`. */
function parseWorkers(lines: readonly Words[]): readonly FoundWorker[] {
  const workers = new Map<number, FoundWorker>();
  let last: number | undefined;
  for (const [kind, ...words] of lines) {
    if (kind === 'stranger') {
      const worker = parseUnmanaged(words);
      last = worker.pid;
      workers.set(worker.pid, worker);
    }
    const worker = last === undefined ? undefined : workers.get(last);
    if (worker === undefined) continue;
    if (kind === 'told') workers.set(worker.pid, { ...worker, told: parseTold(worker.pid, words) });
    if (kind === 'process') workers.set(worker.pid, { ...worker, ...parseProcess(words) });
  }
  return [...workers.values()];
}

/** A program that was replaced on disk since goes on under its old name. */
function parseProcess([, exe = '-', nodes = '-', memory = '-']: Words): Partial<FoundWorker> {
  const path = decode(exe).replace(/ \(deleted\)$/, '');
  const bytes = Number(decode(memory).trim());
  return present({
    exe: path === '' ? undefined : path,
    nodes: decode(nodes) === '' ? undefined : decode(nodes),
    // Version 1 of cgroups says a number above all memory for none.
    memory: bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined,
  });
}

function parseRepo(
  [path = '-', mode = '-', since = '-', locked = '-']: Words,
  fileAt: (path: string) => ObservedFile,
): [string, FoundRepo] {
  const repo = decode(path);
  const files = { api: fileAt(`${repo}/api`), storageJson: fileAt(`${repo}/storage.json`) };
  const holders = decode(locked)
    .split('\n')
    .flatMap((pid) => Number(pid) || []);
  const known = {
    holders: holders.length === 0 ? undefined : holders,
    tokenMode: mode === '-' ? undefined : mode,
    apiSince: Number(since) || undefined,
  };
  return [repo, { ...files, ...present(known) }];
}

function parsePlace(
  [path = '-', there, on]: Words,
  fileAt: (path: string) => ObservedFile,
): [string, FoundPlace] {
  const folder = decode(path);
  const place = {
    exists: there === 'present',
    onRootFileSystem: on === 'root',
    sectorStore: fileAt(sectorStoreFile(folder)),
  };
  return [withoutTrailingSlash(folder), place];
}

function parseIdle(
  [path = '-', unit = '-', state = '-']: Words,
  fileAt: (path: string) => ObservedFile,
): IdleRepo {
  const repo = decode(path);
  const file = decode(unit);
  return {
    repo,
    storageJson: fileAt(`${repo}/storage.json`),
    ...(file === '' ? {} : { unit: file }),
    ...(decode(state) === 'running' ? { running: true } : {}),
  };
}
