import type { StorageId } from '../lotus/api.js';
import type { TaskCode } from '../lotus/task.js';
import { liveOf } from '../observed/live.js';
import { jobsOn, runningPosts, sectorsOn } from '../observed/miner-state.js';
import type { MinerObservation, WorkerLive } from '../observed/observed.js';
import { storageIdOf } from '../observed/registered.js';
import { heldPaths } from './held-paths.js';
import type { RestartCost } from './plan.js';
import { listedPaths, runningJob, type WorkerContext } from './worker-context.js';

/**
 * What a worker has now that would be lost if it were not waited for.
 * @param name what the miner calls it
 */
export function restartCost(context: WorkerContext, name = context.desired.name): RestartCost {
  const { miner } = context;
  if (!miner.reached) return {};
  const held = sectorsHeld(context);
  return {
    ...workOn(miner, name, context.observed.process !== undefined),
    ...(held === undefined ? {} : { sectorsHeld: held }),
  };
}

/** What a worker does nobody knows while the miner does not answer, or after its restart does not know the worker yet. */
export function workOn(
  miner: MinerObservation,
  name: string,
  runs: boolean,
): Pick<RestartCost, 'jobs' | 'posts'> {
  if (!miner.reached) return {};
  const sessions = [...miner.workers.values()].filter(({ Info }) => Info.Hostname === name);
  const jobs = jobsOn(miner, name).flatMap(runningJob);
  if (runs && sessions.length === 0) return jobs.length === 0 ? {} : { jobs };
  const posts: readonly TaskCode[] = sessions.flatMap(runningPosts);
  return { jobs, ...(posts.length === 0 ? {} : { posts }) };
}

export function idsOf(live: WorkerLive | undefined): readonly StorageId[] {
  return (live?.paths ?? []).map(({ ID }) => ID);
}

/** Undefined where a path of a worker that does not answer keeps its ID to itself. */
function sectorsHeld(context: WorkerContext): number | undefined {
  const { observed, miner } = context;
  const live = liveOf(observed.process);
  if (live !== undefined) return sectorsOn(miner, idsOf(live)).length;
  // The index forgets what a worker that is away has.
  if (observed.process === undefined)
    return heldPaths(context).reduce((sum, { sectors }) => sum + sectors, 0);
  const listed = listedPaths(context);
  if ('problem' in listed) return undefined;
  const ids = listed.map((path) => storageIdOf(observed, path));
  const known = ids.filter((id) => id !== undefined);
  return known.length < ids.length ? undefined : sectorsOn(miner, known).length;
}
