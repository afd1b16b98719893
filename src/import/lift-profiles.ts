import type { WrittenFarm, WrittenProfile, WrittenWorker } from '../config/written.gen.js';
import { isDeepStrictEqual } from 'node:util';
import { taskByWritten } from '../lotus/task.js';
import { alike, allWorkers, common, covers, mapWorkers, without } from './settings.js';

/** What workers of one kind do alike, under a name of what that is. */
export function liftProfiles(farm: WrittenFarm): WrittenFarm {
  const kinds = new Map<string, WrittenWorker[]>();
  for (const worker of allWorkers(farm)) {
    const kind = kindOf(worker);
    kinds.set(kind, [...(kinds.get(kind) ?? []), worker]);
  }
  const shared = [...kinds.values()]
    .filter((workers) => workers.length > 1)
    .toSorted((a, b) => b.length - a.length)
    .map((workers) => common(workers))
    .filter((profile) => Object.keys(profile).length > 0);
  const profiles = named(shared);
  if (profiles.size === 0) return farm;
  const lifted = mapWorkers(farm, (worker) => {
    const name = profileOf(worker, profiles);
    const profile = name === undefined ? undefined : profiles.get(name);
    return name === undefined || profile === undefined
      ? worker
      : { profile: name, ...without(worker, profile) };
  });
  return { ...lifted, profiles: onEachOther(profiles) };
}

/** Workers that do the same, equally many at once, at the same price, are of one kind. */
function kindOf({ tasks, limits, resources }: WrittenWorker): string {
  return JSON.stringify([tasks, limits, resources]);
}

/** The one that leaves least to say. One that says more than the worker would change it. */
function profileOf(worker: WrittenWorker, profiles: ReadonlyMap<string, WrittenProfile>): string | undefined {
  const [best] = [...profiles]
    .filter(([, profile]) => isDeepStrictEqual(profile.tasks, worker.tasks) && covers(worker, profile))
    .toSorted(([, a], [, b]) => alike(worker, b) - alike(worker, a));
  return best?.[0];
}

/** Of several that do the same the most frequent has the plain name. */
function named(profiles: readonly WrittenProfile[]): ReadonlyMap<string, WrittenProfile> {
  const names = new Map<string, WrittenProfile>();
  for (const profile of profiles) {
    const base = baseName(profile);
    const plain = names.get(base);
    const telling = plain === undefined ? base : [base, ...limitWords(profile, plain)].join('-');
    let name = telling;
    for (let number = 2; names.has(name); number++) name = `${base}-${number}`;
    names.set(name, profile);
  }
  return names;
}

/** The first limit by which it differs: `x14` of `PC1: 14`. */
function limitWords({ limits = {} }: WrittenProfile, plain: WrittenProfile): readonly string[] {
  const telling = Object.keys(limits).find((code) => plain.limits?.[code] !== limits[code]);
  return telling === undefined ? [] : [`x${limits[telling] ?? 0}`];
}

/** One that does the same as another, which it says all of, says what is different. */
function onEachOther(profiles: ReadonlyMap<string, WrittenProfile>): Record<string, WrittenProfile> {
  const written = [...profiles].map(([name, profile]) => {
    const base = baseName(profile);
    const plain = profiles.get(base);
    const extending =
      base !== name && plain !== undefined && covers(profile, plain) && alike(profile, plain) > 0;
    return [name, extending ? { extends: base, ...without(profile, plain) } : profile] as const;
  });
  return Object.fromEntries(written);
}

/** All that a worker does unless it is told otherwise. */
const EVERYTHING = 9;

/** `pc1`, `pc2-c2`, `windowpost`. AddPiece is of little weight beside others. */
function baseName({ tasks = [] }: WrittenProfile): string {
  const known = tasks.flatMap((word) => taskByWritten(word) ?? []);
  if (known.length === 0) return 'store';
  if (known.length >= EVERYTHING) return 'everything';
  const [post] = known.filter(({ kind }) => kind !== 'sealing');
  if (post?.name !== undefined) return post.name;
  const telling = known.filter(({ code }) => code !== 'AP' && code !== 'DC');
  return (telling.length === 0 ? known : telling).map(({ code }) => code.toLowerCase()).join('-');
}
