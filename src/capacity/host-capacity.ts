import type { Farm, Hardware, Host } from '../farm/farm.js';
import type { Taken, WorkerCapacity } from './capacity.js';
import { workerCapacity } from './worker-capacity.js';

/** What the workers of a machine take together, against what it has. */
export interface Sum {
  readonly taken: number;
  readonly available: number;
  readonly over: boolean;
}

export interface HostCapacity {
  readonly host: string;
  readonly workers: readonly WorkerCapacity[];
  readonly sums: {
    /** bytes of RAM */
    readonly memory: Sum;
    /** bytes of RAM and swap, at the peak of every task */
    readonly virtualMemory: Sum;
    readonly threads: Sum;
    readonly gpus: Sum;
    /** PC1 with multicore SDR against groups of cores with an L3 cache of their own, where there are both */
    readonly precommit1?: Sum;
  };
}

/** The hosts of a farm with known hardware, and the names of the others. */
export interface FarmCapacity {
  readonly farm: string;
  readonly hosts: readonly HostCapacity[];
  readonly unknown: readonly string[];
}

/** `hardware` is by host. */
export function farmCapacity(
  farm: Farm,
  hosts: readonly Host[],
  hardware: ReadonlyMap<string, Hardware>,
): FarmCapacity {
  return {
    farm: farm.name,
    hosts: hosts.flatMap((host) => {
      const known = hardware.get(host.name);
      return known === undefined ? [] : [hostCapacity(farm, host, known)];
    }),
    unknown: hosts.map(({ name }) => name).filter((name) => !hardware.has(name)),
  };
}

/**
 * The mixes of all workers of a host together. Every worker counts the whole machine as its own, so two of them can
 * take more than there is, and Lotus says nothing. One alone can too: Lotus sees room for BaseMinMemory when a task
 * comes and forgets it afterwards.
 */
export function hostCapacity(farm: Farm, host: Host, hardware: Hardware): HostCapacity {
  const workers = host.workers.map((worker) => workerCapacity(farm, worker, hardware));
  // Without multicore SDR a PC1 does not fill a group.
  const multicore = workers.filter((_, index) => host.workers[index]?.multicoreSdr !== undefined);
  const total = (part: keyof Taken): number => workers.reduce((sum, { taken }) => sum + taken[part], 0);
  return {
    host: host.name,
    workers,
    sums: {
      memory: against(total('memory'), hardware.memory),
      virtualMemory: against(total('virtualMemory'), hardware.memory + hardware.swap),
      threads: against(total('threads'), hardware.cpus),
      // Tenths of GPUs add up to a little more or less than they should.
      gpus: against(Math.round(total('gpus') * 1e6) / 1e6, hardware.gpus),
      ...(hardware.l3Groups === undefined || multicore.length === 0
        ? {}
        : { precommit1: against(precommit1s(multicore), hardware.l3Groups) }),
    },
  };
}

function against(taken: number, available: number): Sum {
  return { taken, available, over: taken > available };
}

function precommit1s(workers: readonly WorkerCapacity[]): number {
  return workers
    .flatMap(({ tasks }) => tasks)
    .filter(({ code }) => code === 'PC1')
    .reduce((sum, { mixed }) => sum + (typeof mixed?.count === 'number' ? mixed.count : 0), 0);
}
