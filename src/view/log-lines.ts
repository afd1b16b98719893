import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { diagnosticJson, type DiagnosticJson } from './diagnostics.js';
import type { Paint, Style } from './style.js';
import { printable } from './text.js';

/** A line of a worker's log, without secrets and escape sequences. */
export interface LogLine {
  readonly host: string;
  readonly worker: string;
  /** Milliseconds since 1970 */
  readonly time?: number;
  readonly text: string;
}

/**
 * How lines of these workers are shown: as they were written where it is one, else behind `[worker]`, each worker in a
 * colour of its own. A log comes from a host that may be broken: what a terminal would obey is made harmless, and as a
 * log should read the same in a file, it is so everywhere; the colours of Lotus itself are gone already.
 */
export function logLineFormat(workers: readonly string[], style: Style): (line: LogLine) => string {
  const colours: readonly Paint[] = [style.cyan, style.green, style.yellow, style.magenta, style.blue];
  const prefixes = new Map(
    workers.map((worker, index) => [
      worker,
      workers.length === 1 ? '' : `${(colours[index % colours.length] ?? style.bold)(`[${worker}]`)} `,
    ]),
  );
  return ({ worker, text }) => `${prefixes.get(worker) ?? ''}${printable(text)}\n`;
}

export interface LogLineJson {
  readonly type: 'line';
  readonly host: string;
  readonly worker: string;
  /** Missing where nobody knows it. */
  readonly time?: string;
  readonly text: string;
}

export function logLineJson({ host, worker, time, text }: LogLine): LogLineJson {
  const at = time === undefined ? {} : { time: new Date(time).toISOString() };
  return { type: 'line', host, worker, ...at, text };
}

export interface LogLostJson {
  readonly type: 'lost';
  readonly host: string;
  readonly diagnostic: DiagnosticJson;
}

export function logLostJson(host: string, diagnostic: Diagnostic): LogLostJson {
  return { type: 'lost', host, diagnostic: diagnosticJson(diagnostic) };
}

export interface LogBackJson {
  readonly type: 'back';
  readonly host: string;
}

export function logBackJson(host: string): LogBackJson {
  return { type: 'back', host };
}
