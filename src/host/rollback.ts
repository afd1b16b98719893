import { rollbackNumbers, keyOf } from './history.js';
import type { FileChange, JournalEntry } from './journal.js';

/** A file that shall be again what it was. */
export interface Return {
  readonly path: string;
  /** sha256 of what it shall be, before secrets were masked, and where that version is kept. */
  readonly wanted: string;
  readonly kept: Pick<FileChange, 'backups' | 'stamp'>;
  /** sha256 of what sealfarm left there last; absent where it took the file away. */
  readonly left?: string;
}

/** What goes back, and what stays because there was nothing before it. */
export interface Way {
  readonly returns: readonly Return[];
  /** New files: they stay, for whoever uses them by now. */
  readonly stay: readonly string[];
  /** The last run before all of that, if the journal tells. */
  readonly before?: JournalEntry;
}

/** A file that had a version before, but for those that are not brought back. */
export function isRestorable({ change }: JournalEntry, manifest: string): boolean {
  return change?.before !== undefined && !staysAsIs(change.path, manifest);
}

/** Sealfarm's own memory follows from what it does. Of a list of storage paths sectors may lie on those that are new by now. */
function staysAsIs(path: string, manifest: string): boolean {
  return path === manifest || path.endsWith('/storage.json');
}

/**
 * What makes a host's files again what they were before the `to`-th last run that changed any: also what later runs changed goes
 * back. A number where there were only so many such runs.
 */
export function wayBack(entries: readonly JournalEntry[], to: number, manifest: string): Way | number {
  const numbers = rollbackNumbers(entries, (entry) => isRestorable(entry, manifest));
  if (numbers.size < to) return numbers.size;
  const first = entries.findIndex(
    (entry) => numbers.get(keyOf(entry)) === to && isRestorable(entry, manifest),
  );
  const key = keyOf(entries[first] as JournalEntry);
  const from = entries.findIndex((entry) => keyOf(entry) === key);
  const undone = entries
    .slice(from)
    .flatMap(({ change }) => (change === undefined || staysAsIs(change.path, manifest) ? [] : [change]));
  const before = entries.slice(0, from).findLast((entry) => keyOf(entry) !== key);
  const ends = endsOf(undone);
  return {
    returns: returnsOf(ends),
    stay: ends.flatMap(({ path, oldest, newest }) =>
      oldest?.before === undefined && newest?.after !== undefined ? [path] : [],
    ),
    ...(before === undefined ? {} : { before }),
  };
}

/** What became of one file over several changes. */
interface Ends {
  readonly path: string;
  readonly oldest: FileChange | undefined;
  readonly newest: FileChange | undefined;
}

function endsOf(changes: readonly FileChange[]): readonly Ends[] {
  const byPath = new Map<string, FileChange[]>();
  for (const change of changes) byPath.set(change.path, [...(byPath.get(change.path) ?? []), change]);
  return [...byPath].map(([path, own]) => ({ path, oldest: own[0], newest: own.at(-1) }));
}

function returnsOf(ends: readonly Ends[]): readonly Return[] {
  return ends.flatMap(({ path, oldest, newest }) =>
    oldest?.before === undefined
      ? []
      : [
          {
            path,
            wanted: oldest.before,
            kept: { backups: oldest.backups, stamp: oldest.stamp },
            ...(newest?.after === undefined ? {} : { left: newest.after }),
          },
        ],
  );
}

/**
 * The number for `wayBack` before the first change of these files since the worker last came up; undefined where none can be brought back.
 * @param files paths that decide how the worker starts
 */
export function changedSinceStart(
  entries: readonly JournalEntry[],
  worker: string,
  files: ReadonlySet<string>,
  manifest: string,
): number | undefined {
  const restorable = (entry: JournalEntry): boolean => isRestorable(entry, manifest);
  const first = sinceStart(entries, worker).find(
    (entry) => restorable(entry) && files.has(entry.change?.path ?? ''),
  );
  return first === undefined ? undefined : rollbackNumbers(entries, restorable).get(keyOf(first));
}

