import { mayTake, type PipelineTask, type SectorIndexView } from '../lotus/selector.js';
import type { Model, ModelWorker } from './model.js';

/** Any sector that lies nowhere yet: it would have to come here. */
const NEW_SECTOR = { Miner: 1000, Number: 0 };

const NEEDING_ROOM: readonly PipelineTask[] = ['AP', 'PC1', 'GET'];

/** The worker's tasks for which nothing is missing but room on its disks. */
export function withoutRoom(
  { tasks, paths }: ModelWorker,
  index: SectorIndexView,
  size: Model['size'],
): ReadonlySet<PipelineTask> {
  // Where PC1 is done too, its output lies there already.
  const needing = tasks.has('PC1') ? NEEDING_ROOM : [...NEEDING_ROOM, 'PC2' as const];
  const lacking = needing.filter((task) => {
    if (!tasks.has(task)) return false;
    const eligibility = mayTake(task, NEW_SECTOR, paths, index, size);
    return !eligibility.ok && eligibility.reason === 'no-room';
  });
  return new Set(lacking);
}
