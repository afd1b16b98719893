import type { DesiredHost, DesiredWorker } from '../desired/desired.js';
import { hostLayout } from '../host/layout.js';
import { withoutTrailingSlash } from '../lotus/storage-json.js';
import { toTakeAway } from '../observed/departed.js';
import { keeperOf, strangeKeeper } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { DepartedWorker, ObservedHost } from '../observed/observed.js';
import { hasErrors } from '../diagnostic/diagnostic.js';
import { planEnvFile } from './env-rules.js';
import { restartFor, unanswering } from './process-rules.js';
import { planStorageList } from './storage-list-rules.js';
import { planStoragePath } from './storage-rules.js';
import { planDropIn } from './unit-rules.js';
import { combine, problem, type Findings, type WorkerContext } from './worker-context.js';

/** A worker that is on its host under the name it had before. */
export interface Renaming {
  readonly from: string;
  readonly old: DepartedWorker;
  /** Otherwise what is left under the old name goes, and the new one is made as any other. */
  readonly runs: boolean;
}

/** Undefined where there is none of the old name, or one of the new name runs already. */
export function renamingOf(desired: DesiredWorker, host: ObservedHost): Renaming | undefined {
  const from = desired.renamedFrom;
  const old = from === undefined ? undefined : host.departed?.get(from);
  const there = host.workers.get(desired.name);
  if (from === undefined || old === undefined) return undefined;
  if (there !== undefined && keeperOf(there) !== undefined) return undefined;
  return { from, old, runs: old.process !== undefined };
}

/** The host as it is seen by those of the file: what runs under a worker's old name is its process. */
export function underNewNames({ workers }: DesiredHost, host: ObservedHost): ObservedHost {
  const renamed = workers.flatMap((worker) => {
    const process = renamingOf(worker, host)?.old.process;
    const there = host.workers.get(worker.name);
    return process === undefined || there === undefined
      ? []
      : [[worker.name, { ...there, process }] as const];
  });
  return renamed.length === 0 ? host : { ...host, workers: new Map([...host.workers, ...renamed]) };
}

/** Those of a host that left the file for good. */
export function leavingWorkers(
  desired: DesiredHost,
  host: ObservedHost,
): readonly [string, DepartedWorker][] {
  const renamed = renamedOn(desired, host);
  return [...(host.departed ?? [])].filter(([name]) => !renamed.has(name));
}

/** By the old name, those of a host that are not to be removed: they go on under another one. */
function renamedOn(desired: DesiredHost, host: ObservedHost): ReadonlySet<string> {
  const renamings = desired.workers.flatMap((worker) => {
    const renaming = renamingOf(worker, host);
    return renaming !== undefined && (renaming.runs || otherRepo(worker, renaming)) ? [renaming.from] : [];
  });
  return new Set(renamings);
}

function otherRepo({ repo }: DesiredWorker, { old }: Renaming): boolean {
  return old.repo !== undefined && old.repo !== repo;
}

/**
 * Files under the new name, then one restart of what runs under the old one. What Lotus would take while it runs is left
 * to the next plan: it would have to be told to a worker that is about to have another name. Undefined where nothing
 * runs under the old name, and nothing speaks against the new one.
 */
export function planRenaming(
  context: WorkerContext,
  host: ObservedHost,
  { paths }: Pick<DesiredHost, 'paths'>,
): Findings | undefined {
  const { desired, observed } = context;
  const renaming = renamingOf(desired, host);
  if (renaming === undefined) return undefined;
  if (otherRepo(desired, renaming)) return staysInItsRepo(context, renaming);
  const { from, old } = renaming;
  if (old.process === undefined) return undefined;
  const strange = strangeKeeper(old, desired.host, from);
  if (strange !== undefined) return { steps: [], diagnostics: [strange] };
  const running = { ...context, observed: { ...observed, process: old.process } };
  const storage = [
    planStorageList(running),
    ...desired.storage.map((path) => planStoragePath(running, path)),
  ];
  const files = combine([...storage, planEnvFile(context), planDropIn(context)]);
  const written = { ...files, steps: files.steps.filter(({ disruption }) => disruption === 'none') };
  if (hasErrors(files.diagnostics)) return written;
  const attached = liveOf(old.process)?.paths.map(({ LocalPath }) => withoutTrailingSlash(LocalPath)) ?? [];
  const restart = restartFor(running, {
    reason: 'config-changed',
    changes: [{ field: 'name', before: from, after: desired.name }],
    from: { worker: from, service: toTakeAway(old), home: hostLayout(paths) },
    // Those that are attached later are not there yet.
    paths: desired.storage.map(({ path }) => path).filter((path) => attached.includes(path)),
  });
  return combine([written, restart, unanswering(running, old.process), leftToNext(context, files)]);
}

function leftToNext(context: WorkerContext, { steps }: Findings): Findings {
  const later = steps.flatMap(({ action }) =>
    action.kind === 'attach' || action.kind === 'detach' ? [`${action.kind} ${action.path}`] : [],
  );
  if (later.length === 0) return { steps: [], diagnostics: [] };
  return problem(context, {
    code: 'SF548',
    severity: 'note',
    message: `${context.desired.name} gets its new name first; the next apply will ${later.join(', ')}`,
    help: 'Apply once more when it runs under its new name.',
  });
}

function staysInItsRepo(context: WorkerContext, { from, old: { repo = '' } }: Renaming): Findings {
  return problem(context, {
    code: 'SF572',
    message: `${context.desired.name} was ${from}, whose repo is ${repo}; the file says ${context.desired.repo}`,
    help: `Write \`repo: ${repo}\`: a renamed worker keeps its repo, which holds the list of its storage paths. Neither of the two is touched.`,
  });
}
