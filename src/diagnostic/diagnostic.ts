import type { DiagnosticCode } from './codes.js';

/** How much a finding matters: an `error` stops the command, a `warning` and a `note` are only said. */
export type Severity = 'error' | 'warning' | 'note';

/** A stretch of one source line. Lines and columns start at 1; `endColumn` is the first column after it. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** The whole line, so that a view can draw the squiggle without reading the file again. */
  readonly lineText: string;
}

export type Place =
  | { readonly kind: 'file'; readonly file: string; readonly range?: SourceRange }
  | { readonly kind: 'host'; readonly host: string; readonly worker?: string; readonly path?: string };

/** The one way to say what is wrong, where, and what to do about it. */
export interface Diagnostic {
  /** `SF` and three digits, listed in `codes.ts`. */
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** One sentence, without a secret in it. */
  readonly message: string;
  readonly place?: Place;
  /** What to do, as an instruction a person can follow. */
  readonly help?: string;
}

/** The same, with one more thing to do. */
export function withHelp(why: Diagnostic, help: string): Diagnostic {
  return { ...why, help: `${why.help ?? ''} ${help}`.trim() };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}
