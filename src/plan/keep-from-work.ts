import type { DesiredFarm, DesiredWorker } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Observation, ObservedHost } from '../observed/observed.js';
import { planTasksOff } from './env-rules.js';
import { steps, type Step } from './plan.js';
import type { Unordered } from './rollout.js';

/**
 * The tasks of those to drain, off in their environment files. One whose declaration is refused keeps the rest of its file as
 * it stands: a drain asks for nothing of what it is refused for. Without those that cannot be kept from work so.
 */
export function keepFromWork(
  { hosts }: DesiredFarm,
  plan: Unordered,
  observation: Observation,
  drained: ReadonlySet<string>,
): ReadonlyMap<string, readonly Step[]> {
  const declared = steps(plan);
  return new Map(
    hosts.flatMap((host) => {
      const seen = observation.hosts.get(host.name);
      if (seen?.reached !== true || plan.diagnostics.some((found) => isUntouchable(host.name, found)))
        return [];
      return host.workers
        .filter(
          ({ name }) => drained.has(name) && !plan.diagnostics.some((found) => isElsewhere(name, found)),
        )
        .flatMap((worker): [string, readonly Step[]][] => {
          const own = declared.filter((step) => step.worker === worker.name && writesEnvFile(step, worker));
          const off = own.length > 0 ? own : offAsItStands(worker, seen);
          return off === undefined ? [] : [[worker.name, off]];
        });
    }),
  );
}

function offAsItStands(desired: DesiredWorker, { workers }: ObservedHost): readonly Step[] | undefined {
  const observed = workers.get(desired.name);
  return observed === undefined ? undefined : planTasksOff({ desired, observed });
}

function writesEnvFile({ action }: Step, { files }: DesiredWorker): boolean {
  return action.kind === 'write-file' && action.path === files.envFile;
}

/** Another farm's, or one that cannot be read for what it is: nothing is written there. The way to the miner is not asked for. */
function isUntouchable(host: string, { code, severity, place }: Diagnostic): boolean {
  if (severity !== 'error' || code === 'SF595') return false;
  return code === 'SF513' || (place?.kind === 'host' && place.host === host && place.worker === undefined);
}

/** The one that works lies on another host: noted here, its drain would hold for nobody. */
function isElsewhere(worker: string, found: Diagnostic): boolean {
  return found.code === 'SF571' && workerOf(found) === worker;
}

export function workerOf({ place }: Diagnostic): string | undefined {
  return place?.kind === 'host' ? place.worker : undefined;
}

export function asWarning(found: Diagnostic): Diagnostic {
  return found.severity === 'error' ? { ...found, severity: 'warning' } : found;
}
