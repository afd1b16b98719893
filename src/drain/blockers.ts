import type { TaskCode } from '../lotus/task.js';
import { deadlock, type Deadlock } from './deadlock.js';
import type { DrainJob, DrainSnapshot, DueProof, HeldSector, SectorLocks } from './snapshot.js';
import { stageOf, type Stage } from './stages.js';

export type Blocker =
  /** A job of the worker itself. */
  | { readonly kind: 'job'; readonly job: DrainJob }
  /** A job that it had and that the miner waits for, while it does not run: its next start returns it as failed, and nothing else does. */
  | { readonly kind: 'lost'; readonly job: DrainJob }
  /** A job elsewhere that reads this worker's files. */
  | { readonly kind: 'reader'; readonly job: DrainJob }
  /** Somebody has locked a sector that lies here, and no job tells why: a task of it waits to be given out. */
  | { readonly kind: 'lock'; readonly lock: SectorLocks }
  /** A sector lies here and goes on by itself. */
  | { readonly kind: 'sector'; readonly sector: HeldSector; readonly waitsFor: Wait }
  | Deadlock
  /** A sector lies here, and C1 and FIN run only here, but the worker does not run. */
  | { readonly kind: 'away'; readonly sector: HeldSector }
  /** A sector lies here for good: this is its long-term storage. */
  | { readonly kind: 'stays'; readonly sector: HeldSector }
  /** A sector lies here that Lotus has given up: it stays until a person removes it. */
  | { readonly kind: 'failed'; readonly sector: HeldSector }
  /** The worker runs and may be given work, but cannot be asked what it takes. */
  | { readonly kind: 'silent' }
  /** It answers, and the miner does not know it any more: what it still does nobody can see. */
  | { readonly kind: 'unregistered' }
  /** The miner gives it work, and it does not run where it should. */
  | { readonly kind: 'elsewhere' }
  /** A proof that the worker computes. */
  | { readonly kind: 'post'; readonly task: TaskCode }
  /** A WindowPoSt is due, and the worker may be given a part of it, or be read from for it, at any moment. */
  | { readonly kind: 'proof-due'; readonly due: DueProof };

/** What a sector that goes on by itself waits for. */
export type Wait =
  | { readonly on: 'job-here'; readonly task: TaskCode }
  | { readonly on: 'job-elsewhere'; readonly task: TaskCode }
  /** Another worker that may take the task has room for it. */
  | { readonly on: 'room-elsewhere'; readonly task: TaskCode }
  /** This worker's own task: nobody else may do it. */
  | { readonly on: 'own-task'; readonly task: TaskCode }
  /** Its other files are on other workers, which do the task. */
  | { readonly on: 'others'; readonly task: TaskCode }
  | { readonly on: 'seed' }
  /** A ticket, a message or an epoch. */
  | { readonly on: 'chain' }
  /** Its pieces. */
  | { readonly on: 'deals' }
  /** Lotus removes files of it. */
  | { readonly on: 'removal' }
  /** It is finished, and somebody still works at it. */
  | { readonly on: 'release' }
  /** The miner does not say, or says what sealfarm does not know. */
  | { readonly on: 'unknown' };

/** Whoever holds the data runs them, and nobody can switch them off. */
const LOCAL: ReadonlySet<TaskCode> = new Set(['FIN', 'FRU']);

/** Nobody fills these up while the intake is off: AddPiece goes to where the first pieces are. Lotus: storage/sealer/manager.go */
const FILLS: ReadonlySet<string> = new Set(['AddPiece', 'Packing', 'SnapDealsAddPiece', 'SnapDealsPacking']);

/**
 * Not full, and so it needs AddPiece once more, for a deal or for what fills it up; and the intake is off. Lotus: storage/pipeline/input.go
 * maybeStartSealing, states_sealing.go handlePacking
 */
const NOT_FULL: ReadonlySet<string> = new Set(['WaitDeals', 'SnapDealsWaitDeals']);

/** The tasks that workers must have switched on for a sector as long as it lies here, in their order. */
export function tasksToCome(sector: HeldSector): readonly TaskCode[] {
  const { on, next } = stageOf(sector) ?? {};
  if (next === undefined || on === 'elsewhere' || LOCAL.has(next)) return [];
  // Where nobody fetches it for PC2, it is still here when its proof is due.
  return next === 'PC2' && !sector.elsewhere.has('PC2') ? ['PC2', 'C2'] : [next];
}

/** Of a worker that shall hold nothing any more. */
export function heldBlockers(snapshot: DrainSnapshot, declared: readonly TaskCode[]): readonly Blocker[] {
  const atWork = new Set([...snapshot.jobs, ...snapshot.readers].map(({ sector }) => sector));
  const locks = snapshot.locks.filter(({ sector }) => !atWork.has(sector));
  return [
    ...locks.map((lock): Blocker => ({ kind: 'lock', lock })),
    ...snapshot.held.flatMap((sector) => heldBlocker(snapshot, sector, declared) ?? []),
  ];
}

