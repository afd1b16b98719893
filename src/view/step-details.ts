import { NAMES_VARIABLE } from '../desired/worker-env.js';
import { SETTING_NAMES, type SectorStoreSettings } from '../lotus/sectorstore.js';
import type { TaskCode } from '../lotus/task.js';
import { MANAGER_FIELD } from '../plan/process-rules.js';
import type { Disruption, Expectation, FieldChange, Reason, RestartCost } from '../plan/plan.js';
import type { ShownStep } from './shown-plan.js';
import { GLUE, oneLine } from './text.js';
import { count, shown, sinceWhen, someOf } from './words.js';

/** More values than this of a new file are only counted: `sealfarm render` shows them. */
const FEW_VALUES = 3;
const FEW_JOBS = 3;
const DEFAULT_WEIGHT = 10;

/** What is to know about a step below its line: what changes, and what a started worker will do. */
export function stepDetails(step: ShownStep, verbose: boolean): readonly string[] {
  const { action, changes } = step;
  if (action.kind === 'start') return [expectationWords(action.expect)];
  if (action.kind === 'enable-unit') return ['started at the next boot, not now'];
  if (action.kind === 'disable-unit') return ['not started at boot any more; what runs goes on'];
  if (action.kind === 'remove-worker') return [removalWords(step.disruption, action.repo)];
  if (action.kind === 'drain') return [drainWords(step.disruption, action.stop)];
  if (action.kind === 'restart-miner')
    return [minerMoment(action.last === true), ...changes.map((change) => changeWords(step, change))];
  if (verbose) return changes.map((change) => changeWords(step, change));
  if (action.kind === 'create-sectorstore') return [storeWords(action.settings, action.id)];
  const lasting = changes.filter(({ field }) => field !== NAMES_VARIABLE);
  if (isNew(step.reason) && lasting.length > FEW_VALUES) return [count(lasting.length, 'value')];
  return (lasting.length === 0 ? changes : lasting).map((change) => changeWords(step, change));
}

function minerMoment(last: boolean): string {
  const when = last
    ? 'after all workers, once one is registered for each proof that it leaves to them,'
    : 'before all workers,';
  return `${when} as soon as no WindowPoSt is due and no proof is computed; proving pauses meanwhile`;
}

/** Nothing stood there before. */
function isNew(reason: Reason): boolean {
  return reason === 'new' || reason === 'adopted';
}

/** What the diff of a step's file does not show. */
export function besideDiff(step: ShownStep): readonly string[] {
  return step.changes.filter(({ field }) => field === 'mode').map((change) => changeWords(step, change));
}

/** `AllowTo: example-seal-group-1 → example-seal-group-2`; of what is new only what it will be. */
function changeWords({ reason, disruption }: ShownStep, { field, before, after }: FieldChange): string {
  const name = oneLine(field);
  if (isNew(reason) && disruption === 'none') return `${name}: ${shown(after)}`;
  const [from, to] = [shown(before), shown(after)];
  if (field === MANAGER_FIELD) return `moves from ${managerWords(from)} to ${managerWords(to)}`;
  // Two masks say nothing about which secret it is, only that it is another one.
  return from === to ? `${name}: ${to}, changed` : `${name}: ${from} → ${to}`;
}

function managerWords(manager: string): string {
  return manager === 'systemd' ? 'a systemd unit' : 'a plain process';
}

/** What goes and what stays. */
function removalWords(disruption: Disruption, repo: string | undefined): string {
  const first = disruption === 'empty' ? 'drained to empty and stopped; ' : '';
  const stays = repo === undefined ? 'its storage paths stay' : `${repo} and its storage paths stay`;
  return oneLine(`${first}its unit and worker.env go, ${stays} with all data`);
}

/** What the file makes of a worker. */
function drainWords(disruption: Disruption, stop: boolean): string {
  if (disruption === 'none') return 'it does not run, and is kept from coming back by itself';
  const end = stop ? 'is stopped then, and stays down over reboots' : 'runs on with no tasks';
  return `takes no new work, is emptied, and ${end}`;
}

