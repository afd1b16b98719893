import { success, type Result } from '../diagnostic/result.js';
import type { Host } from '../farm/farm.js';
import { hostLayout, sectorStoreFile, workerLayout, type WorkerLayout } from '../host/layout.js';
import { parseManifest } from '../host/manifest.js';
import { parseWritten } from '../host/written.js';
import { TEMPLATE_FILE, workerOfUnit } from '../host/systemd-unit.js';
import { FETCH_FOLDER } from '../lotus/file-type.js';
import { parseStorageJson } from '../lotus/storage-json.js';
import type { Secret } from '../secret/secret.js';
import { answerLines, decode } from './asking.js';
import { asDeparted, departedFrom } from './departed.js';
import { manifestProblems, systemdProblems } from './host-problems.js';
import { parseBoot, type BootStarter } from './boot.js';
import { keptBy } from './keeper.js';
import type {
  ObservedFile,
  ObservedHost,
  ObservedProcess,
  ObservedStorage,
  ObservedWorker,
  Unreached,
  WorkerLive,
} from './observed.js';
import { parseFile } from './parse-file.js';
import { parseStanding, type Standing } from './standing.js';
import { PROBE_END, PROBE_HEAD, UNSEEN_ENTRY } from './probe-script.js';
import { parseEnviron, parseTold, parseUnmanaged, type UnmanagedWorker } from './unmanaged.js';
import { isBetweenProcesses, parseUnits, type ObservedUnit } from './units.js';

/** What a host answered, sorted by path, before Lotus itself has been asked. */
export interface HostAnswer {
  /** As whom the script ran. */
  readonly sshUser?: string;
  readonly files: ReadonlyMap<string, ObservedFile>;
  readonly storage: ReadonlyMap<string, Omit<ObservedStorage, 'sectorStore'>>;
  /** By pid file, or by the name of a unit. */
  readonly processes: ReadonlyMap<string, AnsweredProcess>;
  /** By worker. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** By name; those of workers that the file names no more are among them. */
  readonly units: ReadonlyMap<string, ObservedUnit>;
  /** Units that are enabled. */
  readonly startedAtBoot: ReadonlySet<string>;
  readonly unmanaged: readonly UnmanagedWorker[];
  /** Absent where there is none. */
  readonly boots?: readonly BootStarter[];
  /** Why systemd cannot be asked. */
  readonly noSystemd?: string;
}

export interface AnsweredProcess extends Pick<ObservedProcess, 'replaced'> {
  readonly pid: number;
  readonly environ: ReadonlyMap<string, Secret>;
}

/** Reads a probe's output. Lines before its head, such as a login banner, are passed over. */
export function parseAnswer(host: string, stdout: string): Result<HostAnswer> {
  const lines = answerLines(host, stdout, PROBE_HEAD, PROBE_END);
  if (!lines.ok) return lines;
  const files = new Map<string, ObservedFile>();
  const storage = new Map<string, { exists: boolean; onRootFileSystem: boolean; entries: string[] }>();
  const processes = new Map<string, AnsweredProcess>();
  const standings = new Map<string, Standing>();
  const startedAtBoot = new Set<string>();
  const unmanaged: UnmanagedWorker[] = [];
  const boots: BootStarter[] = [];
  let self: Pick<HostAnswer, 'sshUser'> = {};
  let systemd: SystemdAnswer = { units: new Map() };
  for (const [kind, encodedPath = '-', ...words] of lines.value) {
    const path = decode(encodedPath);
    if (kind === 'file') files.set(path, parseFile(words));
    else if (kind === 'storage') {
      storage.set(path, {
        exists: words[0] === 'present',
        onRootFileSystem: words[1] === 'root',
        entries: [],
      });
    } else if (kind === 'entries') storage.get(path)?.entries.push(...parseEntries(words));
    else if (kind === 'standing') standings.set(path, parseStanding(words));
    else if (kind === 'process') processes.set(path, parseProcess(words));
    else if (kind === 'replaced') addReplaced(processes, unmanaged, path, words);
    else if (kind === 'stranger') unmanaged.push(parseUnmanaged([encodedPath, ...words]));
    else if (kind === 'told') addTold(unmanaged, [encodedPath, ...words]);
    else if (kind === 'boots') boots.push(...[parseBoot([encodedPath, ...words]) ?? []].flat());
    else if (kind === 'self') self = { sshUser: path };
    else if (kind === 'enabled') startedAtBoot.add(path);
    else if (kind === 'units') systemd = parseSystemd(path, words);
  }
  const more = boots.length === 0 ? {} : { boots };
  return success({
    files,
    storage,
    processes,
    standings,
    startedAtBoot,
    unmanaged,
    ...more,
    ...self,
    ...systemd,
  });
}

type SystemdAnswer = Pick<HostAnswer, 'units' | 'noSystemd'>;

/** What systemctl said, and its exit status. */
function parseSystemd(text: string, [status]: readonly string[]): SystemdAnswer {
  if (status === '0') return { units: parseUnits(text) };
  const [first = ''] = text.trim().split('\n');
  const noSystemd = first === '' ? `systemctl ended with status ${status ?? '?'}` : first;
  return { units: new Map(), noSystemd: status === '127' ? 'there is no systemctl' : noSystemd };
}

function parseEntries([type = '', names = '-']: readonly string[]): string[] {
  return decode(names)
    .split('\n')
    .filter((name) => name !== '' && name !== FETCH_FOLDER)
    .map((name) => `${type}/${name}`);
}

function parseProcess([pid, environ = '-']: readonly string[]): AnsweredProcess {
  return { pid: Number(pid), environ: parseEnviron(decode(environ)) };
}