/** Undefined where nobody needs its files any more. */
function heldBlocker(
  snapshot: DrainSnapshot,
  sector: HeldSector,
  declared: readonly TaskCode[],
): Blocker | undefined {
  const stage = stageOf(sector);
  if (stage?.on === 'gone') return undefined;
  const isBusy = [...snapshot.jobs, ...snapshot.readers, ...snapshot.locks].some(
    (one) => one.sector === sector.sector,
  );
  // Of a faulty one nobody knows which copy is the good one.
  if (stage?.on === 'end' && sector.copied === true && !isFaulty(sector) && !isBusy) return undefined;
  if (stage?.on === 'end' && !isBusy) return { kind: 'stays', sector };
  if (sector.settled === true && isPastSealing(stage)) return { kind: 'stays', sector };
  if (stage?.on === 'person' && !isBusy) return { kind: 'failed', sector };
  if (snapshot.silent) return { kind: 'sector', sector, waitsFor: waitOf(snapshot, sector, stage) };
  if (!snapshot.alive) return { kind: 'away', sector };
  const missing = missingTask(snapshot, sector, stage, declared);
  return missing === undefined
    ? { kind: 'sector', sector, waitsFor: waitOf(snapshot, sector, stage) }
    : deadlock(sector, missing, snapshot.others);
}

function isFaulty({ state }: HeldSector): boolean {
  return state?.startsWith('Fault') === true;
}

/** What is left for it is done where it lies, and then it is not moved. Lotus: storage/paths/local.go MoveStorage */
function isPastSealing(stage: Stage | undefined): boolean {
  return stage?.next === 'C2' || stage?.next === 'FIN';
}

/** The task for which the sector has nobody: neither this worker nor one that stays. */
function missingTask(
  snapshot: DrainSnapshot,
  sector: HeldSector,
  stage: Stage | undefined,
  declared: readonly TaskCode[],
): TaskCode | undefined {
  const jobs = [...snapshot.jobs, ...snapshot.readers, ...snapshot.proofs];
  if (stage?.next === undefined || jobs.some((job) => job.sector === sector.sector)) return undefined;
  const isLocked = snapshot.locks.some((lock) => lock.sector === sector.sector);
  // What is locked with no job for it waits to be given out; of a full sector, that is not AddPiece.
  const isFilled = NOT_FULL.has(sector.state ?? '') || (FILLS.has(sector.state ?? '') && isLocked);
  if (isFilled && sector.types.includes('unsealed')) return 'AP';
  if (stage.on === 'work' && LOCAL.has(stage.next)) return sector.elsewhere.has('GET') ? undefined : 'GET';
  // Whoever is missing for a later task may be there by then.
  const [code] = tasksToCome(sector);
  if (code === undefined || sector.elsewhere.has(code)) return undefined;
  return isIntake(code) || !declared.includes(code) ? code : undefined;
}

/** Off from the first look on, so that nobody else's sectors come. */
export function isIntake(code: TaskCode): boolean {
  return code === 'PC1' || code === 'RU';
}

/** What is waited for with no job, and no task to do. */
const OF_STAGE: Readonly<Partial<Record<Stage['on'], Wait>>> = {
  deals: { on: 'deals' },
  chain: { on: 'chain' },
  seed: { on: 'seed' },
  removal: { on: 'removal' },
  end: { on: 'release' },
  person: { on: 'release' },
};

function waitOf(snapshot: DrainSnapshot, sector: HeldSector, stage: Stage | undefined): Wait {
  const ofSector = <T extends { readonly sector: string }>(all: readonly T[]): T | undefined =>
    all.find((one) => one.sector === sector.sector);
  const here = ofSector(snapshot.jobs);
  if (here !== undefined) return { on: 'job-here', task: here.task };
  const there = ofSector([...snapshot.readers, ...snapshot.proofs]);
  if (there !== undefined) return { on: 'job-elsewhere', task: there.task };
  if (stage?.on === 'elsewhere' && stage.next !== undefined) return { on: 'others', task: stage.next };
  if (stage?.on === 'work' && stage.next !== undefined) {
    const { next } = stage;
    // C1 locks what it reads, C2 reads nothing.
    const isLocked = ofSector(snapshot.locks) !== undefined;
    if (next === 'C2' && isLocked) return { on: 'own-task', task: 'C1' };
    return { on: sector.elsewhere.has(next) ? 'room-elsewhere' : 'own-task', task: next };
  }
  return (stage === undefined ? undefined : OF_STAGE[stage.on]) ?? { on: 'unknown' };
}

/** Whether something lies on a worker that does not run, or is awaited from it: its next start alone brings that on. */
export function wantsStart(blockers: readonly Blocker[]): boolean {
  return blockers.some(({ kind }) => kind === 'away' || kind === 'lost');
}
