import { parseJournalEntry } from './journal-entry.js';
import { LineSplitter, type Line } from './line-splitter.js';
import { timeOf } from './line-time.js';
import { LOG_HEAD, type LogEntry, type LogPosition } from './log.js';

/** What a script says of the log before the log itself. */
export type LogHead = LogPosition | { readonly kind: 'denied'; readonly log: 'file' | 'journal' };

/** Makes entries of what a history or follow script prints, and knows how far it has come. */
export class LogReader {
  readonly #splitter = new LineSplitter();
  #head: LogHead | undefined;
  #cursor: string | undefined;
  #bytes = 0;

  /** Undefined as long as the script has not come to the log. */
  get head(): LogHead | undefined {
    return this.#head;
  }

  /** Behind the last whole line that was read. */
  get position(): LogPosition {
    const head = this.#head;
    if (head === undefined || head.kind === 'denied') return { kind: 'absent' };
    if (head.kind === 'file') return { ...head, offset: head.offset + this.#bytes };
    return head.kind === 'absent' || this.#cursor === undefined ? head : { ...head, cursor: this.#cursor };
  }

  push(chunk: Buffer): readonly LogEntry[] {
    return this.#splitter.push(chunk).flatMap((line) => this.#read(line));
  }

  /** A last line without an end, of a history. The position is still before it. */
  rest(): readonly LogEntry[] {
    return this.#splitter.rest().flatMap((line) => this.#read({ ...line, bytes: 0 }));
  }

  #read({ text, bytes }: Line): readonly LogEntry[] {
    if (this.#head === undefined) {
      this.#head = headOf(text);
      return [];
    }
    if (this.#head.kind === 'journal') {
      const { cursor, entries } = parseJournalEntry(text);
      this.#cursor = cursor ?? this.#cursor;
      return entries;
    }
    this.#bytes += bytes;
    const time = timeOf(text);
    return [{ ...(time === undefined ? {} : { time }), text }];
  }
}

function headOf(line: string): LogHead | undefined {
  const [mark, kind, first = '', second = ''] = line.split(' ');
  if (mark !== LOG_HEAD) return undefined;
  if (kind === 'file') return { kind, inode: first, offset: Number(second) };
  if (kind === 'journal') return { kind, clock: Number(first) };
  if (kind === 'denied') return { kind, log: first === 'file' ? 'file' : 'journal' };
  return kind === 'absent' ? { kind } : undefined;
}