/** It is told right after the process, or after the stranger, by the repo. */
function addReplaced(
  processes: Map<string, AnsweredProcess>,
  unmanaged: UnmanagedWorker[],
  path: string,
  [version = '-']: readonly string[],
): void {
  const onDisk = decode(version);
  const replaced = onDisk === '' ? {} : { onDisk };
  const process = processes.get(path);
  if (process !== undefined) processes.set(path, { ...process, replaced });
  const stranger = unmanaged.at(-1);
  if (stranger?.repo === path) unmanaged[unmanaged.length - 1] = { ...stranger, replaced };
}

/** It is told right after the stranger. */
function addTold(unmanaged: UnmanagedWorker[], words: readonly string[]): void {
  const stranger = unmanaged.pop();
  if (stranger !== undefined) unmanaged.push({ ...stranger, told: parseTold(stranger.pid, words) });
}

/** What running workers themselves said, by name. */
export type Lives = ReadonlyMap<string, WorkerLive | Unreached>;

/** Puts a host's answer and its workers' own words together. */
export function assembleHost(
  host: Host,
  answer: HostAnswer,
  lives: Lives,
  startedElsewhere: ReadonlySet<string> = new Set(),
): ObservedHost {
  const manifest = answer.files.get(hostLayout(host.paths).manifest) ?? { state: 'absent' };
  const parsed = manifest.state === 'present' ? parseManifest(manifest.text.reveal()) : undefined;
  const workers = new Map(
    host.workers.map((worker) => {
      const paths = worker.storage.map(({ path }) => path);
      const observed = assembleWorker(worker.name, workerLayout(host, worker), paths, answer, lives);
      const holdsRepo = answer.unmanaged.some(({ repo }) => repo === worker.repo);
      const elsewhere = startedElsewhere.has(worker.name) || (holdsRepo && observed.process === undefined);
      return [worker.name, elsewhere ? { ...observed, startedElsewhere: true } : observed];
    }),
  );
  const departed = new Map(
    departedFrom(host, answer).map((gone) => {
      const observed = asDeparted(gone, assembleWorker(gone.name, gone.files, [], answer, lives), answer);
      return [
        gone.name,
        startedElsewhere.has(gone.name) ? { ...observed, startedElsewhere: true } : observed,
      ];
    }),
  );
  const forgotten = forgottenWorkers(host, answer);
  const template = answer.files.get(TEMPLATE_FILE);
  const base = {
    ...writtenIn(answer.files.get(hostLayout(host.paths).written)),
    ...(answer.unmanaged.length === 0 ? {} : { unmanaged: answer.unmanaged }),
    ...(answer.boots === undefined ? {} : { boots: answer.boots }),
    ...(template === undefined ? {} : { unitTemplate: template }),
    ...(answer.sshUser === undefined ? {} : { sshUser: answer.sshUser }),
    ...(forgotten.length === 0 ? {} : { forgotten }),
    ...(departed.size === 0 ? {} : { departed }),
    reached: true,
    name: host.name,
    problems: [...manifestProblems(host, manifest), ...systemdProblems(host, answer)],
    workers,
  } as const;
  if (manifest.state !== 'present' || parsed === undefined || 'problem' in parsed) return base;
  return { ...base, manifest: parsed, manifestSha256: manifest.sha256 };
}

/** A record that cannot be read says nothing of any file: no edit is then told from a change of the declaration. */
function writtenIn(file: ObservedFile | undefined): Pick<ObservedHost, 'written'> {
  return file?.state === 'present' ? { written: parseWritten(file.text.reveal()) } : {};
}

/** Those between two processes count as running: they come back. */
function forgottenWorkers(host: Host, { processes, units }: HostAnswer): readonly string[] {
  const declared = new Set(host.workers.map(({ name }) => name));
  const coming = [...units].filter(([, unit]) => isBetweenProcesses(unit)).map(([name]) => name);
  const names = [...processes.keys(), ...coming].map((key) => workerOfUnit(key) ?? workerOfPidFile(key));
  return [...new Set(names)].filter((name) => !declared.has(name));
}

function workerOfPidFile(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.pid$/, '');
}

/** A listed path with such a name that the script could not find it: what cannot be seen counts as held. */
const NOT_LOOKED_AT = { exists: false, onRootFileSystem: false, entries: [`sealed/${UNSEEN_ENTRY}`] };

function assembleWorker(
  name: string,
  files: WorkerLayout,
  declared: readonly string[],
  answer: HostAnswer,
  lives: Lives,
): ObservedWorker {
  const file = (path: string): ObservedFile => answer.files.get(path) ?? { state: 'absent' };
  const storageJson = file(files.storageJson);
  const listed = storageJson.state === 'present' ? parseStorageJson(storageJson.text.reveal()) : [];
  const paths = [...declared, ...('problem' in listed ? [] : listed)];
  const storage = new Map(
    paths.map((path): [string, ObservedStorage] => {
      const seen = answer.storage.get(path) ?? NOT_LOOKED_AT;
      return [path, { ...seen, sectorStore: file(sectorStoreFile(path)) }];
    }),
  );
  const { process, ...kept } = keptBy(files, answer);
  const live = lives.get(name);
  const standing = answer.standings.get(name);
  const base = {
    envFile: file(files.envFile),
    dropIn: file(files.unit.dropIn),
    storageJson,
    storage,
    ...(standing === undefined ? {} : { standing }),
    ...kept,
  };
  return process === undefined || live === undefined ? base : { ...base, process: { ...process, live } };
}
