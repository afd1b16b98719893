import { NAMES_VARIABLE, TASK_VARIABLES, tasksOf, withoutTasks } from '../desired/worker-env.js';
import { formatEnvFile, parseEnvFile } from '../host/env-file.js';
import type { ObservedProcess } from '../observed/observed.js';
import { SECRET_NAME } from '../secret/secret-name.js';
import { reveal, Secret, type MaybeSecret } from '../secret/secret.js';
import { fileReason } from './file-reason.js';
import type { FieldChange, Reason, Step } from './plan.js';
import { NOTHING, problem, workerStep, type Findings, type WorkerContext } from './worker-context.js';

/** The environment file: what the worker is started with next time. */
export function planEnvFile(context: WorkerContext): Findings {
  const { desired, observed } = context;
  const file = observed.envFile;
  const path = desired.files.envFile;
  if (file.state === 'unreadable') {
    return problem(context, {
      code: 'SF504',
      path,
      message: `${path} cannot be read: ${file.why}`,
      help: 'Give the SSH user the right to read it, or move it away.',
    });
  }
  const written = file.state === 'present' ? parseEnvFile(file.text.reveal()) : new Map<string, string>();
  const changes = [
    ...envChanges(desired.env, written, [...written.keys()]),
    ...(file.state === 'present' && file.mode !== '600'
      ? [{ field: 'mode', before: file.mode, after: '600' }]
      : []),
  ];
  if (changes.length === 0 && file.state === 'present') return NOTHING;
  const step = workerStep(context, {
    action: {
      kind: 'write-file',
      path,
      mode: '600',
      backups: desired.files.backups,
      content: formatEnvFile(desired.env),
      open: [
        ...ownNames(written),
        ...desired.env.flatMap(({ name, value }) => (typeof value === 'string' ? [name] : [])),
      ],
      ...(file.state === 'present' ? { replaces: file.sha256, before: file.text } : {}),
    },
    disruption: 'none',
    reason: envReason(context, changes),
    changes,
  });
  return { steps: [step], diagnostics: [] };
}

/**
 * Its environment file as it stands, but for the tasks, which are off: for a worker that takes no work whatever else is
 * wrong with it. No step where they are off already; undefined where there is no file that can be read.
 */
export function planTasksOff({
  desired,
  observed: { envFile },
}: Pick<WorkerContext, 'desired' | 'observed'>): readonly Step[] | undefined {
  if (envFile.state !== 'present') return undefined;
  const written = parseEnvFile(envFile.text.reveal());
  if (tasksOf(written).length === 0) return [];
  const wanted = withoutTasks(written);
  const step = workerStep(
    { desired },
    {
      action: {
        kind: 'write-file',
        path: desired.files.envFile,
        mode: '600',
        backups: desired.files.backups,
        content: formatEnvFile(wanted),
        open: [...ownNames(written)],
        replaces: envFile.sha256,
        before: envFile.text,
      },
      disruption: 'none',
      reason: 'drain-intent',
      changes: envChanges(
        wanted.filter(({ name }) => TASK_VARIABLES.has(name)),
        written,
        [...TASK_VARIABLES],
      ),
    },
  );
  return [step];
}

/** Tasks that a drain switches off are asked for by a person, not by the declaration. */
function envReason(
  { desired, observed: { envFile }, written }: WorkerContext,
  changes: readonly FieldChange[],
): Reason {
  const reason = fileReason(desired.files.envFile, envFile, written);
  const isOurs = reason === 'config-changed';
  if (isOurs && changes.every(({ field }) => field === 'mode') && written.has(desired.files.envFile))
    return 'edited-on-host';
  const drains = desired.drain !== undefined && changes.every(({ field }) => TASK_VARIABLES.has(field));
  return isOurs && drains ? 'drain-intent' : reason;
}

/** What of its environment a running process would only get by a restart. Tasks are switched live instead. */
export function staleEnvironment(
  { desired }: WorkerContext,
  process: ObservedProcess,
): readonly FieldChange[] {
  const environ = new Map([...process.environ].map(([name, value]) => [name, value.reveal()]));
  const ours = environ.get(NAMES_VARIABLE)?.split(',') ?? [];
  const lasting = desired.env.filter(({ name }) => !TASK_VARIABLES.has(name));
  return envChanges(lasting, environ, ours);
}

/** `candidates` are the names that must go when they are not wanted any more. */
function envChanges(
  wanted: readonly { readonly name: string; readonly value: MaybeSecret }[],
  current: ReadonlyMap<string, string>,
  candidates: readonly string[],
): readonly FieldChange[] {
  const names = new Set(wanted.map(({ name }) => name));
  const changed = wanted
    .filter(({ name, value }) => current.get(name) !== reveal(value))
    .map(({ name, value }): FieldChange => {
      const before = current.get(name);
      const after = value;
      if (before === undefined) return { field: name, after };
      return { field: name, before: typeof value === 'string' ? before : new Secret(before), after };
    });
  const gone = candidates.filter((name) => !names.has(name) && current.has(name));
  const ours = gone.length === 0 ? new Set() : ownNames(current);
  const taken = gone.map((name): FieldChange => {
    const before = current.get(name) ?? '';
    return { field: name, before: ours.has(name) ? before : new Secret(before) };
  });
  return [...changed, ...taken];
}

/** Names whose values sealfarm wrote and showed before. Any other may hold anything: its value is not shown. */
function ownNames(current: ReadonlyMap<string, string>): ReadonlySet<string> {
  const names = current.get(NAMES_VARIABLE)?.split(',') ?? [];
  return new Set([...TASK_VARIABLES, ...names.filter((name) => !SECRET_NAME.test(name))]);
}
