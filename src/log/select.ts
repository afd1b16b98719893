import type { LogEntry, LogRange } from './log.js';

/** Takes all entries of a log up to now, one after the other, and gives those of a range. */
export class RangeOf {
  readonly #range: LogRange;
  #since: boolean;
  #torn: boolean;
  #last: LogEntry[] = [];

  /** @param torn whether the first entry may be only the end of one, and is not counted in */
  constructor(range: LogRange, torn: boolean) {
    this.#range = range;
    this.#since = range.since === undefined;
    this.#torn = torn;
  }

  /** Those that are sure to be in the range; where only the last ones are, that shows in the end. */
  push(entry: LogEntry): readonly LogEntry[] {
    const { since, lines } = this.#range;
    // A line without a time, as of a stack trace, belongs to the one before.
    if (since !== undefined && entry.time !== undefined) this.#since = entry.time >= since;
    const counts = this.#since && !this.#torn;
    this.#torn = false;
    if (!counts) return [];
    if (lines === undefined) return [entry];
    this.#last.push(entry);
    if (this.#last.length >= 2 * lines + 1000) this.#last = lastOf(this.#last, lines);
    return [];
  }

  end(): readonly LogEntry[] {
    const { lines } = this.#range;
    return lines === undefined ? [] : lastOf(this.#last, lines);
  }
}

function lastOf(entries: readonly LogEntry[], count: number): LogEntry[] {
  return count === 0 ? [] : entries.slice(-count);
}
