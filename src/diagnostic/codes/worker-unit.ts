import type { Codes } from '../code-facts.js';

/** SF246–SF274: memory and memory nodes of a worker. */
export const WORKER_UNIT_CODES = {
  SF246: {
    title: 'limit of memory that nothing keeps',
    severity: 'warning',
    why:
      'The kernel limits the memory of cgroups, and only systemd puts a worker into one of its own. ' +
      'With `serviceManager: process` it could take whatever the machine has, so `memory` is passed over: Lotus counts the whole machine.',
    remedy:
      'Let systemd keep the workers of the host, or limit their tasks under `limits`, and leave `memory` out.',
  },
  SF273: {
    title: 'memory of some NUMA nodes, counted as all of it',
    severity: 'warning',
    why:
      'A worker that is bound to NUMA nodes gets memory from them alone. ' +
      "Lotus knows nothing of nodes: it counts the machine's memory, or that of the worker's cgroup where that is smaller. " +
      'So it gives out tasks for memory that the worker may not use, and the kernel ends the worker in the midst of its sectors.',
    remedy:
      'Set `memory` to what the nodes have, less what the system needs. Lotus then counts no more than that.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/5649'],
  },
  SF274: {
    title: 'memory node that the machine does not have',
    severity: 'error',
    why: 'The kernel binds no process to the memory of a node that is not there, so systemd and numactl do not start the worker at all.',
    remedy:
      'Name nodes that `numactl --hardware` lists, counted from 0, or correct `numaNodes` of the hardware. A machine with one processor most often has node 0 alone.',
  },
} as const satisfies Codes;
