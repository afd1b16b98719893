import type { DesiredHost, DesiredWorker } from '../desired/desired.js';
import { listenText } from '../desired/worker-env.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { areOnePort, listensOn } from '../observed/listening.js';
import type { ObservedHost } from '../observed/observed.js';
import { leavingWorkers, underNewNames } from './renamed.js';
import type { Findings } from './worker-context.js';

/**
 * A worker that finds its port taken exits, so it is neither started nor restarted, and its files stay as they are, until
 * whoever listens there has let go. In a circle that never comes.
 */
export function untilPortIsFree(
  found: Findings,
  desired: DesiredWorker,
  home: DesiredHost,
  host: ObservedHost,
): Findings {
  const starts = found.steps.some(({ action }) => action.kind === 'start' || action.kind === 'restart');
  const holders = starts ? holdersOn(home, host) : undefined;
  const holder = holders?.(desired);
  if (holders === undefined || holder === undefined) return found;
  const circle = circleFrom(desired, home, holders);
  const said = circle === undefined ? waits(desired, holder) : inCircle(desired, holder, circle);
  return { steps: [], diagnostics: [...found.diagnostics, said] };
}

/** Who but a worker itself listens now where it is to listen. */
type HolderOf = (worker: DesiredWorker) => string | undefined;

function holdersOn(home: DesiredHost, host: ObservedHost): HolderOf {
  const seen = [...underNewNames(home, host).workers, ...leavingWorkers(home, host)];
  const listening = seen.flatMap(([name, worker]) => {
    const address = listensOn(worker);
    return address === undefined ? [] : [{ name, address }];
  });
  return (worker) => {
    const there = listening.filter(({ address }) => areOnePort(address, listenText(worker)));
    return there.some(({ name }) => name === worker.name) ? undefined : there[0]?.name;
  };
}

/** The names of those that wait for each other, each for the next and the last for the first. One that is to stop lets go. */
function circleFrom(
  desired: DesiredWorker,
  { workers }: DesiredHost,
  holderOf: HolderOf,
): readonly string[] | undefined {
  const way: string[] = [];
  let at: DesiredWorker | undefined = desired;
  while (at !== undefined && at.state !== 'stopped' && !way.includes(at.name)) {
    way.push(at.name);
    const next = holderOf(at);
    if (next === desired.name) return way;
    at = workers.find(({ name }) => name === next);
  }
  return undefined;
}

function waits(desired: DesiredWorker, holder: string): Diagnostic {
  return {
    code: 'SF578',
    severity: 'warning',
    message: `${desired.name} gets ${listenText(desired)} when ${holder} has let go of it: until then nothing is done to it`,
    place: { kind: 'host', host: desired.host, worker: desired.name },
    help: 'Apply again then.',
  };
}

function inCircle(desired: DesiredWorker, holder: string, circle: readonly string[]): Diagnostic {
  return {
    code: 'SF579',
    severity: 'error',
    message: `${desired.name} cannot listen on ${listenText(desired)} before ${holder} has let go of it, and ${circle.join(', ')} wait for each other: nothing is done to them`,
    place: { kind: 'host', host: desired.host, worker: desired.name },
    help: `Give ${desired.name} a port that nobody has and apply, so that ${circle.at(-1) ?? holder} waits for it no more. When the others have their ports, it can get its own.`,
  };
}
