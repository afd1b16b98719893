import type { FileType } from '../lotus/file-type.js';
import type { TaskCode } from '../lotus/task.js';

/** Where a sector stands in the miner's pipeline, as far as whoever holds its files minds. */
export interface Stage {
  /**
   * What it waits for now. `work`: the task `next`. `elsewhere`: the same, where its other files are. `removal`: Lotus
   * removes files by itself. `person`: nothing goes on until somebody removes it. `end`: nothing, it is finished.
   * `gone`: nothing, and nobody needs its files any more.
   */
  readonly on: 'deals' | 'chain' | 'seed' | 'work' | 'elsewhere' | 'removal' | 'person' | 'end' | 'gone';
  /** The next task it will need a worker for; absent where none is to come. */
  readonly next?: TaskCode;
}

const to = (on: Stage['on'], next?: TaskCode): Stage => (next === undefined ? { on } : { on, next });

/** Every state but those whose next task its files decide. Lotus: storage/pipeline/sector_state.go, fsm.go, states_failed.go */
const STAGES: Readonly<Record<string, Stage>> = {
  Empty: to('deals', 'PC1'),
  ReceiveSector: to('chain'),
  WaitDeals: to('deals', 'PC1'),
  AddPiece: to('deals', 'PC1'),
  AddPieceFailed: to('deals', 'PC1'),
  Packing: to('deals', 'PC1'),
  GetTicket: to('chain', 'PC1'),
  // Whatever lies there of an earlier try, the sector begins anew.
  SealPreCommit1Failed: to('work', 'PC1'),

  PreCommitting: to('chain', 'C2'),
  SubmitPreCommitBatch: to('chain', 'C2'),
  PreCommitBatchWait: to('chain', 'C2'),
  PreCommitWait: to('chain', 'C2'),
  PreCommitFailed: to('chain', 'C2'),
  WaitSeed: to('seed', 'C2'),
  Committing: to('work', 'C2'),
  ComputeProofFailed: to('work', 'C2'),
  RemoteCommitFailed: to('work', 'C2'),
  CommitFailed: to('chain', 'C2'),

  CommitFinalize: to('work', 'FIN'),
  CommitFinalizeFailed: to('work', 'FIN'),
  SubmitCommit: to('chain', 'FIN'),
  SubmitCommitAggregate: to('chain', 'FIN'),
  CommitWait: to('chain', 'FIN'),
  CommitAggregateWait: to('chain', 'FIN'),
  FinalizeSector: to('work', 'FIN'),
  FinalizeFailed: to('work', 'FIN'),

  Proving: to('end'),
  Available: to('end'),
  Faulty: to('end'),
  FaultReported: to('end'),
  FaultedFinal: to('end'),

  SnapDealsWaitDeals: to('deals', 'RU'),
  SnapDealsAddPiece: to('deals', 'RU'),
  SnapDealsAddPieceFailed: to('deals', 'RU'),
  SnapDealsPacking: to('deals', 'RU'),
  UpdateReplica: to('work', 'RU'),
  ProveReplicaUpdate: to('work', 'PR2'),
  SubmitReplicaUpdate: to('chain', 'FRU'),
  WaitMutable: to('chain', 'FRU'),
  ReplicaUpdateWait: to('chain', 'FRU'),
  FinalizeReplicaUpdate: to('work', 'FRU'),
  FinalizeReplicaUpdateFailed: to('work', 'FRU'),
  UpdateActivating: to('chain'),
  ReleaseSectorKey: to('removal'),
  ReleaseSectorKeyFailed: to('removal'),
  AbortUpgrade: to('removal'),
  SnapDealsDealsExpired: to('removal'),
  SnapDealsRecoverDealIDs: to('chain', 'RU'),

  RecoverDealIDs: to('chain'),
  PackingFailed: to('removal'),
  DealsExpired: to('removal'),
  Terminating: to('chain'),
  TerminateWait: to('chain'),
  TerminateFinality: to('chain'),
  TerminateFailed: to('chain'),
  Removing: to('removal'),
  RemoveFailed: to('removal'),
  Removed: to('gone'),
  FailedUnrecoverable: to('person'),
};

/** For these tasks Lotus goes to where such files are, or takes them from there. Lotus: storage/sealer/manager.go */
const INPUT: ReadonlyMap<TaskCode, readonly FileType[]> = new Map([
  ['PC2', ['sealed', 'cache']],
  ['FIN', ['sealed', 'cache']],
  ['FRU', ['update', 'update-cache']],
]);

/**
 * What a sector with these files here comes to next; undefined while the miner does not name its state, or names one
 * that sealfarm does not know: of such a sector nothing is claimed.
 */
export function stageOf(sector: {
  readonly state?: string;
  readonly types: readonly FileType[];
}): Stage | undefined {
  const stage = byState(sector);
  if (stage?.on !== 'work' || stage.next === undefined) return stage;
  const input = INPUT.get(stage.next);
  const isHere = input === undefined || input.some((type) => sector.types.includes(type));
  return isHere ? stage : to('elsewhere', stage.next);
}

function byState({
  state,
  types,
}: {
  readonly state?: string;
  readonly types: readonly FileType[];
}): Stage | undefined {
  switch (state) {
    case undefined:
      return undefined;
    case 'PreCommit1':
      // PreCommit1 takes its input from anywhere; only its output is bound to a place.
      return to('work', types.includes('cache') ? 'PC2' : 'PC1');
    case 'PreCommit2':
    case 'SealPreCommit2Failed':
      return to('work', 'PC2');
    case 'ReplicaUpdateFailed':
      return to('chain', types.includes('update') ? 'PR2' : 'RU');
    default:
      return Object.hasOwn(STAGES, state) ? STAGES[state] : undefined;
  }
}
