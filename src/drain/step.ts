import { DECLARABLE_TASKS, type TaskCode } from '../lotus/task.js';
import { heldBlockers, isIntake, tasksToCome, type Blocker } from './blockers.js';
import { smallestChange, type Proposal } from './deadlock.js';
import type { DrainSnapshot } from './snapshot.js';

export type { Blocker, Wait } from './blockers.js';
export type { Proposal } from './deadlock.js';

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
  const proposal = smallestChange(blockers.filter((blocker) => blocker.kind === 'stranded'));
  return {
    disable: snapshot.alive ? switchable.filter((code) => snapshot.enabled.has(code) && !keep.has(code)) : [],
    enable: snapshot.alive ? switchable.filter((code) => keep.has(code) && !snapshot.enabled.has(code)) : [],
    blockers,
    verdict: verdictOf(blockers),
    ...(proposal === undefined ? {} : { proposal }),
  };
}

/** `quiet`: nothing runs, for a restart. `empty`: no sector is left that only this worker can serve. */
export type DrainGoal = 'quiet' | 'empty';

export interface DrainDecision {
  readonly disable: readonly TaskCode[];
  readonly enable: readonly TaskCode[];
  readonly blockers: readonly Blocker[];
  readonly verdict: Verdict;
  /** What would free the sectors that groups hold back. */
  readonly proposal?: Proposal;
}

/** `never`: it cannot end as things are. */
export type Verdict = 'done' | 'working' | 'never';

/** Tasks to leave on: a sector here needs them and nobody else can do them for it. */
function neededHere(snapshot: DrainSnapshot, declared: readonly TaskCode[]): ReadonlySet<TaskCode> {
  const needed = snapshot.held.flatMap((sector) =>
    tasksToCome(sector).filter((code) => !isIntake(code) && !sector.elsewhere.has(code)),
  );
  return new Set(needed.filter((code) => declared.includes(code)));
}

function blockersOf(
  snapshot: DrainSnapshot,
  goal: DrainGoal,
  declared: readonly TaskCode[],
): readonly Blocker[] {
  const unseen: readonly Blocker[] = [
    ...(snapshot.silent ? [{ kind: 'silent' } as const] : []),
    ...(snapshot.unregistered ? [{ kind: 'unregistered' } as const] : []),
    ...(snapshot.elsewhere ? [{ kind: 'elsewhere' } as const] : []),
    ...snapshot.posts.map((task) => ({ kind: 'post', task }) as const),
    ...(snapshot.due === undefined ? [] : [{ kind: 'proof-due', due: snapshot.due } as const]),
  ];
  const isDown = !snapshot.alive && !snapshot.silent && !snapshot.elsewhere;
  const jobs = snapshot.jobs.map((job): Blocker => ({
    kind: snapshot.ended || (isDown && goal === 'empty' && job.state === 'awaited') ? 'lost' : 'job',
    job,
  }));
  const readers = snapshot.readers.map((job): Blocker => ({ kind: 'reader', job }));
  if (goal === 'quiet') return [...unseen, ...jobs.filter(({ kind }) => kind === 'job'), ...readers];
  return [...unseen, ...jobs, ...readers, ...heldBlockers(snapshot, declared)];
}

const HOPELESS: ReadonlySet<Blocker['kind']> = new Set([
  'stranded',
  'away',
  'lost',
  'stays',
  'failed',
  'elsewhere',
]);

function verdictOf(blockers: readonly Blocker[]): Verdict {
  if (blockers.length === 0) return 'done';
  return blockers.some(({ kind }) => HOPELESS.has(kind)) ? 'never' : 'working';
}
