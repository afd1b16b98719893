import { canInsert, insertConfig, type Insertion } from '../config/insert-config.js';
import type { WrittenFarm, WrittenHost } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { assemble } from '../farm/assemble.js';
import type { Farm, HostPaths } from '../farm/farm.js';
import { isRange } from '../farm/host-range.js';
import { hostAbove, layersOf } from './above-file.js';
import { differingKeys } from './differing.js';
import { importFarm } from './import-farm.js';
import type { AboutFarm, AskedHost, Comments, Imported } from './imported.js';
import { intoFarm } from './known-hosts.js';
import { liftRanges } from './lift-ranges.js';
import { listed } from './report.js';
import {
  differences,
  hostIn,
  notPut,
  NOWHERE,
  switchedOfKnown,
  withoutWorkers,
  workerIn,
} from './update-notes.js';
import { pairsOf } from './write-pairs.js';

/** A `sealfarm.yaml` that is right. */
export interface FarmFile {
  readonly text: string;
  readonly written: WrittenFarm;
  readonly farm: Farm;
}

export interface Update {
  /** The same text where nothing is new. */
  readonly text: string;
  readonly hosts: readonly string[];
  /** Of hosts that the file had already. */
  readonly workers: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The file with those hosts and workers that it does not have. Nothing that stands in it is changed; what it says of hosts
 * that were asked and is not so is told.
 */
export function updateFarm(file: FarmFile, asked: readonly AskedHost[], about: AboutFarm): Update {
  const { written, farm, text } = file;
  const layers = layersOf(written);
  const imported = importFarm(asked, { ...about, paths: layers.paths }, intoFarm(farm));
  const entries = Object.entries(imported.farm.hosts);
  const known = entries.filter(([name]) => hostIn(farm, name) !== undefined);
  const fresh = entries.filter(([name]) => hostIn(farm, name) === undefined);
  const pathsOf = (name: string): HostPaths => hostIn(farm, name)?.paths ?? layers.paths;
  const found = assemble({
    ...imported.farm,
    hosts: mapHosts(imported.farm.hosts, (host, name) => ({ ...host, paths: pathsOf(name) })),
  }).farm;
  const more = known.map(([name, host]) => moreWorkers(name, host, file));
  const put = more.filter(({ at }) => at !== undefined);
  const added: WrittenFarm['hosts'] = Object.fromEntries([
    ...fresh.filter(([, { workers }]) => workers !== undefined),
    ...put.map(({ name, host }) => [name, host] as const),
  ]);
  const above = mapHosts(added, (host, name) => hostAbove(host, layers, pathsOf(name)));
  const given = givenByDefaults(above, found, file);
  const comments = withGiven(imported.comments, given);
  const isFresh = (name: string): boolean => fresh.some(([one]) => one === name);
  const hosts = liftRanges({ ...written, hosts: only(above, isFresh) }).hosts;
  const next = insertConfig(text, [
    groupsOf(added, written, text),
    { into: ['hosts'], pairs: pairsOf(['hosts'], hosts, comments, text) },
    ...put.map(({ name, at = [] }): Insertion => {
      const workers = above[name]?.workers ?? {};
      const own = { ...NO_COMMENTS, workers: comments.workers };
      return { into: at, pairs: pairsOf(['hosts', name, 'workers'], workers, own, text) };
    }),
  ]);
  if (next === undefined) return { text, hosts: [], workers: [], diagnostics: [NOWHERE] };
  return {
    text: next,
    hosts: Object.keys(added).filter(isFresh),
    workers: put.flatMap(({ host }) => Object.keys(host.workers ?? {})),
    diagnostics: [
      ...ofTheNew(imported, added),
      ...fresh.filter(([, { workers }]) => workers === undefined).map(([name]) => withoutWorkers(name)),
      ...more.filter(({ at }) => at === undefined).map(({ name, host }) => notPut(name, host)),
      ...given.map(givenDiagnostic),
      ...known.flatMap(([name]) => differences(name, farm, found)),
      ...switchedOfKnown(imported, farm, found),
    ],
  };
}

/** Workers of a host of the file that it does not have, and where they can be written; nowhere in a range or an alias. */
function moreWorkers(
  name: string,
  host: WrittenHost,
  { farm, written, text }: FarmFile,
): { readonly name: string; readonly host: WrittenHost; readonly at: readonly string[] | undefined } {
  const declared = new Set(hostIn(farm, name)?.workers.map((worker) => worker.name));
  const workers = Object.entries(host.workers ?? {}).filter(([worker]) => !declared.has(worker));
  const at = ['hosts', name, 'workers'];
  const fits =
    workers.length === 0 || (Object.hasOwn(written.hosts, name) && !isRange(name) && canInsert(text, at));
  return { name, host: { ...host, workers: Object.fromEntries(workers) }, at: fits ? at : undefined };
}

/** Groups that the new paths name and the file does not declare. */
function groupsOf(hosts: WrittenFarm['hosts'], { storageGroups = {} }: WrittenFarm, text: string): Insertion {
  const named = Object.values(hosts).flatMap(({ workers = {} }) =>
    Object.values(workers).flatMap(({ storage = [] }) =>
      storage.flatMap(({ groups = [], allowTo = [] }) => [...groups, ...allowTo]),
    ),
  );
  const missing = [...new Set(named)].filter((group) => !Object.hasOwn(storageGroups, group)).sort();
  const groups = Object.fromEntries(missing.map((group) => [group, {}]));
  return { into: ['storageGroups'], pairs: pairsOf([], groups, NO_COMMENTS, text), before: 'hosts' };
}

const NO_COMMENTS: Comments = { hosts: new Map(), workers: new Map() };

/** What a worker would get from the layers of the file that it does not have, and that nothing can take from it. */
interface Given {
  readonly host: string;
  readonly worker: string;
  readonly keys: readonly string[];
}

function givenByDefaults(above: WrittenFarm['hosts'], found: Farm, { written }: FarmFile): readonly Given[] {
  // A host that is there already has its own settings.
  const hosts = mapHosts(above, (host, name) => ({
    ...host,
    ...written.hosts[name],
    workers: host.workers ?? {},
  }));
  const merged = assemble({ ...written, hosts }).farm;
  return merged.hosts.flatMap(({ name: host, workers }) =>
    workers.flatMap((worker) => {
      const own = workerIn(found, host, worker.name);
      const keys = own === undefined ? [] : differingKeys(own, worker);
      return keys.length === 0 ? [] : [{ host, worker: worker.name, keys }];
    }),
  );
}

function givenWords({ keys }: Given): string {
  return `the defaults of this file give it another ${listed(keys)} than it runs with`;
}

function givenDiagnostic(given: Given): Diagnostic {
  return {
    code: 'SF691',
    severity: 'warning',
    message: givenWords(given),
    place: { kind: 'host', host: given.host, worker: given.worker },
    help: 'Say its own in the file, or move what is not for all from `defaults` to a profile; the plan shows what would change.',
  };
}

function withGiven({ hosts, workers }: Comments, given: readonly Given[]): Comments {
  const all = [...workers].map(([host, own]) => {
    const with_ = [...own].map(([worker, comments]) => {
      const words = given.filter((one) => one.host === host && one.worker === worker).map(givenWords);
      return [worker, [...comments, ...words]] as const;
    });
    return [host, new Map(with_)] as const;
  });
  return { hosts, workers: new Map(all) };
}

/** What importing had to say of what the file has had already is not said again. */
function ofTheNew({ diagnostics }: Imported, added: WrittenFarm['hosts']): readonly Diagnostic[] {
  return diagnostics.filter(({ code, place }) => {
    // Of what was asked, by the words of a person, and of workers that are in no file.
    if (place?.kind !== 'host' || code === 'SF666' || code === 'SF663') return true;
    if (code === 'SF695' && place.worker === undefined) return true;
    const host = added[place.host];
    return host !== undefined && (place.worker === undefined || host.workers?.[place.worker] !== undefined);
  });
}

function mapHosts(
  hosts: WrittenFarm['hosts'],
  change: (host: WrittenHost, name: string) => WrittenHost,
): WrittenFarm['hosts'] {
  return Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, change(host, name)]));
}

function only(hosts: WrittenFarm['hosts'], isKept: (name: string) => boolean): WrittenFarm['hosts'] {
  return Object.fromEntries(Object.entries(hosts).filter(([name]) => isKept(name)));
}
