import { isDeepStrictEqual } from 'node:util';
import type { WrittenFarm, WrittenHost, WrittenSsh, WrittenWorker } from '../config/written.gen.js';
import type { HostPaths } from '../farm/farm.js';
import { readHostDefaults } from '../farm/host.js';
import { readProfiles } from '../farm/profiles.js';
import { DEFAULT_BINARY } from '../farm/worker.js';
import {
  NO_SETTINGS,
  readSettings,
  type WorkerSettings,
  type WrittenSettings,
} from '../farm/worker-settings.js';

/** What a file has for all hosts and for kinds of workers. */
interface Layers {
  readonly written: WrittenFarm;
  readonly defaults: WorkerSettings;
  /** What each says itself, and what it extends. */
  readonly profiles: ReadonlyMap<string, WorkerSettings>;
  /** The same above the defaults. */
  readonly whole: ReadonlyMap<string, WorkerSettings>;
  readonly paths: HostPaths;
}

const SILENT = (): void => undefined;

/** @param written of a file without errors */
export function layersOf(written: WrittenFarm): Layers {
  const { defaults = {}, profiles = {} } = written;
  const below = readSettings(defaults.worker ?? {}, [], SILENT);
  return {
    written,
    defaults: below,
    profiles: readProfiles(profiles, NO_SETTINGS, SILENT),
    whole: readProfiles(profiles, below, SILENT),
    paths: readHostDefaults(defaults, SILENT).paths,
  };
}

/** A host and its workers as they are written above these layers, which they do not say again. @param paths of that host */
export function hostAbove(host: WrittenHost, layers: Layers, paths: HostPaths): WrittenHost {
  const { ssh = {}, serviceManager = 'systemd', workers, ...rest } = host;
  const { ssh: usual = {}, serviceManager: manager = 'systemd' } = layers.written.defaults ?? {};
  const own = Object.entries(ssh).filter(([key, value]) => usual[key as keyof WrittenSsh] !== value);
  const above = Object.entries(workers ?? {}).map(
    ([name, worker]) => [name, workerAbove(name, worker, serviceManager, { ...layers, paths })] as const,
  );
  return {
    ...rest,
    ...(own.length === 0 ? {} : { ssh: Object.fromEntries(own) }),
    ...(serviceManager === manager ? {} : { serviceManager }),
    ...(workers === undefined ? {} : { workers: Object.fromEntries(above) }),
  };
}

/** With the profile that says most of it, where there is one that says nothing else. */
function workerAbove(
  name: string,
  worker: WrittenWorker,
  serviceManager: 'systemd' | 'process',
  { defaults, profiles, whole, paths }: Layers,
): WrittenWorker {
  const plain: WrittenSettings = {
    binary: DEFAULT_BINARY,
    repo: `${paths.state}/workers/${name}`,
    tmpDir: `${paths.state}/tmp/${name}`,
    // As Lotus has them where nothing is said. Lotus: rust-filecoin-proofs-api, cmd/lotus-worker/main.go
    parameterCache: '/var/tmp/filecoin-proof-parameters',
    parentCache: '/var/tmp/filecoin-parents',
    multicoreSdr: false,
    noSwap: false,
    parallelFetchLimit: 5,
    storage: [],
    state: 'running',
    ...(serviceManager === 'systemd' ? { user: 'root' } : {}),
  };
  const own = readSettings({ ...plain, ...worker }, [], SILENT);
  const kind = [...profiles]
    .filter(([, profile]) => said(profile).length > 0 && said(profile).every((one) => isSaid(own, one)))
    .toSorted(([, a], [, b]) => said(b).length - said(a).length)[0]?.[0];
  const below = (kind === undefined ? undefined : whole.get(kind)) ?? defaults;
  const unsaid = said(below).flatMap(([key]) =>
    worker[key] === undefined && plain[key] !== undefined ? [[key, plain[key]] as const] : [],
  );
  const left = [...Object.entries(worker), ...unsaid].flatMap(([key, value]) =>
    leftOf(key, value, below, own),
  );
  return { ...(kind === undefined ? {} : { profile: kind }), ...Object.fromEntries(left) };
}

/** Of these each entry counts for itself. */
const BY_ENTRY = ['limits', 'resources', 'env'] as const;
type ByEntry = (typeof BY_ENTRY)[number];

/** One thing that settings say: a key, of some an entry of it. */
type Said = readonly [key: keyof WorkerSettings, entry: string | undefined, value: unknown];

function said(settings: WorkerSettings): readonly Said[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]): Said[] => {
    if (value instanceof Map)
      return [...(value as Map<string, unknown>)].map(([entry, one]) => [key as ByEntry, entry, one]);
    return value === undefined ? [] : [[key as keyof WorkerSettings, undefined, value]];
  });
}

function isSaid(settings: WorkerSettings, [key, entry, value]: Said): boolean {
  return said(settings).some(
    (one) => one[0] === key && one[1] === entry && isDeepStrictEqual(placeless(one[2]), placeless(value)),
  );
}

/** What a worker still has to say of a key above what is below it. */
function leftOf(
  key: string,
  value: unknown,
  below: WorkerSettings,
  own: WorkerSettings,
): readonly (readonly [string, unknown])[] {
  const readable = key as keyof WorkerSettings;
  if (!BY_ENTRY.some((known) => known === key)) {
    const same = said(below).some((one) => one[0] === readable && isSaid(own, one));
    return same ? [] : [[key, value]];
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>).filter(
    ([entry]) => !said(below).some((one) => one[0] === readable && one[1] === entry && isSaid(own, one)),
  );
  return entries.length === 0 ? [] : [[key, Object.fromEntries(entries)]];
}

/** Storage paths know where they stand in the file. */
function placeless(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown) => (typeof one === 'object' && one !== null ? { ...one, yaml: [] } : one));
}
