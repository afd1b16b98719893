import type { DrainIntent } from '../host/manifest.js';
import type { Observation } from './observed.js';

/** The drains that people have asked for, by worker, as the hosts remember them. */
export function intentsOf({ hosts }: Observation): ReadonlyMap<string, DrainIntent> {
  return new Map(
    [...hosts.values()].flatMap((host) => (host.reached ? Object.entries(host.manifest?.intents ?? {}) : [])),
  );
}
