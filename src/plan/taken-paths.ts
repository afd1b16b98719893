import type { DesiredWorker } from '../desired/desired.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { liveOf } from '../observed/live.js';
import type { ObservedHost } from '../observed/observed.js';
import { combine, problem, type Findings, type WorkerContext } from './worker-context.js';

/** Paths that other workers of the host have open, those that left the file among them; the worker itself may have had another name. */
export function openElsewhere(
  { name, renamedFrom }: DesiredWorker,
  { workers, departed = new Map() }: ObservedHost,
): ReadonlyMap<string, string> {
  const others = [...workers, ...departed].filter(([other]) => other !== name && other !== renamedFrom);
  return new Map(
    others.flatMap(([other, { process }]) =>
      (liveOf(process)?.paths ?? []).map(
        ({ LocalPath }) => [withoutTrailingSlash(LocalPath), other] as const,
      ),
    ),
  );
}

/** Two workers on one path corrupt it: whoever gets it waits until the other one has let go. */
export function pathsTaken(context: WorkerContext): Findings {
  const taken = context.desired.storage.filter(({ path }) => context.openElsewhere.has(path));
  return combine(
    taken.map(({ path }) =>
      problem(context, {
        code: 'SF573',
        severity: 'warning',
        path,
        message: `${context.desired.name} gets ${path} when ${context.openElsewhere.get(path) ?? ''} has let go of it`,
        help: 'Apply again then.',
      }),
    ),
  );
}
