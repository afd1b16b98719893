import {
  ALL_CODES,
  CODE_FAMILIES,
  CODES,
  type CodeFamily,
  codesOf,
  type DiagnosticCode,
} from '../diagnostic/codes.js';
import type { CodeFacts } from '../diagnostic/code-facts.js';
import { severityPaint } from './diagnostics.js';
import type { Style } from './style.js';
import { wrap } from './text.js';

/** Columns of running text: longer lines are hard to follow. */
const TEXT_WIDTH = 100;

/** The long form of some codes, an empty line between. `width` in columns. */
export function formatExplanations(codes: readonly DiagnosticCode[], style: Style, width: number): string {
  return codes.map((code) => formatExplanation(code, style, Math.min(width, TEXT_WIDTH))).join('\n\n');
}

/** All codes with their titles, family by family. */
export function formatCodeList(style: Style, width: number): string {
  const families = CODE_FAMILIES.map((family) => familyLines(family, style, width).join('\n'));
  const hint = wrap('`sealfarm explain SF230` says what a code means, and what to do.', width);
  return [...families, hint.map(style.dim).join('\n')].join('\n\n');
}

interface ExplanationJson extends CodeFacts {
  readonly code: DiagnosticCode;
}

export interface ExplainJson {
  readonly formatVersion: 1;
  readonly codes: readonly ExplanationJson[];
}

/** The same for programs. */
export function explainJson(codes: readonly DiagnosticCode[] = ALL_CODES): ExplainJson {
  return { formatVersion: 1, codes: codes.map((code) => ({ code, ...factsOf(code) })) };
}

/** Without the literal types of the catalogue, in which most codes have no `upstream`. */
export function factsOf(code: DiagnosticCode): CodeFacts {
  return CODES[code];
}

function formatExplanation(code: DiagnosticCode, style: Style, width: number): string {
  const { title, severity, why, remedy, upstream = [] } = factsOf(code);
  const links = upstream.length === 0 ? [] : ['', 'See also:', ...upstream.map((url) => `  ${url}`)];
  return [
    ...wrap(`${severityPaint(severity, style)(`${severity} ${code}`)}: ${style.bold(title)}`, width, '  '),
    '',
    ...wrap(why, width),
    '',
    ...wrap(`What to do: ${remedy}`, width).map((line, index) =>
      index === 0 ? line.replace('What to do:', () => style.green('What to do:')) : line,
    ),
    ...links,
  ].join('\n');
}

function familyLines(family: CodeFamily, style: Style, width: number): readonly string[] {
  const heading = style.bold(`${family.start}xx ${family.title}`);
  return [heading, ...codesOf(family).flatMap((code) => titleLines(code, width))];
}

function titleLines(code: DiagnosticCode, width: number): readonly string[] {
  const start = `  ${code}  `;
  const indent = ' '.repeat(start.length);
  return wrap(factsOf(code).title, width - start.length).map(
    (line, index) => (index === 0 ? start : indent) + line,
  );
}
