import type { JournalEntry, Outcome } from './journal.js';

/** `unfinished`: it began and nobody noted its end; it still runs, or was cut off. */
export type RunOutcome = 'done' | 'failed' | 'pending' | 'interrupted' | 'unfinished';

/** One command that changed hosts, over all of them. */
export interface HistoryRun {
  /** Absent for what the first version did, of which entries of one day and person are taken together. */
  readonly run?: string;
  readonly who: string;
  readonly command?: string;
  readonly commit?: string;
  readonly dirty?: boolean;
  /** Of the first entry and the last. */
  readonly began: string;
  readonly ended: string;
  readonly outcome: RunOutcome;
  readonly hosts: readonly RunOnHost[];
}

export interface RunOnHost {
  readonly host: string;
  readonly outcome: RunOutcome;
  /** Ids of steps. */
  readonly done: readonly string[];
  readonly failed: readonly StepWhy[];
  readonly skipped: readonly StepWhy[];
  /** What was waited for and came to no end. */
  readonly waiting: readonly StepWhy[];
  /** Paths of files. */
  readonly changed: readonly string[];
  /** The number by which `sealfarm rollback` brings back what this run changed; absent where there is no version before. */
  readonly to?: number;
}

export interface StepWhy {
  readonly step: string;
  readonly why?: string;
}

/**
 * The runs that journals tell of, in the order in which they began.
 * @param restorable whether an entry is of a file that can be brought back
 */
export function historyOf(
  journals: ReadonlyMap<string, readonly JournalEntry[]>,
  restorable: (host: string, entry: JournalEntry) => boolean,
): readonly HistoryRun[] {
  const numbers = new Map(
    [...journals].map(([host, entries]) => [
      host,
      rollbackNumbers(entries, (entry) => restorable(host, entry)),
    ]),
  );
  const all = [...journals].flatMap(([host, entries]) => entries.map((entry) => ({ host, entry })));
  const runs = grouped(all, ({ entry }) => keyOf(entry));
  return [...runs]
    .map(([key, found]) => {
      const hosts = [...grouped(found, ({ host }) => host)].map(([host, own]) =>
        onHost(
          host,
          own.map(({ entry }) => entry),
          numbers.get(host)?.get(key),
        ),
      );
      return runOf(
        found.map(({ entry }) => entry),
        hosts,
      );
    })
    .sort((a, b) => Date.parse(a.began) - Date.parse(b.began));
}

/** Of each run with files that can be brought back, counted from the newest: 1. */
export function rollbackNumbers(
  entries: readonly JournalEntry[],
  restorable: (entry: JournalEntry) => boolean,
): ReadonlyMap<string, number> {
  const keys = [...new Set(entries.filter(restorable).map(keyOf).reverse())];
  return new Map(keys.map((key, index) => [key, index + 1]));
}

/** Which run an entry belongs to. */
export function keyOf({ run, who, commit = '', at }: JournalEntry): string {
  return run ?? `${at.slice(0, 10)} ${who} ${commit}`;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function runOf(entries: readonly JournalEntry[], hosts: readonly RunOnHost[]): HistoryRun {
  const times = entries.map(({ at }) => at).sort((a, b) => Date.parse(a) - Date.parse(b));
  const [{ run, who, command, commit, dirty }] = entries as readonly [JournalEntry, ...JournalEntry[]];
  return {
    ...(run === undefined ? {} : { run }),
    who,
    ...(command === undefined ? {} : { command }),
    ...(commit === undefined ? {} : { commit }),
    ...(dirty === undefined ? {} : { dirty }),
    began: times[0] ?? '',
    ended: times.at(-1) ?? '',
    outcome: worst(hosts.map(({ outcome }) => outcome)),
    hosts: [...hosts].sort((a, b) => (a.host < b.host ? -1 : 1)),
  };
}

const WORST_FIRST = ['unfinished', 'failed', 'interrupted', 'pending'] as const;

function worst(outcomes: readonly RunOutcome[]): RunOutcome {
  return WORST_FIRST.find((one) => outcomes.includes(one)) ?? 'done';
}

function onHost(host: string, entries: readonly JournalEntry[], to: number | undefined): RunOnHost {
  /** What was noted last of each step counts; that of the run as a whole is under ''. */
  const last = new Map<string, JournalEntry>();
  for (const entry of entries) if (entry.outcome !== undefined) last.set(entry.step ?? '', entry);
  const whole = last.get('')?.outcome;
  const withOutcome = (...wanted: readonly Outcome[]): readonly StepWhy[] =>
    [...last].flatMap(([step, { outcome, why }]) =>
      step === '' || outcome === undefined || !wanted.includes(outcome)
        ? []
        : [{ step, ...(why === undefined ? {} : { why }) }],
    );
  const [failed, skipped, waiting] = [
    withOutcome('failed'),
    withOutcome('skipped'),
    withOutcome('begun', 'waiting'),
  ];
  const own = whole === 'begun' || waiting.length > 0 ? 'unfinished' : whole;
  const pending = withOutcome('pending');
  const ended = failed.length + skipped.length > 0 ? 'failed' : pending.length > 0 ? 'pending' : 'done';
  return {
    host,
    outcome: own === 'unfinished' || own === 'interrupted' ? own : ended,
    done: withOutcome('done').map(({ step }) => step),
    failed,
    skipped,
    waiting: [...waiting, ...pending],
    changed: [...new Set(entries.flatMap(({ change }) => change?.path ?? []))],
    ...(to === undefined ? {} : { to }),
  };
}
