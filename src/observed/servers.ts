import type { StorageId } from '../lotus/api.js';
import { liveOf } from './live.js';
import type { Observation } from './observed.js';

/** Storage ID → the workers that have it attached. */
export type Servers = ReadonlyMap<StorageId, readonly string[]>;

/** A second URL in the index says nothing: it stays there when a worker moved to another address. */
export function serversOf({ hosts }: Observation): Servers {
  const servers = new Map<StorageId, string[]>();
  for (const host of hosts.values()) {
    if (!host.reached) continue;
    for (const [name, { process }] of [...(host.departed ?? []), ...host.workers])
      for (const { ID } of liveOf(process)?.paths ?? []) servers.set(ID, [...(servers.get(ID) ?? []), name]);
  }
  return servers;
}
