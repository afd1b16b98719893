import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import type { DrainJob, DrainSnapshot, HeldSector } from './snapshot.js';

/**
 * One look at a worker that shall come to rest: what to switch now, what still blocks, and whether it can end.
 *
 *            every observation                         no job, no reader, and for `empty` no sector
 *   ┌─────────────┐   intake off   ┌──────────────┐   here needs PC2 or C2   ┌────────────┐        ┌──────┐
 *   │   serving   ├───────────────▶│  finishing   ├─────────────────────────▶│  waiting   ├───────▶│ done │
 *   └─────────────┘                └──────┬───────┘  all switchable tasks    └─────┬──────┘        └──────┘
 *                                         │           off; C1 FIN GET stay on      │
 *                                         └───────── a sector nobody may take ─────┴─────▶ never
 *
 * Lotus keeps C1, FIN and GET on always, and runs them only where the data is.
 */
export function drainStep(
  snapshot: DrainSnapshot,
  goal: DrainGoal,
  declared: readonly TaskCode[],
): DrainDecision {
  const keep = goal === 'quiet' ? new Set<TaskCode>() : neededHere(snapshot, declared);
  const switchable = DECLARABLE_TASKS.filter((task) => task.switchable).map(({ code }) => code);
  const blockers = blockersOf(snapshot, goal, declared);
  return {
    disable: snapshot.alive ? switchable.filter((code) => snapshot.enabled.has(code) && !keep.has(code)) : [],
    enable: snapshot.alive ? switchable.filter((code) => keep.has(code) && !snapshot.enabled.has(code)) : [],
    blockers,
    verdict: verdictOf(blockers),
  };
}

/** `quiet`: nothing runs, for a restart. `empty`: no sector is left that only this worker can serve. */
export type DrainGoal = 'quiet' | 'empty';

export interface DrainDecision {
  readonly disable: readonly TaskCode[];
  readonly enable: readonly TaskCode[];
  readonly blockers: readonly Blocker[];
  readonly verdict: Verdict;
}

/** `never`: it cannot end as things are. */
export type Verdict = 'done' | 'working' | 'never';

export type Blocker =
  /** A job of the worker itself. */
  | { readonly kind: 'job'; readonly job: DrainJob }
  /** A job elsewhere that reads this worker's files. */
  | { readonly kind: 'reader'; readonly job: DrainJob }
  /** A sector lies here and goes on by itself. */
  | { readonly kind: 'sector'; readonly sector: HeldSector }
  /** A sector lies here whose next task no live worker may take. */
  | { readonly kind: 'stranded'; readonly sector: HeldSector; readonly task: TaskCode }
  /** A sector lies here, and C1 and FIN run only here, but the worker does not run. */
  | { readonly kind: 'away'; readonly sector: HeldSector }
  /** A finished sector lies here for good: this is its long-term storage. */
  | { readonly kind: 'stays'; readonly sector: HeldSector }
  /** The worker runs and may be given work, but cannot be asked what it takes. */
  | { readonly kind: 'silent' }
  /** The miner gives it work, and it does not run where it should. */
  | { readonly kind: 'elsewhere' };

/** States of a sector whose PreCommit2 is still to come. Lotus: storage/pipeline/sector_state.go */
const BEFORE_PRECOMMIT2: ReadonlySet<string> = new Set([
  'PreCommit1', 'PreCommit2', 'SealPreCommit1Failed', 'SealPreCommit2Failed',
]); // prettier-ignore

/** States of a sector that has data but no PreCommit1 begun. */
const BEFORE_PRECOMMIT1: ReadonlySet<string> = new Set(['AddPiece', 'WaitDeals', 'Packing', 'GetTicket']);

/** States after the proof: C2 is behind the sector. */
const AFTER_COMMIT2: ReadonlySet<string> = new Set([
  'SubmitCommit', 'SubmitCommitAggregate', 'CommitWait', 'CommitAggregateWait', 'FinalizeSector', 'FinalizeFailed', 'Proving', 'Available',
]); // prettier-ignore

/** States of a sector that has come to its end. */
const FINISHED: ReadonlySet<string> = new Set(['Proving', 'Available']);

/** The next task that needs a worker with that task switched on; undefined when none does or the state is not known. */
function nextTask(sector: HeldSector): TaskCode | undefined {
  const { state, types } = sector;
  if (state === undefined || AFTER_COMMIT2.has(state)) return undefined;
  if (types.includes('update')) return 'PR2';
  if (BEFORE_PRECOMMIT1.has(state)) return 'PC1';
  // PreCommit1 takes its input from anywhere; only its output is bound to this place.
  if (BEFORE_PRECOMMIT2.has(state)) return types.includes('cache') ? 'PC2' : 'PC1';
  return 'C2';
}

/** Tasks to leave on: a sector here needs them and nobody else can do them for it. */
function neededHere(snapshot: DrainSnapshot, declared: readonly TaskCode[]): ReadonlySet<TaskCode> {
  const needed = snapshot.held.flatMap((sector) => {
    const code = nextTask(sector);
    return code === undefined || code === 'PC1' || sector.elsewhere.has(code) ? [] : [code];
  });
  return new Set(needed.filter((code) => declared.includes(code)));
}

function blockersOf(
  snapshot: DrainSnapshot,
  goal: DrainGoal,
  declared: readonly TaskCode[],
): readonly Blocker[] {
  const unseen: readonly Blocker[] = [
    ...(snapshot.silent ? [{ kind: 'silent' } as const] : []),
    ...(snapshot.elsewhere ? [{ kind: 'elsewhere' } as const] : []),
  ];
  const jobs = snapshot.jobs.map((job): Blocker => ({ kind: 'job', job }));
  const readers = snapshot.readers.map((job): Blocker => ({ kind: 'reader', job }));
  if (goal === 'quiet') return [...unseen, ...jobs, ...readers];
  const busy = new Set([...snapshot.jobs, ...snapshot.readers].map(({ sector }) => sector));
  return [
    ...unseen,
    ...jobs,
    ...readers,
    ...snapshot.held.map((sector) => heldBlocker(snapshot, sector, declared, busy)),
  ];
}

function heldBlocker(
  snapshot: DrainSnapshot,
  sector: HeldSector,
  declared: readonly TaskCode[],
  busy: ReadonlySet<string>,
): Blocker {
  const finished = sector.state !== undefined && FINISHED.has(sector.state);
  if (finished && !busy.has(sector.sector)) return { kind: 'stays', sector };
  if (snapshot.silent) return { kind: 'sector', sector };
  if (!snapshot.alive) return { kind: 'away', sector };
  const code = nextTask(sector);
  if (code === undefined || busy.has(sector.sector) || sector.elsewhere.has(code))
    return { kind: 'sector', sector };
  const doneHere = code !== 'PC1' && declared.includes(code);
  return doneHere ? { kind: 'sector', sector } : { kind: 'stranded', sector, task: code };
}

const HOPELESS: ReadonlySet<Blocker['kind']> = new Set(['stranded', 'away', 'stays', 'elsewhere']);

function verdictOf(blockers: readonly Blocker[]): Verdict {
  if (blockers.length === 0) return 'done';
  return blockers.some(({ kind }) => HOPELESS.has(kind)) ? 'never' : 'working';
}
