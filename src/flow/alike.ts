import type { StorageDeclaration } from '../farm/farm.js';
import type { PlacedWorker } from '../farm/rules/rule.js';
import { allowedGroups, type Route } from './routes.js';
import type { Site } from './stages.js';

/** Sites that a table shows as one. */
export type Alike = readonly [Site, ...(readonly Site[])];

/** Workers of the same tasks, whose storage paths are for the same and in the same groups; each in the order of the file. */
export function alikeSites(sites: Iterable<Site>): readonly Alike[] {
  return grouped(sites, (site) => (site === 'miner' ? site : classOf(site)));
}

/** Routes from which sectors go the same ways: to the same groups and the same workers. */
export function alikeRoutes(routes: Iterable<Route>): readonly (readonly [Route, ...(readonly Route[])])[] {
  return grouped(routes, (route) =>
    JSON.stringify([allowedGroups(route), route.takers.map(({ worker }) => worker.name)]),
  );
}

function grouped<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
): readonly (readonly [T, ...(readonly T[])])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return [...groups.values()];
}

function classOf({ worker }: PlacedWorker): string {
  return JSON.stringify([worker.tasks.toSorted(), worker.storage.map(useOf)]);
}

function useOf(path: StorageDeclaration): unknown {
  const { seal, store, weight, groups, allowTo, allowTypes, denyTypes } = path;
  return [
    seal,
    store,
    weight > 0,
    ...[groups, allowTo, allowTypes, denyTypes].map((list) => list.toSorted()),
  ];
}