/** After a worker last came up. */
function sinceStart(entries: readonly JournalEntry[], worker: string): readonly JournalEntry[] {
  const starts = new Set([`${worker}/start`, `${worker}/restart`]);
  const up = entries.findLastIndex(({ step = '', outcome }) => outcome === 'done' && starts.has(step));
  return entries.slice(up + 1);
}

/** What makes the files of one worker again what they were. */
export interface RunWith {
  readonly returns: readonly Return[];
  /** Those that were not there, with the sha256 of what sealfarm left there. */
  readonly extra: readonly { readonly path: string; readonly left: string }[];
}

/**
 * What is to go back of these files to what they were before the first run that changed one of them and has not started the worker
 * with it. What a run changed that did all it meant to do on the host is in effect: it stays. Nothing goes back where anything took
 * effect after the first change that did not: then nobody can tell what the worker ran with.
 */
export function backToRunning(
  entries: readonly JournalEntry[],
  worker: string,
  files: ReadonlySet<string>,
): RunWith {
  const ended = entries.filter(
    ({ step, outcome, command }) => step === undefined && outcome === 'done' && command !== 'rollback',
  );
  const through = new Set(ended.map(keyOf));
  const since = sinceStart(entries, worker).filter(
    (entry) => files.has(entry.change?.path ?? '') || isSwitch(entry, worker),
  );
  const inEffect = (entry: JournalEntry): boolean => entry.change === undefined || through.has(keyOf(entry));
  const first = since.findIndex((entry) => !inEffect(entry));
  const later = first < 0 ? [] : since.slice(first);
  const ends = later.some(inEffect) ? [] : endsOf(later.flatMap(({ change }) => change ?? []));
  return {
    returns: returnsOf(ends),
    extra: ends.flatMap(({ path, oldest, newest }) =>
      oldest?.before === undefined && newest?.after !== undefined ? [{ path, left: newest.after }] : [],
    ),
  };
}

/** Of its tasks while it ran, which its files say, too. */
function isSwitch({ step = '', outcome }: JournalEntry, worker: string): boolean {
  const switches = [`${worker}/enable-task:`, `${worker}/disable-task:`];
  return outcome === 'done' && switches.some((start) => step.startsWith(start));
}

/** As a backup has it where a secret stood. */
const MASKED = /^([^=]*)=\(secret\)$/;

/**
 * A kept version with its secrets filled in from the present file, for the values before are nowhere.
 * Gives the names whose values nobody knows where there are any: then it cannot be brought back. A comment that held one is left out.
 * @param known values by name, as they stand behind the `=`, for what the present file has not
 */
export function withSecrets(
  kept: string,
  present: string | undefined,
  known: ReadonlyMap<string, string>,
): { readonly text: string } | { readonly unknown: readonly string[] } {
  const values = new Map([
    ...known,
    ...(present ?? '').split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[nameIn(line.slice(0, at)), line.slice(at + 1)] as const];
    }),
  ]);
  const unknown: string[] = [];
  const lines = kept.split('\n').flatMap((line) => {
    const start = MASKED.exec(line)?.[1];
    if (start === undefined) return [line];
    const value = values.get(nameIn(start));
    // A value that goes on in the next line is not one line's to give.
    if (value === undefined || opensQuote(value) || value === '(secret)') {
      if (!/^\s*[#;]/.test(start)) unknown.push(nameIn(start));
      return [];
    }
    return [`${start}=${value}`];
  });
  return unknown.length > 0 ? { unknown } : { text: lines.join('\n') };
}

function nameIn(start: string): string {
  return start.replace(/^\s*(?:export\s+)?/, '').trim();
}

function opensQuote(value: string): boolean {
  const quotes = value.replaceAll(/\\./g, '').match(/["']/g)?.length ?? 0;
  return quotes % 2 === 1 || value.endsWith('\\');
}
