import { isPersons, SEALFARM, THE_FILE, type DrainIntent } from '../host/manifest.js';
import type { HostObservation, Observation, ObservedHost } from './observed.js';

/** The drains that hold, by worker, as the hosts remember them: those that people or the file asked for, and those of workers that leave it. */
export function intentsOf({ hosts }: Observation): ReadonlyMap<string, DrainIntent> {
  return new Map([...hosts.values()].flatMap((host) => (host.reached ? [...intentsOn(host)] : [])));
}

/** A worker that is declared again is drained no more for having left the file. */
export function intentsOn({ manifest, workers }: ObservedHost): ReadonlyMap<string, DrainIntent> {
  const all = Object.entries(manifest?.intents ?? {});
  return new Map(all.filter(([name, { who }]) => who !== SEALFARM || !workers.has(name)));
}

/**
 * Those that people asked for, by the names of the file: of a worker that has another name now that of the old one, until
 * it has one of its own. What the file asked for is in the file.
 */
export function withRenamed(
  intents: ReadonlyMap<string, DrainIntent>,
  farm: { readonly hosts: readonly { readonly workers: readonly Named[] }[] },
): ReadonlyMap<string, DrainIntent> {
  const asked = new Map([...intents].filter(([, { who }]) => who !== THE_FILE));
  const carried = farm.hosts.flatMap(({ workers }) =>
    workers.flatMap(({ name, renamedFrom }) => {
      const intent = renamedFrom === undefined ? undefined : intents.get(renamedFrom);
      return intent === undefined || !isPersons(intent) || asked.has(name) ? [] : [[name, intent] as const];
    }),
  );
  return new Map([...asked, ...carried]);
}

/** The farm as if these workers were drained as well. */
export function asDrained({ hosts, miner }: Observation, workers: ReadonlySet<string>): Observation {
  const changed = [...hosts].map(([name, host]): [string, HostObservation] => [
    name,
    host.reached ? withIntents(host, workers) : host,
  ]);
  return { hosts: new Map(changed), miner };
}

function withIntents(host: ObservedHost, drained: ReadonlySet<string>): ObservedHost {
  const { farm = '', workers = [], intents = {} } = host.manifest ?? {};
  const asked = [...host.workers.keys()].filter((worker) => drained.has(worker));
  const added = Object.fromEntries(asked.map((worker) => [worker, { who: '', when: '' }]));
  return { ...host, manifest: { version: 1, farm, workers, intents: { ...added, ...intents } } };
}

interface Named {
  readonly name: string;
  readonly renamedFrom?: string;
}
