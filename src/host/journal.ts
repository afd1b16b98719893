/**
 * One line of a host's journal: that a run began or ended there (neither `step` nor `change`), what became of a step, or that a
 * file was changed.
 */
export interface JournalEntry {
  /** ISO 8601, UTC */
  readonly at: string;
  readonly who: string;
  /** The same in all entries of one command, on every host; the first version wrote none. */
  readonly run?: string;
  /** `apply`, `drain`, `resume`, `rollback` */
  readonly command?: string;
  /** Of the farm's file. */
  readonly commit?: string;
  readonly dirty?: boolean;
  /** The id of a step. */
  readonly step?: string;
  readonly reason?: string;
  readonly outcome?: Outcome;
  /** Why it failed, waits or was left out. */
  readonly why?: string;
  readonly change?: FileChange;
}

const OUTCOMES = ['begun', 'waiting', 'done', 'failed', 'skipped', 'pending', 'interrupted'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** A file before and after, each a sha256, or absent. */
export interface FileChange {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  /** In octal, of the version after. */
  readonly mode: string;
  /** Where the version before was kept, secrets masked. */
  readonly backups: string;
  readonly stamp: string;
}

/** A text that says why is cut to so many characters: one line is one write, which others cannot break into. */
const MOST_WHY = 1000;

export function formatEntry({ why, ...entry }: JournalEntry): string {
  return JSON.stringify({ ...entry, ...(why === undefined ? {} : { why: why.slice(0, MOST_WHY) }) });
}

export interface ReadJournal {
  /** In the order of time; those of the same time as they were written. */
  readonly entries: readonly JournalEntry[];
  /** Lines that are no entry: half written, or somebody else's. */
  readonly unread: number;
}

/** Reads the lines of a journal, in any order; a line that comes twice counts once. */
export function parseJournal(text: string): ReadJournal {
  const lines = [...new Set(text.split('\n').filter((line) => line.trim() !== ''))];
  const entries = lines.flatMap((line) => parseEntry(line) ?? []);
  const inTime = entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return { entries: inTime, unread: lines.length - entries.length };
}

function parseEntry(line: string): JournalEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  const word = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === 'string' ? field : undefined;
  };
  const [at, who] = [word('at'), word('who')];
  if (at === undefined || who === undefined || Number.isNaN(Date.parse(at))) return undefined;
  const outcome = OUTCOMES.find((one) => one === fields.get('outcome'));
  const change = changeOf(word);
  const words = ['run', 'command', 'commit', 'step', 'reason', 'why'].flatMap((name) => {
    const found = word(name);
    return found === undefined ? [] : [[name, found] as const];
  });
  return {
    at,
    who,
    ...Object.fromEntries(words),
    ...(fields.get('dirty') === true ? { dirty: true } : {}),
    ...(outcome === undefined ? {} : { outcome }),
    ...(change === undefined ? {} : { change }),
  };
}

/** A shell wrote it, which has no word for what is not there but `absent`. */
function changeOf(word: (name: string) => string | undefined): FileChange | undefined {
  const [path, backups, stamp = '', mode = ''] = ['path', 'backups', 'stamp', 'mode'].map(word);
  const [before, after] = ['before', 'after'].map(word);
  if (path === undefined || backups === undefined || before === undefined || after === undefined)
    return undefined;
  return {
    path,
    ...(before === 'absent' ? {} : { before }),
    ...(after === 'absent' ? {} : { after }),
    mode,
    backups,
    stamp,
  };
}
