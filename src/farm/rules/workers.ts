import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Farm } from '../farm.js';
import { repeated, workersOf } from './rule.js';

export function* hostsHaveWorkers(farm: Farm): Generator<Finding> {
  const more = { severity: 'warning', on: 'key' } as const;
  if (farm.hosts.length === 0) yield finding('SF238', ['hosts'], 'the farm has no hosts', more);
  for (const host of farm.hosts) {
    if (host.workers.length > 0 || host === farm.miner.host) continue;
    yield finding('SF238', host.yaml, `the host ${quote(host.name)} has no workers`, more);
  }
}

/** Only one worker can go on with the repo of another name, and only where that is free. */
export function* renamedWorkersWereOthers(farm: Farm): Generator<Finding> {
  const workers = workersOf(farm.hosts).map(({ worker }) => worker);
  const names = new Set(workers.map(({ name }) => name));
  for (const { renamedFrom, yaml } of workers) {
    if (renamedFrom === undefined || !names.has(renamedFrom)) continue;
    const message = `${quote(renamedFrom)} is a worker of this file: nothing was renamed`;
    yield finding('SF226', [...yaml, 'renamedFrom'], message, {
      help: 'Take `renamedFrom` out, or the worker of that name.',
    });
  }
  for (const { again, first } of repeated(workers, ({ renamedFrom }) => renamedFrom)) {
    const message = `the worker ${quote(first.name)} was ${quote(first.renamedFrom ?? '')} as well`;
    yield finding('SF226', [...again.yaml, 'renamedFrom'], message, {
      help: 'Keep it at the one that goes on with the repo.',
    });
  }
}
