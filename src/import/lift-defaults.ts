import { isDeepStrictEqual } from 'node:util';
import type { WrittenFarm, WrittenHost, WrittenSsh } from '../config/written.gen.js';
import { allWorkers, mapWorkers, mostCommon, without } from './settings.js';

/** What a machine has, whatever its workers do: the rest is for profiles. */
const OF_THE_MACHINE = [
  'binary',
  'user',
  'repo',
  'tmpDir',
  'parameterCache',
  'parentCache',
  'noSwap',
  'parallelFetchLimit',
  'env',
] as const;

/** Settings of the machine that most workers have alike; those that differ go on saying their own. */
export function liftDefaults(farm: WrittenFarm): WrittenFarm {
  const workers = allWorkers(farm);
  const worker = mostCommon(workers, OF_THE_MACHINE);
  if (workers.length < 2 || Object.keys(worker).length === 0) return farm;
  const lifted = mapWorkers(farm, (one) => without(one, worker));
  return { ...lifted, defaults: { ...farm.defaults, worker } };
}

/** How all hosts are reached, and what keeps their workers. */
export function liftHostDefaults(farm: WrittenFarm): WrittenFarm {
  const hosts = Object.values(farm.hosts);
  const [first] = hosts;
  if (first === undefined || hosts.length < 2) return farm;
  const ssh = Object.fromEntries(
    Object.entries(first.ssh ?? {}).filter(([key, value]) =>
      hosts.every((host) => isDeepStrictEqual(host.ssh?.[key as keyof WrittenSsh], value)),
    ),
  ) as WrittenSsh;
  const manager = first.serviceManager;
  const serviceManager =
    manager !== undefined && hosts.every((host) => host.serviceManager === manager)
      ? { serviceManager: manager }
      : {};
  const defaults = { ...(Object.keys(ssh).length === 0 ? {} : { ssh }), ...serviceManager };
  if (Object.keys(defaults).length === 0) return farm;
  const left = Object.entries(farm.hosts).map(([name, host]) => [name, lower(host, defaults)] as const);
  return { ...farm, defaults, hosts: Object.fromEntries(left) };
}

function lower(
  { ssh = {}, serviceManager, ...rest }: WrittenHost,
  defaults: Pick<WrittenHost, 'ssh' | 'serviceManager'>,
): WrittenHost {
  const own = Object.entries(ssh).filter(([key]) => !Object.hasOwn(defaults.ssh ?? {}, key));
  const { workers, ...more } = rest;
  return {
    ...more,
    ...(own.length === 0 ? {} : { ssh: Object.fromEntries(own) }),
    ...(serviceManager === undefined || serviceManager === defaults.serviceManager ? {} : { serviceManager }),
    ...(workers === undefined ? {} : { workers }),
  };
}
