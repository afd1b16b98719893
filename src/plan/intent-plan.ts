import type { DesiredFarm, DesiredHost, DesiredWorker } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { isPersons, type DrainIntent, type Manifest } from '../host/manifest.js';
import type { Observation, ObservedHost } from '../observed/observed.js';
import { intentsOn } from '../observed/intents.js';
import { asWarning, keepFromWork, workerOf } from './keep-from-work.js';
import { planHosts } from './make-plan.js';
import { manifestWrite } from './manifest-rules.js';
import type { HostPlan, Plan, Step } from './plan.js';
import { inWaves, type Unordered } from './rollout.js';

/** Worker name → the drain asked for, or undefined to take one back. */
export type IntentChanges = ReadonlyMap<string, DrainIntent | undefined>;

/**
 * Writes down that workers shall be drained, or shall work again: the host's memory first, so that it holds whatever
 * happens next. `desired` has the changes already in effect. A drain touches nothing but the worker's environment
 * file, and in the index the paths that it opens to more groups; taking one back does all that the worker's declaration
 * asks for.
 *
 * A drain that would not outlive a crash is not noted at all. In the plan that is an error at the worker, at its host, or at
 * no place (SF513); what else is wrong with a worker to drain is a warning.
 */
export function planIntents(desired: DesiredFarm, observation: Observation, asked: IntentChanges): Plan {
  const plan = planHosts(desired, observation);
  const drained = new Set([...asked].flatMap(([name, intent]) => (intent === undefined ? [] : [name])));
  const off = keepFromWork(desired, plan, observation, drained);
  const changes = new Map([...asked].filter(([name, intent]) => intent === undefined || off.has(name)));
  const concerned = desired.hosts.filter((host) => host.workers.some(({ name }) => asked.has(name)));
  const names = new Set(concerned.map(({ name }) => name));
  const wanted = {
    ...plan,
    diagnostics: [
      ...plan.diagnostics
        .filter((found) => isAbout(found, names, asked))
        .map((found) => (off.has(workerOf(found) ?? '') ? asWarning(found) : found)),
      ...keptDrained(concerned, changes).map(staysSo),
    ],
    hosts: concerned.map((host) => intentHost(host, desired.name, { plan, off }, observation, changes)),
  };
  return inWaves(wanted, desired, observation);
}

/** A worker that was moved is named at its old host. */
function isAbout(found: Diagnostic, hosts: ReadonlySet<string>, workers: IntentChanges): boolean {
  const { place } = found;
  return place?.kind !== 'host' || hosts.has(place.host) || workers.has(place.worker ?? '');
}

/** Those that shall work again, and that the file has do nothing all the same. */
function keptDrained(hosts: readonly DesiredHost[], changes: IntentChanges): readonly DesiredWorker[] {
  return hosts
    .flatMap(({ workers }) => workers)
    .filter(({ name, state }) => changes.has(name) && changes.get(name) === undefined && state !== 'running');
}

function staysSo({ host, name, state }: DesiredWorker): Diagnostic {
  return {
    code: 'SF575',
    severity: 'error',
    message: `${name} does not work again: the file says \`state: ${state}\``,
    place: { kind: 'host', host, worker: name },
    help: 'Write `state: running` or take `state` out of the file, and apply. What a person asked for by `sealfarm drain` is taken back.',
  };
}

function intentHost(
  host: DesiredHost,
  farm: string,
  { plan, off }: { readonly plan: Unordered; readonly off: ReadonlyMap<string, readonly Step[]> },
  observation: Observation,
  changes: IntentChanges,
): HostPlan {
  const planned = plan.hosts.find((candidate) => candidate.host === host.name);
  const observed = observation.hosts.get(host.name);
  if (planned === undefined) throw new Error(`no plan for ${host.name}`);
  if (observed?.reached !== true) return planned;
  const opened = new Set(
    host.workers.flatMap(({ name, storage }) =>
      storage.flatMap(({ path, whileDrained }) => (whileDrained === undefined ? [] : [`${name} ${path}`])),
    ),
  );
  const holding = intentsOn(observed);
  const kept = new Set(keptDrained([host], changes).map(({ name }) => name));
  const resumes = [...changes].some(([, intent]) => intent === undefined);
  const wanted = planned.steps.filter(({ worker, action }) => {
    // Of the host itself, what a worker needs that shall start; its manifest is written here.
    if (worker === undefined) return resumes && 'path' in action && action.path !== planned.layout.manifest;
    // What the file makes of one that it keeps from work is for apply.
    if (!changes.has(worker) || kept.has(worker)) return false;
    if (changes.get(worker) === undefined) return true;
    // One that was open is closed again.
    if (action.kind !== 'redeclare') return false;
    return opened.has(`${worker} ${action.path}`) || holding.get(worker)?.allowTo !== undefined;
  });
  const tasksOff = host.workers.flatMap(({ name }) => off.get(name) ?? []);
  return { ...planned, steps: [...rememberStep(host, farm, observed, changes), ...tasksOff, ...wanted] };
}

function rememberStep(
  host: DesiredHost,
  farm: string,
  observed: ObservedHost,
  changes: IntentChanges,
): readonly Step[] {
  const current: Manifest = observed.manifest ?? { version: 1, farm, workers: [], intents: {} };
  const own = host.workers.map(({ name }) => name);
  const formerly = new Map(host.workers.map(({ name, renamedFrom }) => [name, renamedFrom ?? name]));
  const intents = new Map(Object.entries(current.intents));
  const holding = intentsOn(observed);
  const fields = own.flatMap((name) => {
    const old = formerly.get(name) ?? name;
    const before = [holding.get(name), holding.get(old)].find((one) => one !== undefined && isPersons(one));
    const after = changes.get(name);
    if (!changes.has(name) || intentWord(before) === intentWord(after)) return [];
    if (after === undefined) for (const one of [name, old]) intents.delete(one);
    else intents.set(name, after);
    return [{ field: name, before: intentWord(before), after: intentWord(after) }];
  });
  if (fields.length === 0) return [];
  // No others: what is not there yet, or still elsewhere, is not this host's to know.
  const workers = [...new Set([...current.workers, ...fields.map(({ field }) => field)])];
  return [
    manifestWrite(
      host,
      { ...current, workers, intents: Object.fromEntries(intents) },
      observed,
      fields,
      'drain-intent',
    ),
  ];
}

/** All that makes a difference: who asked for a drain that holds already is not written anew. */
function intentWord(intent: DrainIntent | undefined): string {
  if (intent === undefined) return 'serving';
  const groups = [...new Set(intent.allowTo)].toSorted();
  const until = intent.until === undefined ? '' : ` until ${intent.until}`;
  const open = groups.length === 0 ? '' : `, its sectors also to ${groups.join(', ')}`;
  const why = intent.why === undefined ? '' : `: ${intent.why}`;
  return `drained${until}${open}${why}`;
}
