import type { Layout } from '../layout.js';
import { workersOf } from '../../farm/rules/rule.js';
import type { Trouble } from './trouble.js';
import { counted, listed, sizeThere } from './words.js';
import { knownWorkers } from './workers.js';

/** Lotus asks the machine and its cgroup for memory, neither of which knows of nodes. */
export function* nodesHaveMemoryLimits({ farm, hardware }: Layout): Generator<Trouble> {
  for (const { host, worker } of workersOf(farm.hosts)) {
    const { numaNodes, memory } = worker;
    const machine = hardware.get(host.name);
    if (numaNodes === undefined || memory !== undefined) continue;
    if (machine?.numaNodes !== undefined && machine.numaNodes <= numaNodes.length) continue;
    const share =
      machine?.numaNodes === undefined ? undefined : (machine.memory / machine.numaNodes) * numaNodes.length;
    const limit = share === undefined ? 'what they have' : `about ${sizeThere(share)}`;
    yield {
      code: 'SF273',
      severity: 'warning',
      at: [...worker.yaml, 'numaNodes'],
      who: worker.name,
      say: (name) =>
        `${name(worker.name)} may use the memory of ${nodes(numaNodes)} alone, and Lotus counts that of the whole machine`,
      help:
        host.serviceManager === 'systemd'
          ? `Set \`memory\` to ${limit}, a little less for the system.`
          : `Limit its tasks to ${limit}, or let systemd keep it and set \`memory\`.`,
    };
  }
}

/** The kernel refuses to bind a process to memory that is not there. */
export function* nodesExist(layout: Layout): Generator<Trouble> {
  for (const { host, worker, hardware } of knownWorkers(layout)) {
    const count = hardware.numaNodes;
    const missing = (worker.numaNodes ?? []).filter((node) => count !== undefined && node >= count);
    if (count === undefined || missing.length === 0) continue;
    yield {
      code: 'SF274',
      severity: 'error',
      at: [...worker.yaml, 'numaNodes'],
      who: worker.name,
      say: (name) =>
        `${name(worker.name)} shall use the memory of ${nodes(missing)}, and ${name(host.name)} has ${counted(count, 'node')}`,
      help: 'Count nodes from 0, as `numactl --hardware` does, or correct numaNodes of the hardware.',
    };
  }
}

function nodes(numbers: readonly number[]): string {
  return `node${numbers.length === 1 ? '' : 's'} ${listed(numbers.map(String))}`;
}
