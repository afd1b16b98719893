import type { DesiredHost } from '../../src/desired/desired.js';
import { NOTHING_WRITTEN } from '../../src/host/written.js';
import type { ObservedWorker } from '../../src/observed/observed.js';
import type { WorkerContext } from '../../src/plan/worker-context.js';
import { ABSENT, unreached } from '../support/observation.js';

/** The first worker of a host as a rule of the planner looks at it. */
export function aPlanContext(host: DesiredHost, observed: Partial<ObservedWorker>): WorkerContext {
  const [desired] = host.workers;
  if (desired === undefined) throw new Error('no worker');
  const nothing = { envFile: ABSENT, storageJson: ABSENT, storage: new Map() };
  return {
    desired,
    observed: { ...nothing, ...observed },
    miner: unreached(),
    written: NOTHING_WRITTEN,
    openElsewhere: new Map(),
    servers: new Map(),
    sealProof: 8,
  };
}
