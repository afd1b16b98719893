import type { Farm, Hardware, Worker } from '../farm/farm.js';
import type { ActiveResources, ActiveTask, ScarceResource } from '../lotus/admission.js';
import { admit, IDLE, withTask } from '../lotus/admission.js';
import type { WorkerResources } from '../lotus/api.js';
import { announcedResources } from './announced.js';
import type { Binding, Refusal } from './capacity.js';
import { diskRefusal, emptyDisk, withFiles, type Disk } from './disk.js';

/** A worker's machine as Lotus counts it, and what is taken of it. */
export interface Load {
  readonly worker: WorkerResources;
  readonly active: ActiveResources;
  readonly disk: Disk;
}

const BINDING: Readonly<Record<ScarceResource, Binding>> = {
  'max-concurrent': 'limit',
  memory: 'memory',
  'virtual-memory': 'virtual-memory',
  threads: 'threads',
  gpus: 'gpus',
};

export function idleLoad(farm: Farm, worker: Worker, hardware: Hardware): Load {
  return {
    worker: announcedResources(farm, worker, hardware),
    active: IDLE,
    disk: emptyDisk(farm, worker, hardware),
  };
}

/**
 * Why one task more is not taken, if so. Where several things would keep it away, the first of: no path for it, its
 * limit, RAM, RAM and swap, threads, GPUs, disk. Lotus asks in this order: storage/sealer/sched.go trySched
 */
export function refusal(task: ActiveTask, { worker, active, disk }: Load): Refusal | undefined {
  const noRoom = diskRefusal(task.code, disk);
  if (noRoom?.binds === 'path') return noRoom;
  // taskset starts no worker on CPUs that are not there.
  if (worker.CPUs === 0) return { binds: 'threads', needs: { needed: 1, available: 0 } };
  const admission = admit(task, worker, active);
  if (admission.admitted) return noRoom;
  const { scarce, needed, available } = admission;
  return { binds: BINDING[scarce], needs: { needed, available } };
}

export function loadWith(task: ActiveTask, { worker, active, disk }: Load): Load {
  return { worker, active: withTask(active, task, worker), disk: withFiles(task.code, disk) };
}