/** `tasks AP, PC1; at most 4 PC1` */
function expectationWords({ tasks, limits }: Pick<Expectation, 'tasks' | 'limits'>): string {
  const most = [...limits].map(([code, number]) => `${number} ${code}`);
  const does = tasks.length === 0 ? 'no tasks' : `tasks ${tasks.join(', ')}`;
  return most.length === 0 ? does : `${does}; at most ${most.join(', ')}`;
}

/** What of a new path is not as usual, in Lotus's field names: `CanSeal; Groups: a, b`. */
function storeWords(settings: SectorStoreSettings, id: string | undefined): string {
  const words = SETTING_NAMES.flatMap((name) => {
    const value = settings[name];
    if (typeof value === 'boolean') return value ? [name] : [];
    if (typeof value === 'number')
      return value === (name === 'Weight' ? DEFAULT_WEIGHT : 0) ? [] : [`${name}:${GLUE}${value}`];
    return value.length === 0 ? [] : [`${name}:${GLUE}${value.join(', ')}`];
  });
  return oneLine([...words, ...(id === undefined ? [] : [`ID:${GLUE}${id}`])].join('; '));
}

/** What a restart would interrupt if it did not wait. Several costs are those of a step that is alike on several hosts. */
export function costWords(costs: readonly RestartCost[], now: Date): string {
  const jobs = costs.flatMap((cost) => cost.jobs ?? []);
  const posts = costs.flatMap((cost) => cost.posts ?? []);
  const [whose, waits] =
    costs.length > 1
      ? ['their paths', 'each waits until its worker is quiet']
      : ['its paths', 'waits until the worker is quiet'];
  const held = heldWords(costs, whose);
  if (jobs.length + posts.length === 0) {
    const known = costs.every((cost) => cost.jobs !== undefined);
    return known ? `nothing runs now; ${held}` : `what runs there is not known; ${waits}`;
  }
  const own = jobs.length === 0 ? [] : [costs.length > 1 ? manyJobs(jobs, now) : fewJobs(jobs, now)];
  return `now running: ${[...own, ...postWords(posts)].join(', ')}; ${held}; ${waits}`;
}

/** `3 sectors on its paths`. A path that keeps its ID to itself makes a sum wrong. */
function heldWords(costs: readonly RestartCost[], whose: string): string {
  const sectors = costs.reduce((sum, { sectorsHeld = 0 }) => sum + sectorsHeld, 0);
  const known = costs.every(({ sectorsHeld }) => sectorsHeld !== undefined);
  return known ? `${count(sectors, 'sector')} on ${whose}` : `how many sectors are on ${whose} is not known`;
}

/** `2 WDP`; since when, Lotus does not tell. */
function postWords(posts: readonly TaskCode[]): readonly string[] {
  return [...new Set(posts)].map((code) => {
    const number = posts.filter((one) => one === code).length;
    return number === 1 ? code : `${number} ${code}`;
  });
}

type Jobs = NonNullable<RestartCost['jobs']>;

function fewJobs(jobs: Jobs, now: Date): string {
  const words = [...jobs]
    .sort(byStart)
    .map((job) => `${job.task} of ${job.sector} ${sinceWhen(job.since, now)}`);
  return someOf(words, FEW_JOBS);
}

/** `12 PC1, 3 PC2, the oldest since 12:01 UTC (2h41m)` */
function manyJobs(jobs: Jobs, now: Date): string {
  const codes = [...new Set(jobs.map((job) => job.task))];
  const counts = codes.map((code) => `${jobs.filter((job) => job.task === code).length} ${code}`);
  const [oldest] = [...jobs].sort(byStart);
  return `${counts.join(', ')}, the oldest ${sinceWhen(oldest?.since ?? '', now)}`;
}

function byStart(a: Jobs[number], b: Jobs[number]): number {
  return Date.parse(a.since) - Date.parse(b.since);
}
