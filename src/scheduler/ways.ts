import type { PipelineTask } from '../lotus/selector.js';
import type { Phase } from './task-request.js';
import type { WorkerLoad } from './worker-load.js';

/** How a task on a worker goes on from where it waits. */
interface Way {
  readonly from: Phase;
  readonly to: Phase;
  /** Whether any task may go it just now. */
  readonly isOpen: (load: WorkerLoad) => boolean;
  readonly takes: (task: PipelineTask, load: WorkerLoad) => boolean;
}

/** Lotus need not prepare these, if there is room to run them. */
const READY: readonly PipelineTask[] = ['C1', 'C2'];

/** In the order in which Lotus tries them; what is prepared goes first. Lotus: storage/sealer/sched_worker.go processAssignedWindows */
export const WAYS: readonly Way[] = [
  { from: 'prepared', to: 'running', isOpen: () => true, takes: (task, load) => load.mayRun(task) },
  {
    from: 'assigned',
    to: 'running',
    isOpen: (load) => load.pending().every(({ phase }) => phase !== 'prepared'),
    takes: (task, load) => READY.includes(task) && load.mayRun(task),
  },
  { from: 'assigned', to: 'preparing', isOpen: () => true, takes: (task, load) => load.mayPrepare(task) },
];
