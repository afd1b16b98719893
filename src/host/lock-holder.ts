/** Which process it is, and where its number means something. */
export interface ProcessId {
  readonly pid: number;
  /** Host name of the machine on which it runs. */
  readonly machine: string;
  /** Tells machines and containers of one name apart, and before from after a restart; absent where the system says nothing. */
  readonly space?: string;
}

/** Who holds the lock of a host. */
export interface LockHolder {
  /** `alice@laptop` */
  readonly who: string;
  /** ISO 8601, UTC, by the holder's clock. */
  readonly since: string;
  /** The command: `apply`, `drain`, `resume`, `rollback`. */
  readonly why: string;
  /** Drawn for each command that is run, so that nobody gives another one's lock back. */
  readonly run?: string;
  /** Of the farm's file. */
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly process?: ProcessId;
  /** Boot id of the locked host when the lock was taken. */
  readonly boot?: string;
}

/** A lock as it was found on its host. */
export interface SeenLock {
  /** As it stands in the lock; empty where nobody has signed it. */
  readonly text: string;
  /** Absent where the text is in nobody's format. */
  readonly holder?: LockHolder;
  /** Of the lock, in seconds, by the host's own clock. */
  readonly age?: number;
  /** The host's present boot id. */
  readonly boot?: string;
}

/** What is known of a holder's process from here. */
export type ProcessState = 'runs' | 'gone' | 'unknown';

/** What suggests that nobody will give a lock back. Only `process-gone` is certain. */
export type Staleness = 'process-gone' | 'host-restarted' | 'older-than-a-day';

const DAY_SECONDS = 86_400;

/** Undefined for a lock that is no older than its holder's work may be. A holder that runs is never stale, however long it takes. */
export function staleness({ holder, age = 0, boot }: SeenLock, state: ProcessState): Staleness | undefined {
  if (state !== 'unknown') return state === 'gone' ? 'process-gone' : undefined;
  if (holder?.boot !== undefined && boot !== undefined && holder.boot !== boot) return 'host-restarted';
  return age > DAY_SECONDS ? 'older-than-a-day' : undefined;
}

/** One line of JSON; the boot id is added by the host itself. */
export function formatHolder({ who, since, why, run, commit, dirty, process }: LockHolder): string {
  return JSON.stringify({ who, since, why, run, commit, dirty, ...process });
}

/** Reads what a lock holds, also as the first version wrote it: `alice@laptop since TIME: apply`. */
export function parseHolder(text: string): LockHolder | undefined {
  const [, who, since, why] = /^(\S+) since (\S+): (.*)$/.exec(text) ?? [];
  if (who !== undefined && since !== undefined && why !== undefined)
    return isTime(since) ? { who, since, why } : undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? fromJson(value) : undefined;
  } catch {
    return undefined;
  }
}

function fromJson(value: object): LockHolder | undefined {
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  const word = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === 'string' && field !== '' ? field : undefined;
  };
  const [who, since, why, machine] = ['who', 'since', 'why', 'machine'].map(word);
  if (who === undefined || since === undefined || why === undefined || !isTime(since)) return undefined;
  const pid = fields.get('pid');
  const space = word('space');
  const known = Object.fromEntries(['run', 'commit', 'boot'].flatMap((name) => pair(name, word(name))));
  return {
    who,
    since,
    why,
    ...known,
    ...(fields.get('dirty') === true ? { dirty: true } : {}),
    ...(machine === undefined || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1
      ? {}
      : { process: { pid, machine, ...(space === undefined ? {} : { space }) } }),
  };
}

function pair(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/** On one line, whatever somebody wrote into it: `alice@laptop since 12 min (apply, commit 1a2b3c4, process 4711)` */
export function lockWords(lock: SeenLock): string {
  return wordsOf(lock).replace(/\s+/g, ' ');
}

function wordsOf({ holder, text, age }: SeenLock): string {
  if (holder === undefined) return text === '' ? 'somebody unnamed' : text;
  const { who, since, why, commit, dirty, process } = holder;
  const details = [
    why,
    ...(commit === undefined ? [] : [`commit ${commit.slice(0, 7)}${dirty === true ? ' with changes' : ''}`]),
    ...(process === undefined ? [] : [`process ${process.pid}`]),
  ];
  return `${who} since ${age === undefined ? since : ageWords(age)} (${details.join(', ')})`;
}

/** `40 s`, `12 min`, `3 h`, `2 d` */
export function ageWords(seconds: number): string {
  const [size = 1, unit = 's'] =
    (
      [
        [86_400, 'd'],
        [3600, 'h'],
        [60, 'min'],
      ] as const
    ).find(([size]) => seconds >= size) ?? [];
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}
