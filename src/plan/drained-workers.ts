import type { DeclaredState, DesiredHost } from '../desired/desired.js';
import type { DrainIntent } from '../host/manifest.js';
import type { Observation } from '../observed/observed.js';

/** A worker that a person has drained. */
export interface DrainedWorker {
  readonly host: string;
  readonly worker: string;
  readonly intent: DrainIntent;
  readonly running: boolean;
  /** What the file says of it meanwhile: that holds once the drain is taken back. */
  readonly declared: DeclaredState;
}

/** Those of a host that stay as they are until that person, or another one, takes it back. */
export function drainedWorkers(host: DesiredHost, observation: Observation): readonly DrainedWorker[] {
  const observed = observation.hosts.get(host.name);
  return host.workers.flatMap((worker) =>
    worker.drain === undefined
      ? []
      : [
          {
            host: host.name,
            worker: worker.name,
            intent: worker.drain,
            declared: worker.state,
            running: observed?.reached === true && observed.workers.get(worker.name)?.process !== undefined,
          },
        ],
  );
}
