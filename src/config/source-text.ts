import type { SourceRange } from '../diagnostic/diagnostic.js';
import { showControls } from './wording.js';

/** A text in which offsets become lines and columns. */
export class SourceText {
  readonly text: string;
  readonly #lineStarts: readonly number[];

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  /** The part of `[start, end)` that lies on its first line; columns count UTF-16 units, as editors do. */
  range(start: number, end: number): SourceRange {
    const line = this.#lineAt(start);
    const lineStart = this.lineStart(line);
    const lineText = this.#lineText(line);
    const lastColumn = lineText.length + 1;
    const column = Math.min(start - lineStart + 1, lastColumn);
    const endColumn = Math.max(column, Math.min(end - lineStart + 1, lastColumn));
    return { line, column, endColumn, lineText: showControls(lineText) };
  }

  /** Offset of a line's first character; lines start at 1. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  #lineText(line: number): string {
    const end = line < this.#lineStarts.length ? this.lineStart(line + 1) - 1 : this.text.length;
    return this.text.slice(this.lineStart(line), end).replace(/\r$/, '');
  }

  #lineAt(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}
