import { failure, success, type Result } from '../diagnostic/result.js';
import type { Hardware, Host, Worker } from '../farm/farm.js';
import { present } from '../farm/present.js';
import { workerLayout } from '../host/layout.js';
import { answerLines, decode, notUnderstood } from './asking.js';
import type {
  CacheFacts,
  GpuFacts,
  GpuLock,
  HostFacts,
  NumaNode,
  PlaceFacts,
  RoomFacts,
  WorkerFacts,
} from './facts.js';
import { FACTS_END, FACTS_HEAD } from './facts-script.js';
import { parseGpus, parseHugePages, parseMount, parseNuma, parseRoom } from './parse-machine.js';

/** When a host was asked, by the operator's clock; milliseconds since the epoch. */
export interface Asked {
  readonly before: number;
  readonly after: number;
}

/** The words of an answer behind its kinds, and behind the path where a line has one. */
interface FactLines {
  one(kind: string): readonly string[];
  all(kind: string): readonly (readonly string[])[];
  of(kind: string, path: string): readonly string[] | undefined;
}

/** Reads what a host says of itself. Fails with SF501 where that is cut off or makes no sense. */
export function parseFacts(host: Host, stdout: string, asked: Asked): Result<HostFacts> {
  const answered = answerLines(host.name, stdout, FACTS_HEAD, FACTS_END);
  if (!answered.ok) return answered;
  const lines = factLines(answered.value);
  const gpus = parseGpus(lines.one('nvidia'), lines.one('gpus'));
  const numa = parseNuma(lines.all('node'));
  const places = parsePlaces(host, lines);
  const hardware = parseHardware(host, lines, gpus, places, numa);
  const cores = Number(lines.one('cores')[0]);
  const clock = Number(lines.one('clock')[0]);
  const [fileLimit, hardFileLimit] = lines.one('files').map(parseLimit);
  if (hardware === undefined || fileLimit === undefined || Number.isNaN(clock))
    return failure(notUnderstood(host.name));
  return success({
    hardware,
    ...(cores > 0 ? { cores } : {}),
    numa,
    hugepages: parseHugePages(lines.all('hugepages')),
    mounts: lines.all('mount').map(parseMount),
    gpus,
    fileLimit,
    hardFileLimit: hardFileLimit ?? fileLimit,
    places,
    caches: new Map(lines.all('cache').map((words) => [decode(words[0] ?? '-'), parseCache(words)])),
    workers: new Map(host.workers.map((worker) => [worker.name, parseWorker(host, worker, lines)])),
    clockAhead: clockAhead(clock, asked),
  });
}

function factLines(lines: readonly (readonly string[])[]): FactLines {
  const all = (kind: string): readonly (readonly string[])[] =>
    lines.filter(([first]) => first === kind).map(([, ...words]) => words);
  return {
    one: (kind) => all(kind)[0] ?? [],
    all,
    of: (kind, path) => all(kind).find(([word = '-']) => decode(word) === path),
  };
}

function parseHardware(
  host: Host,
  lines: FactLines,
  { gpus }: GpuFacts,
  places: ReadonlyMap<string, PlaceFacts>,
  numa: readonly NumaNode[],
): Hardware | undefined {
  const [cpus = NaN] = lines.one('cpus').map(Number);
  const [memory = NaN, swap = NaN] = lines.one('memory').map((kib) => Number(kib) * 1024);
  const [l3Groups = 0] = lines.one('l3').map(Number);
  if (!(cpus > 0 && memory > 0 && swap >= 0)) return undefined;
  return {
    cpus,
    memory,
    swap,
    gpus: gpus.length,
    ...(l3Groups > 0 ? { l3Groups } : {}),
    ...(numa.length > 0 ? { numaNodes: numa.length } : {}),
    disk: disksBelow(host, places),
  };
}

/** A path that shall lie on a disk of its own says nothing of that disk before it is mounted. */
function disksBelow({ workers }: Host, places: ReadonlyMap<string, PlaceFacts>): ReadonlyMap<string, number> {
  const sizes = workers.flatMap(({ storage }) =>
    storage.flatMap(({ path, mount }): [string, number][] => {
      const place = places.get(path);
      if (place?.room === undefined || (!place.exists && mount === 'required')) return [];
      return [[mountAbove(path, place.room), place.room.size]];
    }),
  );
  return new Map(sizes);
}

/** The path itself where a symbolic link leads it to another mount point than its name says. */
export function mountAbove(path: string, { mount }: RoomFacts): string {
  return mount === '/' || path.startsWith(`${mount}/`) ? mount : path;
}

function parsePlaces({ workers }: Host, lines: FactLines): ReadonlyMap<string, PlaceFacts> {
  const paths = workers.flatMap(({ storage }) => storage.map(({ path }) => path));
  return new Map(
    paths.flatMap((path): [string, PlaceFacts][] => {
      const words = lines.of('place', path);
      return words === undefined ? [] : [[path, parsePlace(words)]];
    }),
  );
}

function parsePlace([
  ,
  there,
  identity = '-',
  type = '-',
  physical = '-',
  room = '-',
]: readonly string[]): PlaceFacts {
  return {
    exists: there === 'present',
    room: parseRoom(decode(room)),
    type: decode(type),
    identity,
    physicalPath: decode(physical).replace(/\n$/, ''),
  };
}

function parseCache([, files = '', room = '-']: readonly string[]): CacheFacts {
  return { exists: files !== 'absent', files: Number(files) || 0, room: parseRoom(decode(room)) };
}

function parseWorker(host: Host, worker: Worker, lines: FactLines): WorkerFacts {
  const files = workerLayout(host, worker);
  const [, program, said = '-'] = lines.of('program', worker.binary) ?? [];
  const [, version] = /\bversion v?(\d\S*)/.exec(decode(said)) ?? [];
  const [, soft, hard, processUser] =
    lines.of('process', files.unit.name) ?? lines.of('process', files.pidFile) ?? [];
  const [openFiles, hardOpenFiles] = [soft, hard].map(parseLimit);
  const user = processUser ?? (worker.user === undefined ? lines.one('user')[0] : undefined);
  const modes = [files.envFile, files.tokenFile].flatMap((path): [string, string][] => {
    const [, mode = ''] = lines.of('mode', path) ?? [];
    return mode === '' ? [] : [[path, mode]];
  });
  return {
    program: program === 'ok' || program === 'unusable' ? program : 'absent',
    ...(version === undefined ? {} : { version }),
    secretModes: new Map(modes),
    ...present({ openFiles, hardOpenFiles }),
    gpuLocks: lines
      .all('lock')
      .filter(([folder = '-']) => decode(folder) === worker.tmpDir)
      .map((words) => parseLock(words, user)),
  };
}

function parseLock(
  [, path = '-', held, owner, opened]: readonly string[],
  user: string | undefined,
): GpuLock {
  return {
    path: decode(path),
    opened: Number(opened),
    held: held === 'held' || held === 'orphan' ? held : 'free',
    own: owner === undefined || user === undefined || owner === user,
  };
}

function parseLimit(word: string | undefined): number | undefined {
  if (word === 'unlimited') return Infinity;
  return word !== undefined && /^\d+$/.test(word) ? Number(word) : undefined;
}

/** The host read its clock, in whole seconds, at some moment of the asking. */
function clockAhead(seconds: number, { before, after }: Asked): number {
  const ahead = seconds - after / 1000;
  const behind = before / 1000 - (seconds + 1);
  if (ahead > 0) return ahead;
  return behind > 0 ? -behind : 0;
}
