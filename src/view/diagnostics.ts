import type { Diagnostic, Place, Severity, SourceRange } from '../diagnostic/diagnostic.js';
import { unreachable } from '../diagnostic/unreachable.js';
import { foldAlike } from './alike-diagnostics.js';
import { excerpt } from './source-excerpt.js';
import type { Paint, Style } from './style.js';
import { printable, wrap } from './text.js';
import { count, someNames } from './words.js';

/** A source line wider than this is cut around what is meant. */
const SOURCE_WIDTH = 100;

/**
 * What is wrong, where, and what to do; without a line feed at its end. `width` in columns.
 * @param others names of those that have the same
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  style: Style,
  width = Infinity,
  others: readonly string[] = [],
): string {
  const { code, severity, message, place, help } = diagnostic;
  const head = `${severityPaint(severity, style)(`${severity} ${code}`)}: ${style.bold(printable(message))}`;
  return [
    ...wrap(head, width, '  '),
    ...(place === undefined ? [] : placeLines(place, style, severityPaint(severity, style), width)),
    ...(others.length === 0 ? [] : wrap(`  ${likewiseWords(others)}`, width, '    ')),
    ...(help === undefined ? [] : helpLines(help, style, width)),
  ].join('\n');
}

/** One after the other with an empty line between, those that are alike as one; empty for none. */
export function formatDiagnostics(list: readonly Diagnostic[], style: Style, width = Infinity): string {
  return foldAlike(list)
    .map(({ first, others }) => formatDiagnostic(first, style, width, others))
    .join('\n\n');
}

/** Who else has the same: `likewise host-[2-300]`. */
export function likewiseWords(others: readonly string[]): string {
  return `likewise ${printable(someNames(others))}`;
}

/** `2 errors, 1 warning`; `no problems` for none. */
export function summaryLine(list: readonly Diagnostic[]): string {
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const number = list.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [count(number, severity)];
  });
  return counts.length === 0 ? 'no problems' : counts.join(', ');
}

export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place?: Readonly<Record<string, string | number>>;
  readonly help?: string;
}

/** The same for machines. The source line is left out: who reads this has the file. */
export function diagnosticsJson(list: readonly Diagnostic[]): readonly DiagnosticJson[] {
  return list.map(diagnosticJson);
}

/** A whole document, or the last line of several. */
export interface DiagnosticsDocument {
  readonly type: 'diagnostics';
  readonly diagnostics: readonly DiagnosticJson[];
}

export function diagnosticsDocument(list: readonly Diagnostic[]): DiagnosticsDocument {
  return { type: 'diagnostics', diagnostics: diagnosticsJson(list) };
}

export function diagnosticJson({ code, severity, message, place, help }: Diagnostic): DiagnosticJson {
  return {
    code,
    severity,
    message,
    ...(place === undefined ? {} : { place: placeJson(place) }),
    ...(help === undefined ? {} : { help }),
  };
}

function placeJson(place: Place): Readonly<Record<string, string | number>> {
  if (place.kind === 'host') return place;
  const { file, range } = place;
  if (range === undefined) return { kind: 'file', file };
  return { kind: 'file', file, line: range.line, column: range.column, endColumn: range.endColumn };
}

export function severityPaint(severity: Severity, style: Style): Paint {
  switch (severity) {
    case 'error':
      return style.red;
    case 'warning':
      return style.yellow;
    case 'note':
      return style.cyan;
    default:
      return unreachable(severity);
  }
}

/** `sealfarm.yaml:12:7`, `host-1 worker-1 /mnt/x` */
function placeWords(place: Place): string {
  if (place.kind === 'host')
    return [place.host, place.worker, place.path].filter((part) => part !== undefined).join(' ');
  return place.range === undefined ? place.file : `${place.file}:${place.range.line}:${place.range.column}`;
}

function placeLines(place: Place, style: Style, paint: Paint, width: number): readonly string[] {
  const where = `  ${style.cyan(printable(placeWords(place)))}`;
  if (place.kind === 'host' || place.range === undefined) return [where];
  return [where, ...sourceLines(place.range, style, paint, width)];
}

function sourceLines(range: SourceRange, style: Style, paint: Paint, width: number): readonly string[] {
  const number = String(range.line).padStart(4);
  const { text, squiggle } = excerpt(range, Math.min(width, SOURCE_WIDTH) - number.length - 4);
  return [
    ` ${style.dim(`${number} |`)} ${text}`.trimEnd(),
    ` ${style.dim(`${' '.repeat(number.length)} |`)} ${paint(squiggle)}`,
  ];
}

/** Further lines, such as the end of a log, stay lines of their own. */
function helpLines(help: string, style: Style, width: number): readonly string[] {
  const [first = '', ...others] = printable(help).split('\n');
  const [start = '', ...more] = wrap(`  help: ${first}`, width, ' '.repeat(8));
  return [
    start.replace('help:', () => style.green('help:')),
    ...more,
    ...others.map((line) => `        ${line}`),
  ];
}
