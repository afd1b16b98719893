import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../diagnostic/result.js';
import type { WorkerLayout } from '../host/layout.js';
import { LogReader } from '../log/log-reader.js';
import type { LogEntry, LogPosition, LogRange } from '../log/log.js';
import { RangeOf } from '../log/select.js';
import { followScript, historyScript } from '../log/scripts.js';
import type { ExecOutput, Remote } from '../remote/remote.js';

/** Whose log is read, and for how long. */
export interface LogSource {
  readonly remote: Remote;
  readonly worker: string;
  readonly files: WorkerLayout;
  /** Once aborted, reading ends, on the host too. */
  readonly signal: AbortSignal;
}

export interface LogHistory {
  /** From where `followLog` goes on. */
  readonly position: LogPosition;
  /** Whether the log is there but may be empty, or not there at all. */
  readonly exists: boolean;
}

/** What a worker's log holds by now. Fails with SF4xx, SF602 or SF620. @param unended whether a last line without an end counts */
export async function readLog(
  source: LogSource,
  range: LogRange & { readonly unended: boolean },
  onEntry: (entry: LogEntry) => void,
): Promise<Result<LogHistory>> {
  const reader = new LogReader();
  let selection: RangeOf | undefined;
  const take = (entries: readonly LogEntry[]): void => {
    // Only known by the head, which comes before the first entry.
    selection ??= new RangeOf(range, isTorn(range, reader));
    for (const entry of entries) selection.push(entry).forEach(onEntry);
  };
  const output = await source.remote.stream(
    historyScript(source.files, range),
    (chunk) => {
      const entries = reader.push(chunk);
      if (entries.length > 0) take(entries);
    },
    source.signal,
  );
  if (!output.ok) return output;
  const { position } = reader;
  if (range.unended) take(reader.rest());
  selection?.end().forEach(onEntry);
  const refusal = refusalOf(source, reader, output.value);
  return refusal === undefined
    ? success({ position, exists: reader.head?.kind !== 'absent' })
    : failure(refusal);
}

/** Counted from the end of a file that goes on being written; see the script. */
function isTorn({ since, lines }: LogRange, { head }: LogReader): boolean {
  return since === undefined && lines !== undefined && head?.kind === 'file' && head.offset > 0;
}

export interface FollowEvents {
  readonly onEntry: (entry: LogEntry) => void;
  /** Reading was broken off; it is tried again. Not told twice with the same words. */
  readonly onLost: (why: Diagnostic) => void;
  /** It goes on. */
  readonly onBack: () => void;
  /** Ends early when the signal is aborted. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** What comes after a position, until the signal is aborted; broken connections are made anew, and no line is repeated. */
export async function followLog(source: LogSource, from: LogPosition, events: FollowEvents): Promise<void> {
  const { remote, files, signal } = source;
  let position = from;
  let wait = FIRST_WAIT_MS;
  let lost: string | undefined;
  const isAborted = (): boolean => signal.aborted;
  while (!isAborted()) {
    const reader = new LogReader();
    const onOutput = (chunk: Buffer): void => {
      const entries = reader.push(chunk);
      if (reader.head === undefined) return;
      if (lost !== undefined) events.onBack();
      [lost, wait] = [undefined, FIRST_WAIT_MS];
      entries.forEach(events.onEntry);
    };
    const output = await remote.stream(followScript(files, position), onOutput, signal);
    if (isAborted()) return;
    if (reader.head !== undefined) position = reader.position;
    const why = output.ok ? ended(source, output.value) : output.diagnostic;
    if (why.message !== lost) events.onLost(why);
    lost = why.message;
    await events.sleep(wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function refusalOf(source: LogSource, { head }: LogReader, output: ExecOutput): Diagnostic | undefined {
  if (head?.kind === 'denied') return mayNotRead(source, head.log);
  const failed = output.status !== 0 || head === undefined;
  return failed && !source.signal.aborted ? ended(source, output) : undefined;
}

function mayNotRead({ remote, worker, files }: LogSource, log: 'file' | 'journal'): Diagnostic {
  return {
    code: 'SF620',
    severity: 'error',
    message: `the SSH user may not read the log of ${worker} on ${remote.host}`,
    place: { kind: 'host', host: remote.host, worker },
    help:
      log === 'file'
        ? `Set \`ssh.sudo: true\`, or log in as the user whom ${files.logFile} belongs to.`
        : 'Add the user to the group that may read the journal (usermod -a -G systemd-journal USER), or set `ssh.sudo: true`.',
  };
}

function ended({ remote, worker }: LogSource, { status, stderr }: ExecOutput): Diagnostic {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot read the log of ${worker} on ${remote.host}: ${said === '' ? `reading ended with status ${status}` : said}`,
    place: { kind: 'host', host: remote.host, worker },
    help: 'Look at the message of the host: the log is read with journalctl, or with tail, head, stat and awk.',
  };
}
