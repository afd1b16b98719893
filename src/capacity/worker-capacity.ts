import type { Farm, Hardware, Worker } from '../farm/farm.js';
import type { ActiveTask } from '../lotus/admission.js';
import { defaultResources, sealProofKey } from '../lotus/resources.js';
import type { SectorSize } from '../lotus/sector-size.js';
import { task, TASKS, type TaskCode } from '../lotus/task.js';
import { counted, MOST, type Count, type Taken, type WorkerCapacity } from './capacity.js';
import { idleLoad, loadWith, refusal, type Load } from './load.js';
import { takeInTurn } from './mix.js';

/** The way of a sector through a worker. */
const PIPELINE: readonly TaskCode[] = ['AP', 'DC', 'PC1', 'PC2', 'C2'];

/**
 * How many of each task Lotus runs at once on a worker with this hardware, and what stops one more: alone, and while
 * all its declared tasks have work waiting (see mix.ts). Nothing else uses the machine, its disks are empty.
 */
export function workerCapacity(farm: Farm, worker: Worker, hardware: Hardware): WorkerCapacity {
  const idle = idleLoad(farm, worker, hardware);
  const activeTask = (code: TaskCode): ActiveTask => ({ code, need: needOf(code, idle, farm.sectorSize) });
  const declared = inPipelineOrder(worker.tasks).map(activeTask);
  const { counts, load } = takeInTurn(declared, idle);
  // Of the tasks that are always on, the one that takes room for good.
  const stores = worker.storage.some(({ store }) => store);
  return {
    worker: worker.name,
    tasks: [...declared, ...(stores ? [activeTask('GET')] : [])].map((one) => {
      const mixed = counts.get(one.code);
      return { code: one.code, alone: countAlone(one, idle), ...(mixed === undefined ? {} : { mixed }) };
    }),
    taken: takenBy(declared, load),
  };
}

function inPipelineOrder(codes: readonly TaskCode[]): readonly TaskCode[] {
  const rest = TASKS.map(({ code }) => code).filter((code) => !PIPELINE.includes(code));
  return [...PIPELINE, ...rest].filter((code) => codes.includes(code));
}

/** As the worker announces it; FIN and DL are not in Lotus's table and take nothing. */
function needOf(code: TaskCode, { worker }: Load, size: SectorSize): ActiveTask['need'] {
  return worker.Resources[task(code).rpc]?.[sealProofKey(size)] ?? defaultResources(code, size);
}

function countAlone(one: ActiveTask, idle: Load): Count {
  let load = idle;
  for (let count = 0; count < MOST; count++) {
    const refused = refusal(one, load);
    if (refused !== undefined) return counted(count, refused);
    load = loadWith(one, load);
  }
  return { count: 'unlimited' };
}

function takenBy(declared: readonly ActiveTask[], { worker, active }: Load): Taken {
  const bases = declared
    .filter(({ code }) => active.counts.has(code))
    .reduce((sum, { need }) => sum + need.BaseMinMemory, 0);
  return {
    memory: active.memUsedMin + bases,
    virtualMemory: active.memUsedMax + bases,
    threads: active.cpuUse,
    gpus: (worker.GPUs?.length ?? 0) > 0 ? active.gpuUsed : 0,
  };
}
