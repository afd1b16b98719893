/** How a sector comes into a state on its way. Lotus: storage/pipeline/fsm.go */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  AddPiece: ['Start', 'AddPiece'],
  PreCommit1: ['PieceAdded', 'StartPacking', 'Packed', 'Ticket'],
  PreCommit2: ['PreCommit1'],
  WaitSeed: ['PreCommit2', 'PreCommitBatchSent', 'PreCommitLanded'],
  Committing: ['SeedReady'],
  FinalizeSector: ['Committed', 'CommitAggregateSent', 'Proving'],
  Proving: ['Finalized'],
};

/** How it comes back into one that it failed in. */
const RETRIES: Readonly<Record<string, string>> = {
  AddPiece: 'RetryWaitDeals',
  PreCommit1: 'RetrySealPreCommit1',
  PreCommit2: 'RetrySealPreCommit2',
  Committing: 'RetryComputeProof',
  FinalizeSector: 'RetryFinalize',
};

/** The kinds of the entries that Lotus logs when a sector comes from one state into another; it logs events, not states. */
export function kindsOf(before: string, state: string): readonly string[] {
  const retry = before.endsWith('Failed') ? RETRIES[state] : undefined;
  const events = retry === undefined ? (EVENTS[state] ?? [state]) : [retry];
  return events.map((event) => `event;sealing.Sector${event}`);
}
