import type { SectorDecl, SectorLogEntry } from '../lotus/api.js';
import { FILE_TYPES, type FileType } from '../lotus/file-type.js';
import type { TaskCode } from '../lotus/task.js';
import type { ObservedMiner } from '../observed/observed.js';

/** Milliseconds that jobs took, by task. */
export type Took = ReadonlyMap<TaskCode, readonly number[]>;

interface Work {
  /** Those between the same two events are not told apart. */
  readonly tasks: readonly TaskCode[];
  readonly from: string;
  readonly to: readonly string[];
}

/** The events around each work, one right after the other where nothing failed in between. Lotus: storage/pipeline/fsm.go */
const WORKS: readonly Work[] = [
  { tasks: ['AP'], from: 'AddPiece', to: ['PieceAdded'] },
  { tasks: ['PC1'], from: 'Ticket', to: ['PreCommit1'] },
  { tasks: ['PC2'], from: 'PreCommit1', to: ['PreCommit2'] },
  { tasks: ['C1', 'C2'], from: 'SeedReady', to: ['Committed', 'ProofReady'] },
  { tasks: ['FIN', 'GET'], from: 'ProofReady', to: ['Finalized', 'FinalizedAvailable'] },
  { tasks: ['FIN', 'GET'], from: 'Proving', to: ['Finalized', 'FinalizedAvailable'] },
  { tasks: ['RU'], from: 'Packed', to: ['ReplicaUpdate'] },
  { tasks: ['PR1', 'PR2'], from: 'ReplicaUpdate', to: ['ProveReplicaUpdate'] },
  { tasks: ['FRU'], from: 'ProveReplicaUpdate', to: ['Finalized'] },
];

/** The more sectors, the older they are, and the less they tell of the farm of now. */
const SECTORS = 20;

/** The numbers of the newest sectors in long-term storage: of those that were sealed, and of those that were upgraded by a snap deal. */
export function newestStored({ sectors, storage }: ObservedMiner): readonly number[] {
  const stored = [...sectors].flatMap(([id, held]) => (storage.get(id)?.info.CanStore === true ? held : []));
  return [...new Set([...newestWith('sealed', stored), ...newestWith('update', stored)])];
}

function newestWith(type: FileType, stored: readonly SectorDecl[]): readonly number[] {
  const having = stored.filter(({ SectorFileType }) => (SectorFileType & FILE_TYPES[type]) !== 0);
  const numbers = new Set(having.map(({ Number: number }) => number));
  return [...numbers].sort((one, other) => other - one).slice(0, SECTORS);
}

/** How long the works of sealed sectors took. Their logs hold the waits for a worker, too: only the quicker half of each work counts. */
export function tookBefore(logs: readonly (readonly SectorLogEntry[])[]): Took {
  const steps = logs.flatMap(stepsOf);
  const took = new Map<TaskCode, readonly number[]>();
  for (const { tasks, from, to } of WORKS) {
    const lasted = steps
      .filter((step) => step.from === from && to.includes(step.to))
      .map((step) => step.lasted);
    for (const task of tasks) took.set(task, [...(took.get(task) ?? []), ...lasted]);
  }
  return new Map(
    [...took].flatMap(([task, all]) => {
      const quicker = all.toSorted((one, other) => one - other).slice(0, Math.ceil(all.length / 2));
      return quicker.length === 0 ? [] : [[task, quicker] as const];
    }),
  );
}

interface Step {
  readonly from: string;
  readonly to: string;
  /** Milliseconds, more than none. */
  readonly lasted: number;
}

function stepsOf(log: readonly SectorLogEntry[]): readonly Step[] {
  const events = log.map(({ Kind, Timestamp }) => ({
    name: /^event;sealing\.Sector(\w+)$/.exec(Kind)?.[1] ?? '',
    at: Timestamp * 1000,
  }));
  // A sector that was finalized early is so once more when it is proving, and has nothing to move then.
  const isEarly = events.some(({ name }) => name === 'ProofReady');
  return events.slice(1).flatMap(({ name: to, at }, index) => {
    const { name: from = '', at: begun = NaN } = events[index] ?? {};
    const lasted = at - begun;
    return lasted > 0 && !(isEarly && from === 'Proving') ? [{ from, to, lasted }] : [];
  });
}
