import type { DesiredFarm } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { keeperOf } from '../observed/keeper.js';
import type { Observation } from '../observed/observed.js';
import { registeredAs } from '../observed/registered.js';
import type { MovedWorker } from './departed.js';

/**
 * Workers that are new on their host while one of the same name works for the miner: most often the block was moved to
 * another host. Lotus knows a worker by its name, so that two of one name would be drained and watched as one.
 */
export function servesElsewhere({ hosts }: DesiredFarm, observation: Observation): readonly MovedWorker[] {
  return hosts.flatMap(({ name: host, workers }) => {
    const seen = observation.hosts.get(host);
    if (seen?.reached !== true) return [];
    const known = new Set(seen.manifest?.workers);
    return workers.flatMap(({ name, renamedFrom }): MovedWorker[] => {
      const own = seen.workers.get(name);
      const isHere = known.has(name) || (renamedFrom !== undefined && known.has(renamedFrom));
      if (isHere || own === undefined || keeperOf(own) !== undefined || own.startedElsewhere === true)
        return [];
      return registeredAs(observation.miner, name)?.Enabled === true
        ? [{ worker: name, diagnostic: elsewhere(name, host) }]
        : [];
    });
  });
}

function elsewhere(worker: string, host: string): Diagnostic {
  return {
    code: 'SF571',
    severity: 'error',
    message: `${worker} is new on ${host}, but the miner has one of that name that works: it is not started a second time`,
    place: { kind: 'host', host, worker },
    help: 'Give it another name. To take the other one out, let it stay in the file where it is, drain it, and remove it there.',
  };
}
