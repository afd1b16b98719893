import { unreachable } from '../diagnostic/unreachable.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Farm } from '../farm/farm.js';
import { sectorName } from '../lotus/file-type.js';
import { endingUnit, strangeKeeper } from '../observed/keeper.js';
import type { Observation, ObservedWorker } from '../observed/observed.js';
import { alignRows } from './columns.js';
import { diagnosticsJson, formatDiagnostics, type DiagnosticJson } from './diagnostics.js';
import { workerStatuses, type PathStatus, type WorkerState, type WorkerStatus } from './status-facts.js';
import type { Paint, Style } from './style.js';
import { oneLine, wrap } from './text.js';
import { age, count, sinceWhen } from './words.js';

export interface StatusView {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
  readonly now: Date;
}

/** What the farm does now: one line on the whole, a table of the workers, their paths below, and what cannot be reached. */
export function formatStatus(farm: Farm, observation: Observation, view: StatusView): string {
  const { style, width } = view;
  const workers = workerStatuses(farm, observation, view.now);
  const sections = [
    wrap(farmWords(farm, observation, style), width, '  ').join('\n'),
    workerTable(workers, view).join('\n'),
    formatDiagnostics(problemsOf(observation), style, width),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function farmWords(farm: Farm, { miner }: Observation, style: Style): string {
  const name = `Farm ${style.bold(farm.name)}`;
  if (!miner.reached) return `${name}: ${style.red('miner not reached')}; jobs and sectors are not known`;
  const sectors = new Set([...miner.sectors.values()].flat().map(sectorName));
  const sealing = [...miner.sectors]
    .filter(([id]) => miner.storage.get(id)?.info.CanSeal === true)
    .flatMap(([, list]) => list.map(sectorName));
  const names = [...miner.workers.values()].map(({ Info }) => Info.Hostname);
  const declared = new Set(farm.hosts.flatMap(({ workers }) => workers.map((worker) => worker.name)));
  const others = names.filter((other) => !declared.has(other));
  const facts = [
    `miner reached, ${count(names.length, 'worker')} registered`,
    `${count(sectors.size, 'sector')}, ${new Set(sealing).size} of them on sealing paths`,
    ...(others.length === 0 ? [] : [`not in the file: ${oneLine(others.join(', '))}`]),
  ];
  return `${name}: ${facts.join('; ')}`;
}

/** A line for each worker; below it who drains it, and its storage paths. */
function workerTable(workers: readonly WorkerStatus[], view: StatusView): readonly string[] {
  const { style, width } = view;
  const header = ['HOST', 'WORKER', 'STATE', 'TASKS', 'JOBS'].map(style.dim);
  const [head = [], ...rows] = alignRows(
    [header, ...workers.map((worker) => workerCells(worker, view))],
    width,
  );
  const paths = workers.flatMap((worker) => worker.paths);
  const aligned = alignRows(paths.map(pathCells), width);
  const linesOf = new Map(paths.map((path, index) => [path, aligned[index] ?? []]));
  return [
    ...head,
    ...workers.flatMap((worker, index) => [
      ...(rows[index] ?? []),
      ...drainLines(worker, view),
      ...foreignLines(worker, view),
      ...worker.paths.flatMap((path) => linesOf.get(path) ?? []),
    ]),
  ];
}

function workerCells(worker: WorkerStatus, { style, now }: StatusView): readonly string[] {
  const { host, name, state, tasks } = worker;
  const does = tasks === undefined ? '-' : tasks.join(' ') || 'none';
  return [host, style.bold(name), statePaint(state, style)(state), does, jobsWords(worker, now)];
}

/** `2 PC1, 1 PC2, oldest 2h41m` */
function jobsWords({ jobs, state }: WorkerStatus, now: Date): string {
  if (jobs === undefined || (jobs.length === 0 && state !== 'running')) return '-';
  const codes = [...new Set(jobs.map(({ task }) => task))];
  const [oldest] = jobs.map(({ since }) => since).sort((a, b) => Date.parse(a) - Date.parse(b));
  if (oldest === undefined) return 'idle';
  const counts = codes.map((code) => `${jobs.filter(({ task }) => task === code).length} ${code}`);
  return `${counts.join(', ')}, oldest ${age(oldest, now)}`;
}

/** Path, what it is for, what lies there, and where that may go: `example-seal-group-1 → example-seal-group-2`. */
function pathCells({ path, seal, store, attached, sectors, groups, allowTo }: PathStatus): readonly string[] {
  const use = [
    ...(seal ? ['seal'] : []),
    ...(store ? ['store'] : []),
    ...(attached === false ? ['not attached'] : []),
  ];
  const held = sectors === undefined ? '-' : count(sectors, 'sector');
  const flow = `${groups.join(', ') || 'no group'} → ${allowTo.join(', ') || 'everybody'}`;
  return [`    ${path}`, use.join(', '), held, flow].map(oneLine);
}

/** Who drains it since when and why, and what the file says of it where that is not the same. */
function drainLines({ drain, declared, state }: WorkerStatus, { width, now }: StatusView): readonly string[] {
  if (drain === undefined) return state === 'leaving' ? wrap(`    ${LEAVES}`, width, '      ') : [];
  const since = drain.when === undefined ? '' : ` ${sinceWhen(drain.when, now)}`;
  const why = drain.why === undefined ? '' : `: ${drain.why}`;
  const but = drain.fromFile === true || declared === undefined ? '' : `; the file says ${declared}`;
  return wrap(oneLine(`    by ${drain.who}${since}${why}${but}`), width, '      ');
}

/** Who started it, where that was not sealfarm. */
function foreignLines({ foreign }: WorkerStatus, { width, now }: StatusView): readonly string[] {
  if (foreign === undefined) return [];
  const { starter, since, adopted } = foreign;
  const words = adopted
    ? `still runs as it was started, by ${starter} ${sinceWhen(since, now)}`
    : `not sealfarm's yet: started by ${starter} ${sinceWhen(since, now)}; apply takes it over, the plan says how`;
  return wrap(oneLine(`    ${words}`), width, '      ');
}

const LEAVES = 'it is in the file no more: apply drains, stops and removes it';

function statePaint(state: WorkerState, style: Style): Paint {
  switch (state) {
    case 'running':
      return style.green;
    case 'draining':
    case 'drained':
    case 'leaving':
    case 'stopped':
      return style.yellow;
    case 'keeps ending':
    case 'not answering':
    case 'not registered':
    case 'unreached':
      return style.red;
    default:
      return unreachable(state);
  }
}

/** Why what is not known is not known. */
function problemsOf({ hosts, miner }: Observation): readonly Diagnostic[] {
  return [
    ...(miner.reached ? [] : [miner.diagnostic]),
    ...[...hosts.values()].flatMap((host) => {
      if (!host.reached) return [host.diagnostic];
      return [
        ...host.problems,
        ...[...host.workers, ...(host.departed ?? [])].flatMap(([name, seen]) =>
          workerProblems(host.name, name, seen),
        ),
      ];
    }),
  ];
}

function workerProblems(host: string, name: string, seen: ObservedWorker): readonly Diagnostic[] {
  const { process } = seen;
  return [
    strangeKeeper(seen, host, name) ?? [],
    endingUnit(seen, host, name) ?? [],
    process === undefined || process.live.reached ? [] : process.live.diagnostic,
  ].flat();
}

export interface StatusJson {
  readonly formatVersion: 1;
  readonly farm: string;
  readonly miner: { readonly reached: boolean };
  readonly workers: readonly WorkerStatus[];
  readonly diagnostics: readonly DiagnosticJson[];
}

export function statusJson(farm: Farm, observation: Observation, now: Date): StatusJson {
  return {
    formatVersion: 1,
    farm: farm.name,
    miner: { reached: observation.miner.reached },
    workers: workerStatuses(farm, observation, now),
    diagnostics: diagnosticsJson(problemsOf(observation)),
  };
}
