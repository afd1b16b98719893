import { failure, success, type Result } from '../diagnostic/result.js';
import { workerOn } from '../observed/departed.js';
import { strangeKeeper } from '../observed/keeper.js';
import type { Observation, ObservedWorker } from '../observed/observed.js';
import type { Target } from './live-changes.js';

/**
 * A worker as a look at its host shows it; undefined where nothing of it is there. Fails with what keeps the host from being seen
 * whole, and with SF514 or SF546 where others keep the worker.
 */
export function ownWorker(
  { hosts }: Pick<Observation, 'hosts'>,
  target: Target,
): Result<ObservedWorker | undefined> {
  const host = hosts.get(target.host);
  if (host?.reached === false) return failure(host.diagnostic);
  const [problem] = host?.problems.filter(({ severity }) => severity === 'error') ?? [];
  if (problem !== undefined) return failure(problem);
  const worker = host === undefined ? undefined : workerOn(host, target.worker);
  const strange = worker === undefined ? undefined : strangeKeeper(worker, target.host, target.worker);
  return strange === undefined ? success(worker) : failure(strange);
}
