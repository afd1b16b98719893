import { nearestTo } from '../config/wording.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { Farm, Host, Worker } from '../farm/farm.js';

export interface TargetWorker {
  readonly host: Host;
  readonly worker: Worker;
}

/** The workers that names of hosts and workers stand for, each once. Fails with SF611. */
export function resolveTargets(farm: Farm, names: readonly string[]): Result<readonly TargetWorker[]> {
  const all = farm.hosts.flatMap((host) => host.workers.map((worker) => ({ host, worker })));
  const known = [...new Set(all.flatMap(({ host, worker }) => [host.name, worker.name]))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearestTo(unknown, known);
    return failure({
      code: 'SF611',
      severity: 'error',
      message: `${farm.name} has no host or worker ${unknown}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      help: `It has: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`,
    });
  }
  return success(all.filter(({ host, worker }) => names.includes(host.name) || names.includes(worker.name)));
}
