import type { PipelineTask } from '../lotus/selector.js';
import type { LoadState } from './load-state.js';

/** These are prepared by a fetch, even if it finds everything there; AP and C2 by nothing. Lotus: storage/sealer/manager.go */
const BY_FETCH: readonly PipelineTask[] = ['PC1', 'PC2', 'C1', 'FIN', 'GET'];

/**
 * Whether one more may be prepared beside these: its resources must be free among them, and the limit of GET counts
 * every fetch, together with the GETs that run. Lotus: storiface/worker.go PrepResourceSpec, storage/sealer/sched_worker.go
 *
 * Its own limit counts as well, which in Lotus it does not for what fetches: a worker would hoard as many PC1 as its
 * memory holds, and a farm that is always kept fed would show nothing but that.
 */
export function mayPrepare(task: PipelineTask, preparing: LoadState, running: LoadState): boolean {
  if (!preparing.admits(task)) return false;
  const most = running.limit('GET');
  if (most === 0 || !BY_FETCH.includes(task)) return true;
  const fetches = BY_FETCH.reduce((sum, code) => sum + preparing.count(code), running.count('GET'));
  return fetches < most;
}
