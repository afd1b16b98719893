import type { Paint, Style } from './style.js';
import { chop, printable } from './text.js';

/** How the lines of a plan's steps are put on a page. */
export interface PlanLines {
  /** A step's own line. */
  readonly head: (line: string) => string;
  /** What stands around it. */
  readonly plain: (line: string) => string;
  /** One line of a unified diff. */
  readonly diff: (line: string, indent: string, view: DiffView) => readonly string[];
}

interface DiffView {
  readonly style: Style;
  readonly width: number;
}

/** Lines of a unified diff, in their place below a step. The paths they begin with stay whole, so that they can be copied. */
export function diffLines(
  diff: string,
  indent: string,
  { style, width }: DiffView,
  { diff: put }: PlanLines,
): readonly string[] {
  const lines = printable(diff.replaceAll('\t', '  ')).trimEnd().split('\n');
  return lines.flatMap((line, index) => put(line, indent, { style, width: index < 2 ? Infinity : width }));
}

export const TERMINAL_LINES: PlanLines = {
  head: (line) => line,
  plain: (line) => line,
  diff: (line, indent, { style, width }) => {
    const paint = diffPaint(line, style);
    const [first = '', ...others] = chop(line, width - indent.length);
    const rest = chop(others.join(''), width - indent.length - 2);
    return [
      `${indent}${paint(first.trimEnd())}`.trimEnd(),
      ...rest.map((part) => `${indent}  ${paint(part.trimEnd())}`),
    ];
  },
};

function diffPaint(line: string, style: Style): Paint {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return style.bold;
  if (line.startsWith('+')) return style.green;
  if (line.startsWith('-')) return style.red;
  return line.startsWith('@') ? style.cyan : (text) => text;
}
