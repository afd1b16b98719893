import { isDeepStrictEqual } from 'node:util';
import { keysOf } from '../config/format-config.js';
import type { WrittenFarm, WrittenWorker } from '../config/written.gen.js';
import type { WrittenSettings } from '../farm/worker-settings.js';

/** Of these each entry counts for itself; all others are replaced as a whole. */
const BY_ENTRY = ['limits', 'resources', 'env'] as const;

type Key = keyof WrittenSettings;
type Entries = Readonly<Record<string, unknown>>;

/** In the order in which they are written: that of the schema, as `sealfarm fmt` has it. */
const SETTING_KEYS = keysOf('profile').filter((key): key is Key => key !== 'extends');

/** What all of them say alike. */
export function common(
  all: readonly WrittenSettings[],
  keys: readonly Key[] = SETTING_KEYS,
): WrittenSettings {
  const [first, ...others] = all;
  if (first === undefined) return {};
  return keep(first, keys, ({ key, entry, value }) =>
    others.every((other) => isDeepStrictEqual(at(other, key, entry), value)),
  );
}

/** What each of them says and more than half say alike: to lift that changes nothing for those that say it otherwise. */
export function mostCommon(all: readonly WrittenSettings[], keys: readonly Key[]): WrittenSettings {
  const counts = new Map<string, { readonly said: Said; number: number }>();
  const sayers = new Map<string, number>();
  for (const said of all.flatMap((settings) => saidIn(settings, keys))) {
    const what = JSON.stringify([said.key, said.entry]);
    const exactly = JSON.stringify([said.key, said.entry, said.value]);
    sayers.set(what, (sayers.get(what) ?? 0) + 1);
    counts.set(exactly, { said, number: (counts.get(exactly)?.number ?? 0) + 1 });
  }
  const shared = [...counts.values()].filter(
    ({ said, number }) =>
      number * 2 > all.length && sayers.get(JSON.stringify([said.key, said.entry])) === all.length,
  );
  return settingsOf(shared.map(({ said }) => said));
}

/** What is left to say above others that say the same. */
export function without<T extends WrittenSettings>(settings: T, below: WrittenSettings): T {
  const left = keep(
    settings,
    SETTING_KEYS,
    ({ key, entry, value }) => !isDeepStrictEqual(at(below, key, entry), value),
  );
  const others = Object.entries(settings).filter(([key]) => !SETTING_KEYS.some((known) => known === key));
  return { ...Object.fromEntries(others), ...left } as T;
}

/** Whether the settings say something for all that is said below them: then nothing of it is left over. */
export function covers(settings: WrittenSettings, below: WrittenSettings): boolean {
  const seen = keep(below, SETTING_KEYS, ({ key, entry }) => at(settings, key, entry) !== undefined);
  return isDeepStrictEqual(
    seen,
    keep(below, SETTING_KEYS, () => true),
  );
}

/** How many things they say alike. */
export function alike(a: WrittenSettings, b: WrittenSettings): number {
  const shared = common([a, b]);
  return Object.entries(shared).reduce(
    (sum, [key, value]) => sum + (isByEntry(key) ? Object.keys(value).length : 1),
    0,
  );
}

export function allWorkers({ hosts }: WrittenFarm): readonly WrittenWorker[] {
  return Object.values(hosts).flatMap(({ workers = {} }) => Object.values(workers));
}

export function mapWorkers(farm: WrittenFarm, change: (worker: WrittenWorker) => WrittenWorker): WrittenFarm {
  const hosts = Object.entries(farm.hosts).map(([name, host]) => {
    if (host.workers === undefined) return [name, host] as const;
    const workers = Object.entries(host.workers).map(([key, worker]) => [key, change(worker)] as const);
    return [name, { ...host, workers: Object.fromEntries(workers) }] as const;
  });
  return { ...farm, hosts: Object.fromEntries(hosts) };
}

/** One thing that settings say. */
interface Said {
  readonly key: Key;
  /** Of `limits`, `resources` and `env`. */
  readonly entry: string | undefined;
  readonly value: unknown;
}

function saidIn(settings: WrittenSettings, keys: readonly Key[]): readonly Said[] {
  return keys.flatMap((key): Said[] => {
    const value = settings[key];
    if (value === undefined) return [];
    if (!isByEntry(key)) return [{ key, entry: undefined, value }];
    return Object.entries(value as Entries).map(([entry, one]) => ({ key, entry, value: one }));
  });
}

function settingsOf(said: readonly Said[]): WrittenSettings {
  const settings = SETTING_KEYS.flatMap((name): [string, unknown][] => {
    const own = said.filter(({ key }) => key === name);
    if (own.length === 0) return [];
    return [
      [
        name,
        isByEntry(name)
          ? Object.fromEntries(own.map(({ entry = '', value }) => [entry, value]))
          : own[0]?.value,
      ],
    ];
  });
  return Object.fromEntries(settings);
}

function keep(
  settings: WrittenSettings,
  keys: readonly Key[],
  isKept: (said: Said) => boolean,
): WrittenSettings {
  return settingsOf(saidIn(settings, keys).filter(isKept));
}

function at(settings: WrittenSettings, key: Key, entry: string | undefined): unknown {
  const value = settings[key];
  return entry === undefined ? value : (value as Entries | undefined)?.[entry];
}

function isByEntry(key: string): boolean {
  return BY_ENTRY.some((known) => known === key);
}
