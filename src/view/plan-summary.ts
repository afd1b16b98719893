import type { Severity } from '../diagnostic/diagnostic.js';
import { atRiskWords, pc1AtRisk } from './cost.js';
import { minerWords } from './miner-standing.js';
import { shownSteps, type ShownPlan, type ShownStep } from './shown-plan.js';
import { count, foldNames, someNames } from './words.js';

/** How much a plan would do. */
export interface PlanSummary {
  readonly start: number;
  readonly restart: number;
  /** Absent where lotus-miner is not restarted. */
  readonly restartMiner?: true;
  readonly files: number;
  readonly folders: number;
  /** Changes Lotus takes while the worker runs. */
  readonly live: number;
  readonly detach: number;
  /** PC1 that run now on the workers that take turns, and how long they have run, all together. */
  readonly pc1Jobs: number;
  readonly pc1Seconds: number;
  /** Workers that are in the file no more. */
  readonly remove: number;
  /** Workers that the file wants drained or stopped. */
  readonly drain: number;
  readonly errors: number;
  readonly warnings: number;
  readonly unreached: readonly string[];
}

export function summarise(plan: ShownPlan, now: Date): PlanSummary {
  const all = shownSteps(plan);
  const kinds = (...wanted: readonly ShownStep['action']['kind'][]): number =>
    all.filter(({ action }) => wanted.includes(action.kind)).length;
  const severe = (severity: Severity): number =>
    plan.diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const pc1 = pc1AtRisk(plan, now);
  return {
    start: kinds('start'),
    restart: kinds('restart'),
    ...(kinds('restart-miner') === 0 ? {} : { restartMiner: true as const }),
    files: kinds('write-file', 'create-sectorstore'),
    folders: kinds('create-path'),
    live: all.filter(({ disruption }) => disruption === 'live').length,
    detach: kinds('detach'),
    pc1Jobs: pc1.jobs,
    pc1Seconds: pc1.seconds,
    remove: kinds('remove-worker'),
    drain: kinds('drain'),
    errors: severe('error'),
    warnings: severe('warning'),
    unreached: plan.hosts.filter(({ reached }) => !reached).map(({ host }) => host),
  };
}

/** The last line of a plan: one sentence on what would be done, one on what is not known or in the way. */
export function summaryWords(plan: ShownPlan, now: Date): string {
  const summary = summarise(plan, now);
  const { unreached, errors } = summary;
  const blind = unreached.length === plan.hosts.length && unreached.length > 0;
  const partial =
    unreached.length === 0 || blind ? [] : [`${someNames(unreached)} not reached: the plan is partial.`];
  // What could not be reached has its own words; its diagnostic is not one more thing in the way.
  const others = plan.diagnostics.filter(
    (diagnostic) => diagnostic.severity === 'error' && !isOf(unreached, diagnostic),
  );
  const inTheWay = others.length === 0 ? [] : [`${count(others.length, 'error')} in the way.`];
  const { pc1Jobs: jobs, pc1Seconds: seconds } = summary;
  const atRisk = jobs === 0 ? [] : [atRiskWords({ jobs, seconds })];
  const miner = minerWords(plan.miner);
  if (shownSteps(plan).length > 0)
    return [doing(summary, plan.driftOnly), ...atRisk, ...partial, ...miner, ...inTheWay].join(' ');
  if (blind) return 'No plan: no host was reached.';
  const but = plan.drained.length === 0 ? '' : ', but for what is drained';
  const started = plan.foreign ?? [];
  const foreign =
    started.length === 0
      ? ''
      : ` ${count(started.length, 'worker')} still ${started.length === 1 ? 'runs as it was' : 'run as they were'} started.`;
  const silent = silentWorkers(plan);
  const unseen = unseenMiner(plan);
  if (miner.length + unseen.length > 0)
    return ['No changes planned.', ...partial, ...miner, ...unseen, ...inTheWay].join(' ');
  if (errors === 0 && silent.length === 0 && plan.driftOnly === true)
    return `No drift. Hosts and Lotus are as they were left${but}.`;
  if (errors === 0 && silent.length === 0)
    return `No changes. ${plan.narrowed === true ? 'This part of the farm' : 'The farm'} matches the file${but}.${foreign}`;
  const unknown = silent.length === 0 ? [] : [`What ${foldNames(silent).join(', ')} does is not known yet.`];
  return ['No changes planned.', ...partial, ...unknown, ...inTheWay].join(' ');
}

/** Its variables may not be read, or nobody kept the config.toml with which it was started. */
function unseenMiner({ diagnostics }: ShownPlan): readonly string[] {
  const isUnseen = diagnostics.some(({ code }) => code === 'SF584' || code === 'SF585');
  return isUnseen ? ['What lotus-miner goes by is not known.'] : [];
}

/** Not read, and older than the file in a way that is not to be mended yet. */
const UNKNOWN: ReadonlySet<string> = new Set(['SF508', 'SF596']);

/** Those that run and of which nobody can say that they do what the file says. */
function silentWorkers({ diagnostics }: ShownPlan): readonly string[] {
  return diagnostics.flatMap(({ code, place }) =>
    UNKNOWN.has(code) && place?.kind === 'host' && place.worker !== undefined ? [place.worker] : [],
  );
}

function isOf(hosts: readonly string[], { place }: ShownPlan['diagnostics'][number]): boolean {
  return place?.kind === 'host' && hosts.includes(place.host);
}

/** `Plan: 3 to start, 5 files to write, 1 live change, 0 restarts.` */
function doing(
  { start, restart, restartMiner, files, folders, live, detach, remove, drain }: PlanSummary,
  drift: true | undefined,
): string {
  return `${drift === true ? 'Drift' : 'Plan'}: ${[
    `${start} to start`,
    ...(folders === 0 ? [] : [`${count(folders, 'folder')} to make`]),
    `${count(files, 'file')} to write`,
    count(live, 'live change'),
    ...(detach === 0 ? [] : [`${count(detach, 'path')} to detach`]),
    count(restart, 'restart'),
    ...(restartMiner === undefined ? [] : ['lotus-miner to restart']),
    ...(drain === 0 ? [] : [`${count(drain, 'worker')} to drain`]),
    ...(remove === 0 ? [] : [`${count(remove, 'worker')} to remove`]),
  ].join(', ')}.`;
}
