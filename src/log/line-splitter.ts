export interface Line {
  /** Decoded as a whole, so that no character is torn; without its end. */
  readonly text: string;
  /** What it takes in the log, its end included. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;

/** Bytes of a line that are kept. */
export const LONGEST_LINE = 2 ** 20;

/** Makes whole lines of chunks that end anywhere. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #kept = 0;
  #bytes = 0;

  push(chunk: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#hold(chunk.subarray(from, end));
      lines.push(this.#take(1));
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
    return lines;
  }

  /** What came after the last end of a line. */
  rest(): readonly Line[] {
    return this.#bytes === 0 ? [] : [this.#take(0)];
  }

  /** A file without lines, as of a disk that failed, does not fill the memory. */
  #hold(part: Buffer): void {
    const kept = part.subarray(0, LONGEST_LINE - this.#kept);
    if (kept.length > 0) this.#parts.push(kept);
    this.#kept += kept.length;
    this.#bytes += part.length;
  }

  #take(endBytes: number): Line {
    const text = Buffer.concat(this.#parts).toString('utf8');
    const isCut = this.#bytes > this.#kept;
    const line = { text: isCut ? `${text}…` : text.replace(/\r$/, ''), bytes: this.#bytes + endBytes };
    this.#parts = [];
    this.#kept = 0;
    this.#bytes = 0;
    return line;
  }
}
