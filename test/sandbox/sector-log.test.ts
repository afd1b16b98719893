import { expect, it } from 'vitest';
import { kindsOf } from '../../src/sandbox/miner/sector-log.js';

it.each<[before: string, state: string, kinds: readonly string[]]>([
  ['PreCommit1', 'PreCommit2', ['SectorPreCommit1']],
  ['PreCommit2', 'WaitSeed', ['SectorPreCommit2', 'SectorPreCommitBatchSent', 'SectorPreCommitLanded']],
  ['PreCommit1', 'SealPreCommit1Failed', ['SectorSealPreCommit1Failed']],
  ['SealPreCommit1Failed', 'PreCommit1', ['SectorRetrySealPreCommit1']],
  ['SealPreCommit2Failed', 'PreCommit1', ['SectorRetrySealPreCommit1']],
])('the log of a sector that comes from %s into %s has the events of Lotus', (before, state, kinds) => {
  expect(kindsOf(before, state)).toEqual(kinds.map((kind) => `event;sealing.${kind}`));
});
