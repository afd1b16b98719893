import { createHash } from 'node:crypto';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import { homeOf, startFiles, type WorkerLayout } from '../host/layout.js';
import { workerOn } from '../observed/departed.js';
import { keeperOf } from '../observed/keeper.js';
import { liveOf } from '../observed/live.js';
import type { Action, Step } from '../plan/plan.js';
import type { Secret } from '../secret/secret.js';
import { comeToRest } from './come-to-rest.js';
import type { ApplyContext } from './context.js';
import { recordStart } from './journal.js';
import { addedPaths, listBack } from './list-back.js';
import type { Target } from './live-changes.js';
import { oneAtATime } from './one-at-a-time.js';
import { withTasksBack } from './quieten.js';
import { removeFileScript } from './remove-file-script.js';
import { runScript } from './run-script.js';
import { writeFileScript } from './scripts.js';
import { startWorker } from './start-worker.js';
import { stopWorker } from './stop-worker.js';
import { filesOfBefore, journalOf, withWayBack, type FileBack } from './way-back.js';

type WriteFile = Extract<Action, { kind: 'write-file' }>;

/**
 * Brings a worker back that did not come up as declared: with the files that it had before this run, and where that does not
 * help or this run wrote none, with those of before a run that did not come to start it with what it changed.
 * One that has been given work by now is left as it is.
 * @param done what this run did for the worker
 * @returns why it did not come up, and how it stands now
 */
export async function putBack(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  done: readonly Step[],
  why: Diagnostic,
): Promise<Diagnostic> {
  const own = writtenNow(service, done);
  const ownBack = (): ReturnType<typeof filesBack> => filesBack(context, target, service, own);
  const first = own.length === 0 ? undefined : await startWith(context, target, service, ownBack);
  const said = first === undefined ? why : withWords(why, first);
  if (first?.isOver === true) return said;
  const entries = await journalOf(context, target, service);
  const earlier = await filesOfBefore(context, target, service, entries);
  if (!earlier.ok) return withWords(said, { words: notBack(earlier.diagnostic) });
  if (earlier.value.length > 0) {
    const before = (): typeof earlier => earlier;
    return withWords(said, await startWith(context, target, service, before, EARLIER));
  }
  return first === undefined ? withWayBack(target, service, why, entries) : said;
}

const EARLIER = ' a run that changed them and did not start it with that';

/** The end of a log stands last. */
function withWords(why: Diagnostic, { words, help = '' }: Pick<StartedWith, 'words' | 'help'>): Diagnostic {
  return { ...why, message: `${why.message}; ${words}`, help: `${help} ${why.help ?? ''}`.trim() };
}

function notBack({ message }: Diagnostic): string {
  return `what it had before could not be put back: ${message}`;
}

interface StartedWith {
  /** How it stands now. */
  readonly words: string;
  /** What is to be done about that, where it could not be stopped. */
  readonly help?: string;
  /** It works, or nothing more can be done for it. */
  readonly isOver: boolean;
}

async function startWith(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  filesOf: () => Result<readonly FileBack[]> | Promise<Result<readonly FileBack[]>>,
  which = '',
): Promise<StartedWith> {
  const stopped = await stopAgain(context, target, service);
  if (!stopped.ok) {
    const { message, help } = stopped.diagnostic;
    return {
      words: `it is left as it is: ${message}`,
      ...(help === undefined ? {} : { help }),
      isOver: true,
    };
  }
  const files = await filesOf();
  if (!files.ok) return { words: notBack(files.diagnostic), isOver: true };
  for (const { path, script } of files.value) {
    const purpose = { host: target.host, what: `put ${path} back` };
    const back = await oneAtATime(context, target.host, () => runScript(context, purpose, script));
    if (!back.ok) return { words: notBack(back.diagnostic), isOver: true };
  }
  const started = await startWorker(context, target, service);
  const back = `the files of before${which}${butFor(files.value)}`;
  if (started.ok) {
    await recordStart(context, target, service);
    return { words: `${back}, and it works with them again`, isOver: true };
  }
  const words = `${back}, but with them it is not up either: ${started.diagnostic.message}`;
  return { words, isOver: !NOT_UP.has(started.diagnostic.code) };
}

/** What was put back, and what of it was not. */
function butFor(files: readonly FileBack[]): string {
  const stay = files.flatMap((file) => file.stay ?? []);
  const off = files.flatMap((file) => file.off ?? []);
  const list =
    stay.length === 0 ? '' : ` but for ${stay.join(', ')}, which may hold sectors and stays listed,`;
  const are = off.length === 1 ? 'is off by now and stays off' : 'are off by now and stay off';
  return `${list} were put back${off.length === 0 ? '' : ` but for ${off.join(', ')}, which ${are}`}`;
}

/** Its host was there all the time, and it did not come up. */
export const NOT_UP: ReadonlySet<string> = new Set(['SF602', 'SF603']);

function writtenNow(service: WorkerLayout, done: readonly Step[]): readonly WriteFile[] {
  const own = startFiles(service);
  return done.flatMap(({ action }) => {
    if (action.kind !== 'write-file' || !own.has(action.path)) return [];
    // A list without a new path keeps nobody from starting, and Lotus may have added to it since.
    const isList = action.path === service.storageJson;
    return isList && addedPaths(action.content, action.before).length === 0 ? [] : [action];
  });
}

/** Whatever of it runs: it may have been given work as soon as it was registered. */
async function stopAgain(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
): Promise<Result<undefined>> {
  const { observation, apis } = await context.observe([target.host]);
  const host = observation.hosts.get(target.host);
  if (host?.reached === false) return failure(host.diagnostic);
  const worker = host === undefined ? undefined : workerOn(host, target.worker);
  // The miner may go on knowing one that has ended for half a minute.
  if (worker === undefined || keeperOf(worker) === undefined) return success(undefined);
  const tasks = [...(liveOf(worker.process)?.tasks ?? [])];
  const rest = await comeToRest(
    // It is all the same whether others go on, and whether anybody waits: it is down.
    { ...context, halt: context.signal, rules: { ...context.rules, detach: false } },
    {
      ...target,
      goal: 'quiet',
      tasks,
      deadline: context.times.settle,
      drains: false,
      fresh: true,
      lock: homeOf(service).lock,
      onLook: () => undefined,
    },
  );
  if (rest.ok) return stopWorker(context, target, service, rest.value, tasks);
  return failure(await withTasksBack(context, target, tasks, rest.diagnostic, apis.get(target.worker)));
}

async function filesBack(
  context: ApplyContext,
  target: Target,
  service: WorkerLayout,
  files: readonly WriteFile[],
): Promise<Result<readonly FileBack[]>> {
  const back: FileBack[] = [];
  for (const file of files) {
    if (file.path === service.storageJson) {
      const list = await listBack(context, target, file.content, file.before);
      if (!list.ok) return list;
      if (list.value === undefined) continue;
      const { text, stay } = list.value;
      back.push({ path: file.path, script: backScript(file, text, service), stay });
    } else back.push({ path: file.path, script: backScript(file, file.before, service) });
  }
  return success(back);
}

function backScript(
  { path, mode, content, backups }: WriteFile,
  before: Secret | undefined,
  { written }: WorkerLayout,
): string {
  const ours = createHash('sha256').update(content.reveal()).digest('hex');
  return before === undefined
    ? removeFileScript(path, { backups, written }, ours)
    : writeFileScript({ path, mode, content: before, replaces: ours, backups, written });
}
