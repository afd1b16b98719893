import type { LogEntry } from './log.js';

export interface JournalEntry {
  readonly cursor?: string;
  /** More than one where the message has several lines. */
  readonly entries: readonly LogEntry[];
}

/** A line of `journalctl -o json`. systemd: docs/JOURNAL_EXPORT_FORMATS.md, Journal JSON Format */
export function parseJournalEntry(line: string): JournalEntry {
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: stamp, MESSAGE: message } = fieldsOf(line);
  // In microseconds.
  const time =
    typeof stamp === 'string' && /^\d{1,18}$/.test(stamp) ? { time: Math.floor(Number(stamp) / 1000) } : {};
  return {
    ...(typeof cursor === 'string' ? { cursor } : {}),
    entries: textOf(message)
      .split('\n')
      .map((text) => ({ ...time, text })),
  };
}

/** Nothing of a line that is cut off, as the longest are. */
function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Bytes that are no text come as numbers. */
function textOf(message: unknown): string {
  if (typeof message === 'string') return message.replace(/\r?\n$/, '');
  if (Array.isArray(message) && message.every((byte) => typeof byte === 'number'))
    return Buffer.from(message).toString('utf8');
  return '(an entry that cannot be shown)';
}
