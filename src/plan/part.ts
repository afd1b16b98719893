import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { DrainedWorker } from './drained-workers.js';
import type { Unordered } from './rollout.js';

/** The part of a farm that a plan is about, by name. */
export interface Part {
  /** Those with a worker of the part, and those that were named themselves. */
  readonly hosts: ReadonlySet<string>;
  readonly workers: ReadonlySet<string>;
  /** Those it is about as a whole: also with what they have beside the workers of the file. */
  readonly whole: ReadonlySet<string>;
}

/** What a plan has of a part: of other workers neither a step nor a finding. */
export function narrowed(plan: Unordered, part: Part): Unordered {
  const isOf = ({ host, worker }: { readonly host: string; readonly worker?: string }): boolean =>
    part.hosts.has(host) && (worker === undefined || part.workers.has(worker) || part.whole.has(host));
  return {
    ...plan,
    narrowed: true,
    hosts: plan.hosts.filter(isOf).map((host) => ({ ...host, steps: host.steps.filter(isOf) })),
    diagnostics: plan.diagnostics.filter(({ place }: Diagnostic) => place?.kind !== 'host' || isOf(place)),
    drained: plan.drained.filter((one: DrainedWorker) => isOf(one)),
    ...(plan.foreign === undefined ? {} : { foreign: plan.foreign.filter(isOf) }),
  };
}
