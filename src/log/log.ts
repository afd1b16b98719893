/** One line of a worker's log. */
export interface LogEntry {
  /** When it was written, in milliseconds since 1970; missing where neither the line nor the journal says. */
  readonly time?: number;
  /** As it was written: with whatever control characters and secrets there are. */
  readonly text: string;
}

/** Which lines of what there is by now; all of them where it says nothing. */
export interface LogRange {
  /** Milliseconds since 1970; only lines from then on. */
  readonly since?: number;
  /** Only so many, the last ones. */
  readonly lines?: number;
}

/** How far a log has been read. */
export type LogPosition =
  | {
      readonly kind: 'file';
      /** Which file it was: a log that was rotated away has another. */
      readonly inode: string;
      /** bytes from its start */
      readonly offset: number;
    }
  | {
      readonly kind: 'journal';
      /** Of the last entry; missing as long as there was none. */
      readonly cursor?: string;
      /** Seconds since 1970, by the host's clock: where reading began. */
      readonly clock: number;
    }
  | { readonly kind: 'absent' };

/** The first line of every answer, behind whatever a login shell has to say. */
export const LOG_HEAD = 'sealfarm-log';
