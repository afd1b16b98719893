import type { Hardware, Host, Worker } from '../farm/farm.js';
import type { WorkerResources } from '../lotus/api.js';
import type { HostFacts } from './facts.js';
import type { Observation } from './observed.js';
import { mountAbove } from './parse-facts.js';
import { registeredAs, storageIdOf } from './registered.js';

/**
 * What a host has: as Lotus registered it where a worker of the host runs (a cgroup may leave it less than the machine
 * has), else as the machine says. Undefined where neither is known.
 */
export function foundHardware(
  host: Host,
  facts: HostFacts | undefined,
  observation: Observation,
): Hardware | undefined {
  const machine = facts?.hardware;
  // Lotus knows what is left to a worker: one that is told to use less says nothing of the whole.
  const cpus = mostOf(
    host,
    observation,
    ({ cpus }) => cpus === undefined,
    ({ CPUs }) => CPUs,
  );
  const memory = mostOf(
    host,
    observation,
    ({ memory }) => memory === undefined,
    ({ MemPhysical }) => MemPhysical,
  );
  const swap = mostOf(
    host,
    observation,
    ({ noSwap }) => !noSwap,
    ({ MemSwap }) => MemSwap,
  );
  const gpus = mostOf(host, observation, usesAllGpus, ({ GPUs }) => GPUs?.length ?? 0);
  const found = {
    cpus: cpus ?? machine?.cpus,
    memory: memory ?? machine?.memory,
    swap: swap ?? machine?.swap,
    gpus:
      gpus ?? Math.max(machine?.gpus ?? 0, ...host.workers.map((worker) => chosenGpus(worker, observation))),
  };
  if (found.cpus === undefined || found.memory === undefined) return undefined;
  const l3Groups = found.cpus === machine?.cpus ? machine.l3Groups : undefined;
  return {
    cpus: found.cpus,
    memory: found.memory,
    swap: found.swap ?? 0,
    gpus: found.gpus,
    ...(l3Groups === undefined ? {} : { l3Groups }),
    ...(machine?.numaNodes === undefined ? {} : { numaNodes: machine.numaNodes }),
    disk: new Map([...disksOfMachine(machine), ...disksOfLotus(host, facts, observation)]),
  };
}

function usesAllGpus({ gpus }: Worker): boolean {
  return gpus === undefined || gpus === 'all';
}

/** So many GPUs a host has at the least where Lotus sees the ones that a worker is given. */
function chosenGpus({ name, gpus }: Worker, { miner }: Observation): number {
  if (typeof gpus !== 'object') return 0;
  const seen = gpus.slice(0, registeredAs(miner, name)?.Info.Resources.GPUs?.length ?? 0);
  return Math.max(seen.length, ...seen.map((gpu) => (typeof gpu === 'number' ? gpu + 1 : 0)));
}

function mostOf(
  { workers }: Host,
  { miner }: Observation,
  tellsAll: (worker: Worker) => boolean,
  amount: (resources: WorkerResources) => number,
): number | undefined {
  const amounts = workers.filter(tellsAll).flatMap(({ name }) => {
    const registered = registeredAs(miner, name);
    return registered === undefined ? [] : [amount(registered.Info.Resources)];
  });
  return amounts.length === 0 ? undefined : Math.max(...amounts);
}

function disksOfMachine(machine: Hardware | undefined): Iterable<readonly [string, number]> {
  return machine?.disk instanceof Map ? machine.disk : [];
}

/** As the worker reports the file systems below its attached paths. */
function disksOfLotus(
  { name, workers }: Host,
  facts: HostFacts | undefined,
  { hosts, miner }: Observation,
): readonly (readonly [string, number])[] {
  const observed = hosts.get(name);
  if (!miner.reached || observed?.reached !== true) return [];
  return workers.flatMap((worker) =>
    worker.storage.flatMap(({ path }) => {
      const seen = observed.workers.get(worker.name);
      const id = seen === undefined ? undefined : storageIdOf(seen, path);
      const size = id === undefined ? undefined : miner.storage.get(id)?.stat?.Capacity;
      if (size === undefined || size === 0) return [];
      const room = facts?.places.get(path)?.room;
      return [[room === undefined ? path : mountAbove(path, room), size] as const];
    }),
  );
}
