import type { PipelineTask } from '../lotus/selector.js';

/** Where a sector is on its way; WaitSeed is the 150 epochs between PC2 and C1. */
export type PipelineStep = PipelineTask | 'WaitSeed' | 'done';

interface StepFacts {
  /** Lotus's name for it, as `SectorsStatus` says it. Lotus: storage/pipeline/sector_state.go */
  readonly state: string;
  readonly next: PipelineStep;
  /** Where a sector goes on after a failure here. */
  readonly failedState: string;
  readonly again: PipelineStep;
}

/** A sector's way from nothing to long-term storage. Lotus: storage/pipeline/fsm.go */
export const STEPS: Readonly<Record<PipelineStep, StepFacts>> = {
  AP: { state: 'AddPiece', next: 'PC1', failedState: 'AddPieceFailed', again: 'AP' },
  PC1: { state: 'PreCommit1', next: 'PC2', failedState: 'SealPreCommit1Failed', again: 'PC1' },
  PC2: { state: 'PreCommit2', next: 'WaitSeed', failedState: 'SealPreCommit2Failed', again: 'PC2' },
  WaitSeed: { state: 'WaitSeed', next: 'C1', failedState: 'WaitSeed', again: 'WaitSeed' },
  C1: { state: 'Committing', next: 'C2', failedState: 'ComputeProofFailed', again: 'C1' },
  C2: { state: 'Committing', next: 'FIN', failedState: 'ComputeProofFailed', again: 'C1' },
  FIN: { state: 'FinalizeSector', next: 'GET', failedState: 'FinalizeFailed', again: 'FIN' },
  GET: { state: 'FinalizeSector', next: 'done', failedState: 'FinalizeFailed', again: 'FIN' },
  done: { state: 'Proving', next: 'done', failedState: 'Proving', again: 'done' },
};

/** How often PC2 may fail after one PC1. Lotus: storage/pipeline/states_failed.go handleSealPrecommit2Failed */
const PC2_FAILURES = 3;

/** Where a sector goes on whose step failed; what comes of PC1 may be lost, and is made again. @param pc2Failures since PC1 */
export function stepAgain(step: PipelineStep, pc2Failures: number): PipelineStep {
  return step === 'PC2' && pc2Failures > PC2_FAILURES ? 'PC1' : STEPS[step].again;
}
