import { finding, type Finding } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Farm } from '../farm.js';

export function* hostsHaveWorkers(farm: Farm): Generator<Finding> {
  const more = { severity: 'warning', on: 'key' } as const;
  if (farm.hosts.length === 0) yield finding('SF238', ['hosts'], 'the farm has no hosts', more);
  for (const host of farm.hosts) {
    if (host.workers.length > 0) continue;
    yield finding('SF238', host.yaml, `the host ${quote(host.name)} has no workers`, more);
  }
}
