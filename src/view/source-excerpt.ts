import type { SourceRange } from '../diagnostic/diagnostic.js';
import { charWidth, printable } from './text.js';

const TAB = 4;
const ELLIPSIS = '…';

export interface Excerpt {
  /** The line with tabs as blanks, cut around the range where it is too long. */
  readonly text: string;
  /** Blanks and `~` that lie under the range. */
  readonly squiggle: string;
}

/** One column of the terminal: a character, or nothing for the second half of a wide one. */
interface Cell {
  readonly char: string;
  /** Whether it belongs to the range. */
  readonly marked: boolean;
}

/** A source line as it is shown, at most `width` columns wide. */
export function excerpt(range: SourceRange, width: number): Excerpt {
  const cells = cellsOf(range);
  const first = cells.findIndex(({ marked }) => marked);
  const window = cells.length <= width ? { from: 0, to: cells.length } : windowAround(first, cells, width);
  const seen = whole(cells, window);
  const before = window.from > 0;
  const after = window.to < cells.length;
  return {
    text: `${before ? ELLIPSIS : ''}${seen.map(({ char }) => char).join('')}${after ? ELLIPSIS : ''}`.trimEnd(),
    squiggle: `${before ? ' ' : ''}${seen.map(({ marked }) => (marked ? '~' : ' ')).join('')}`.trimEnd(),
  };
}

/** An empty range, such as the end of a line, is marked by one column. */
function cellsOf({ lineText, column, endColumn }: SourceRange): readonly Cell[] {
  const end = Math.max(endColumn, column + 1);
  const cells: Cell[] = [];
  let unit = 1;
  for (const char of printable(lineText)) {
    const marked = unit >= column && unit < end;
    const previous = cells.at(-1);
    const taken = char === '\t' ? TAB - (cells.length % TAB) : charWidth(char);
    if (taken === 0 && previous !== undefined)
      cells[cells.length - 1] = { ...previous, char: previous.char + char };
    else if (char === '\t') cells.push(...Array.from({ length: taken }, () => ({ char: ' ', marked })));
    else cells.push({ char, marked }, ...(taken === 2 ? [{ char: '', marked }] : []));
    unit += char.length;
  }
  return cells.some(({ marked }) => marked) ? cells : [...cells, { char: ' ', marked: true }];
}

/** Half a wide character at either end is a blank. */
function whole(cells: readonly Cell[], { from, to }: { from: number; to: number }): readonly Cell[] {
  const isSecondHalf = (index: number): boolean => cells[index]?.char === '';
  return cells.slice(from, to).map((cell, index) => {
    const isCut = (index === 0 && isSecondHalf(from)) || (from + index === to - 1 && isSecondHalf(to));
    return isCut ? { ...cell, char: ' ' } : cell;
  });
}

/** The range itself comes first; of what is before it, a third of the room. */
function windowAround(first: number, cells: readonly Cell[], width: number): { from: number; to: number } {
  const room = Math.max(1, width - 2 * ELLIPSIS.length);
  const from = Math.max(0, Math.min(first - Math.floor(room / 3), cells.length - room));
  return { from, to: from + room };
}
