import { setTimeout as delay } from 'node:timers/promises';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { success, type Result } from '../../diagnostic/result.js';
import type { Farm } from '../../farm/farm.js';
import { workerLayout, type WorkerLayout } from '../../host/layout.js';
import type { LogEntry, LogPosition, LogRange } from '../../log/log.js';
import { mergeByTime } from '../../log/merge.js';
import { redactor } from '../../log/redact.js';
import { observeFarm } from '../../probe/observe-farm.js';
import { followLog, readLog, type LogSource } from '../../probe/read-log.js';
import type { LogLine } from '../../view/log-lines.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { interruptSignal } from '../interrupt.js';
import { loadFarm } from '../load-farm.js';
import { LogOutput } from '../log-output.js';
import { leavingOf, strayWords } from '../leaving.js';
import { resolveTargets } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { openMachines, type Machines } from '../machines.js';

export interface LogsOptions extends GlobalOptions {
  readonly follow?: boolean;
  /** Milliseconds since 1970 */
  readonly since?: number;
  readonly lines?: number | 'all';
}

/** A log of months has gigabytes. */
const DEFAULT_LINES = 100;

/** How long hosts have to end what reads there, before the command ends without them. Milliseconds. */
const GRACE_MS = 3000;

/** Channels of one SSH connection; sshd allows ten by default. */
const MOST_FOLLOWED = 8;

/** Shows the logs of workers, whatever else there is of the farm that can be reached or not. */
export async function logs(names: readonly string[], options: LogsOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const farm = await loadFarm(options.config, terminal);
  if (farm === undefined) return EXIT.badConfig;
  const interrupt = interruptSignal(() => {
    setTimeout(() => process.exit(EXIT.interrupted), GRACE_MS).unref();
  });
  const readerGone = new AbortController();
  // `| head` has what it wanted: that also ends what would go on for ever.
  const onError = (): void => {
    readerGone.abort();
  };
  process.stdout.on('error', onError);
  const machines = await openMachines(farm, terminal.askPassphrase);
  try {
    const signal = AbortSignal.any([interrupt.signal, readerGone.signal]);
    const targets = await logsOf(farm, names, machines);
    const wrong = targets.ok ? tooMany(targets.value, options) : targets.diagnostic;
    if (!targets.ok || wrong !== undefined) {
      terminal.diagnostics(wrong === undefined ? [] : [wrong]);
      return EXIT.usage;
    }
    const code = await show(targets.value, options, machines, terminal, signal);
    return interrupt.signal.aborted ? EXIT.interrupted : code;
  } finally {
    await machines.connections.close();
    process.stdout.off('error', onError);
    interrupt.dispose();
  }
}

interface LogTarget {
  readonly host: string;
  readonly worker: string;
  readonly files: WorkerLayout;
}

/** Hosts are only asked about names that the file does not have: a worker that leaves it still writes. */
async function logsOf(
  farm: Farm,
  names: readonly string[],
  { connections }: Machines,
): Promise<Result<readonly LogTarget[]>> {
  const strays = strayWords(farm, names);
  const declared = resolveTargets(
    farm,
    names.filter((name) => !strays.includes(name)),
  );
  if (!declared.ok) return declared;
  const ofFile = declared.value.map(({ host, worker }) => ({
    host: host.name,
    worker: worker.name,
    files: workerLayout(host, worker),
  }));
  if (strays.length === 0) return success(ofFile);
  const { observation } = await observeFarm(farm, connections, () => undefined);
  const leaving = strays.map((name) => leavingOf(observation, name));
  const unknown = strays.find((_, at) => leaving[at]?.length === 0);
  const strange = unknown === undefined ? undefined : resolveTargets(farm, [unknown]);
  return strange?.ok === false ? strange : success([...ofFile, ...leaving.flat()]);
}

async function show(
  targets: readonly LogTarget[],
  options: LogsOptions,
  { connections, token }: Machines,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const safe = redactor(token.ok ? [token.value] : []);
  const output = new LogOutput(
    targets.map(({ worker }) => worker),
    terminal,
    signal,
  );
  const sources = targets.map(({ host, worker, files }): Reading => {
    const source = { remote: connections.remote(host), worker, files, signal };
    const lineOf = ({ time, text }: LogEntry): LogLine => ({
      host,
      worker,
      ...(time === undefined ? {} : { time }),
      text: safe(text),
    });
    return { source, lineOf };
  });
  const read = await readAll(sources, options, output);
  if (options.follow === true && !signal.aborted)
    await Promise.all(
      read.map(({ source, lineOf, position }) =>
        followLog(source, position, {
          onEntry: (entry) => {
            output.line(lineOf(entry));
          },
          onLost: (why) => {
            output.lost(source.remote.host, why);
          },
          onBack: () => {
            output.back(source.remote.host);
          },
          sleep: (milliseconds) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
        }),
      ),
    );
  return output.end(read.length);
}

interface Reading {
  readonly source: LogSource;
  readonly lineOf: (entry: LogEntry) => LogLine;
}

/** What there is by now: of one worker as it comes, of several in the order of time. Those that could be read go on. */
async function readAll(
  readings: readonly Reading[],
  options: LogsOptions,
  output: LogOutput,
): Promise<readonly (Reading & { readonly position: LogPosition })[]> {
  const range = rangeOf(options);
  const results = await Promise.all(
    readings.map(async (reading) => {
      const lines: LogLine[] = [];
      let count = 0;
      const onEntry = (entry: LogEntry): void => {
        count += 1;
        const line = reading.lineOf(entry);
        if (readings.length === 1) output.line(line);
        else lines.push(line);
      };
      const unended = options.follow !== true;
      const history = await readLog(reading.source, { ...range, unended }, onEntry);
      if (!history.ok) {
        output.say(history.diagnostic);
        return { lines, read: [] };
      }
      const isEmpty = count === 0 && range.since === undefined && range.lines !== 0;
      if (!history.value.exists || isEmpty) output.say(noLog(reading.source, options));
      return { lines, read: [{ ...reading, position: history.value.position }] };
    }),
  );
  for (const line of mergeByTime(results.map(({ lines }) => lines))) output.line(line);
  return results.flatMap(({ read }) => read);
}

function rangeOf({ since, lines }: LogsOptions): LogRange {
  const most = lines ?? (since === undefined ? DEFAULT_LINES : 'all');
  return { ...(since === undefined ? {} : { since }), ...(most === 'all' ? {} : { lines: most }) };
}

function noLog({ remote, worker }: LogSource, { follow }: LogsOptions): Diagnostic {
  return {
    code: 'SF621',
    severity: 'note',
    message: `${worker} has written no log yet${follow === true ? '; waiting for it' : ''}`,
    place: { kind: 'host', host: remote.host, worker },
    help: 'Look whether it runs: sealfarm status. One that somebody else started writes where that was said.',
  };
}

/** Each log that is followed has a channel of the host's one connection. */
function tooMany(targets: readonly LogTarget[], { follow }: LogsOptions): Diagnostic | undefined {
  if (follow !== true) return undefined;
  const host = targets.find(
    ({ host }) => targets.filter((other) => other.host === host).length > MOST_FOLLOWED,
  )?.host;
  if (host === undefined) return undefined;
  return {
    code: 'SF615',
    severity: 'error',
    message: `at most ${MOST_FOLLOWED} workers of one host can be followed at a time, and ${host} has more`,
    help: 'Name the workers to follow.',
  };
}
