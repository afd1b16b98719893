import { tasksOf, withTasks } from '../desired/worker-env.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { success, type Result } from '../diagnostic/result.js';
import { formatEnvFile, parseEnvFile } from '../host/env-file.js';
import { parseJournal, type JournalEntry } from '../host/journal.js';
import { homeOf, startFiles, type WorkerLayout } from '../host/layout.js';
import { backToRunning, changedSinceStart } from '../host/rollback.js';
import type { TaskCode } from '../lotus/task.js';
import type { Action } from '../plan/plan.js';
import { rollbackSteps } from '../plan/rollback-steps.js';
import type { Secret } from '../secret/secret.js';
import type { ApplyContext } from './context.js';
import { readJournalScript } from './journal-script.js';
import type { Target } from './live-changes.js';
import { removeFileScript } from './remove-file-script.js';
import { runScript } from './run-script.js';
import { writeFileScript } from './scripts.js';
import { parseVersions, readVersionsScript } from './versions-script.js';

type WriteFile = Extract<Action, { kind: 'write-file' }>;

/** A file that goes back to a version of before. */
export interface FileBack {
  readonly path: string;
  readonly script: string;
  /** Storage paths that stay on a list on which they were not. */
  readonly stay?: readonly string[];
  /** Tasks that it had on, and that stay off. */
  readonly off?: readonly TaskCode[];
}

/**
 * What makes the environment file and the drop-in of a worker again what they were before a run that changed them and did not come to
 * start it so: those two alone, as other files are others' too, and sectors may lie on a path that is new in its list. A secret has
 * the value that it has now, and a task that is off now stays off. Nothing where the journal tells of none; fails with SF602, SF631
 * or SF632 where they cannot be had.
 */
export async function filesOfBefore(
  context: ApplyContext,
  { host, worker }: Target,
  service: WorkerLayout,
  entries: readonly JournalEntry[],
): Promise<Result<readonly FileBack[]>> {
  const { envFile, unit, backups, written } = service;
  const { returns, extra } = backToRunning(entries, worker, new Set([envFile, unit.dropIn]));
  const isNew = extra.some(({ path }) => path === envFile);
  if (isNew || returns.length + extra.length === 0) return success([]);
  const read = await runScript(
    context,
    { host, what: `read the files of ${worker}` },
    readVersionsScript(returns),
  );
  if (!read.ok) return read;
  const nowhere = { secrets: new Map(), open: [] };
  const steps = rollbackSteps(host, returns, parseVersions(returns, read.value), nowhere);
  if (!steps.ok) return steps;
  return success([
    ...steps.value.flatMap(({ action }) => (action.kind === 'write-file' ? fileBack(action, service) : [])),
    ...extra.map(({ path, left }) => ({ path, script: removeFileScript(path, { backups, written }, left) })),
  ]);
}

/** None where its tasks alone were changed. */
function fileBack(file: WriteFile, { envFile, written }: WorkerLayout): readonly FileBack[] {
  const { path, before: present } = file;
  const { content, off } =
    path === envFile && present !== undefined
      ? withTasksOff(file.content, present)
      : { content: file.content, off: [] };
  if (content.reveal() === present?.reveal()) return [];
  return [{ path, script: writeFileScript({ ...file, content, written }), off }];
}

/** Whoever took a task off by now may have done so as the machine is broken: it takes no such work again. */
function withTasksOff(
  content: Secret,
  present: Secret,
): { readonly content: Secret; readonly off: readonly TaskCode[] } {
  const [then, now] = [parseEnvFile(content.reveal()), parseEnvFile(present.reveal())];
  const [had, has] = [tasksOf(then), tasksOf(now)];
  const off = had.filter((code) => !has.includes(code));
  if (off.length === 0) return { content, off };
  return {
    content: formatEnvFile(
      withTasks(
        then,
        had.filter((code) => has.includes(code)),
      ),
    ),
    off,
  };
}

/** Nothing of a journal that cannot be read. */
export async function journalOf(
  context: ApplyContext,
  { host }: Target,
  service: WorkerLayout,
): Promise<readonly JournalEntry[]> {
  const read = await context.remote(host).exec(readJournalScript(homeOf(service).journal));
  return read.ok && read.value.status === 0 ? parseJournal(read.value.stdout).entries : [];
}

/**
 * Why a worker did not come up, and, where a run that did not come to start it changed its files, the command that takes that back
 * with all that changed on the host.
 */
export function withWayBack(
  { host, worker }: Target,
  service: WorkerLayout,
  why: Diagnostic,
  entries: readonly JournalEntry[],
): Diagnostic {
  const to = changedSinceStart(entries, worker, startFiles(service), homeOf(service).manifest);
  if (to === undefined) return why;
  const help =
    `Its files were changed by a run that did not come to start it. \`sealfarm rollback ${host} --to ${to}\` brings back ` +
    "what all files of the host were before; put the farm's file back in git, too, and apply.";
  return { ...why, help: `${help} ${why.help ?? ''}`.trim() };
}
