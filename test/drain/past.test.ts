import { describe, expect, it } from 'vitest';
import { newestStored, tookBefore } from '../../src/drain/past.js';
import type { SectorLogEntry } from '../../src/lotus/api.js';
import { FILE_TYPES, type FileType } from '../../src/lotus/file-type.js';
import { aFarm, aHost, aStorage, aWorker } from '../support/farm.js';
import { inPlace } from '../support/observation.js';

type Told = readonly (readonly [minute: number, event: string])[];

function log(...told: Told): readonly SectorLogEntry[] {
  return told.map(([minute, event]) => ({
    Kind: event.includes(';') || event === 'truncate' ? event : `event;sealing.Sector${event}`,
    Timestamp: 1_700_000_000 + minute * 60,
  }));
}

/** In minutes. */
function took(...logs: readonly Told[]): Readonly<Record<string, readonly number[]>> {
  const known = tookBefore(logs.map((told) => log(...told)));
  return Object.fromEntries([...known].map(([code, all]) => [code, all.map((one) => one / 60_000)]));
}

describe('how long works took before', () => {
  it('each from the event that begins it to the one that ends it', () => {
    const life: Told = [
      [0, 'StartPacking'], [1, 'Packed'], [2, 'Ticket'], [202, 'PreCommit1'], [232, 'PreCommit2'],
      [240, 'PreCommitBatchSent'], [245, 'PreCommitLanded'], [320, 'SeedReady'], [340, 'Committed'],
      [350, 'CommitAggregateSent'], [360, 'Proving'], [367, 'Finalized'],
    ]; // prettier-ignore
    expect(took(life)).toEqual({ PC1: [200], PC2: [30], C1: [20], C2: [20], FIN: [7], GET: [7] });
  });

  it('of a miner that finalizes early, and of snap deals', () => {
    // It is finalized once more when it is proving, and then nothing is left to do.
    const early: Told = [
      [0, 'SeedReady'], [20, 'ProofReady'], [26, 'Finalized'], [30, 'CommitSubmitted'], [90, 'Proving'], [91, 'FinalizedAvailable'],
    ]; // prettier-ignore
    const snap: Told = [
      [0, 'Packed'], [90, 'ReplicaUpdate'], [150, 'ProveReplicaUpdate'], [155, 'Finalized'],
    ]; // prettier-ignore
    expect(took(early)).toEqual({ C1: [20], C2: [20], FIN: [6], GET: [6] });
    expect(took(snap)).toEqual({ RU: [90], PR1: [60], PR2: [60], FRU: [5] });
  });

  it('not of what failed in between', () => {
    const tries: Told = [
      [0, 'Ticket'], [100, 'SealPreCommit1Failed'], [101, 'RetrySealPreCommit1'], [301, 'PreCommit1'],
    ]; // prettier-ignore
    expect(took(tries)).toEqual({});
  });

  it('of pieces, and of sectors that need no trimming any more', () => {
    const pieces: Told = [[0, 'AddPiece'], [3, 'PieceAdded'], [9, 'Proving'], [11, 'FinalizedAvailable']]; // prettier-ignore
    expect(took(pieces)).toEqual({ AP: [3], FIN: [2], GET: [2] });
  });

  it('not where something of the log is missing, or clocks were set', () => {
    const cut: Told = [[0, 'Ticket'], [1, 'truncate'], [9, 'PreCommit1']]; // prettier-ignore
    const back: Told = [[9, 'Ticket'], [9, 'PreCommit1'], [3, 'PreCommit2']]; // prettier-ignore
    const other: Told = [[0, 'event;other.Ticket'], [9, 'PreCommit1']]; // prettier-ignore
    const longer: Told = [[0, 'event;sealing.SectorTicket;x'], [9, 'PreCommit1']]; // prettier-ignore
    expect(took(cut, back, other, longer, [])).toEqual({});
  });

  it('by the quicker half, which waited least for a worker', () => {
    const all = [500, 210, 900, 200, 400, 300, 800].map(
      (end): Told => [[0, 'Ticket'], [end, 'PreCommit1']], // prettier-ignore
    );
    expect(took(...all)).toEqual({ PC1: [200, 210, 300, 400] });
  });
});

describe('the sectors that tell of it', () => {
  const storage = [
    aStorage({ path: '/mnt/seal', seal: true, store: false }),
    aStorage({ path: '/mnt/store', seal: false, store: true }),
  ];
  const { miner } = inPlace(aFarm({ hosts: [aHost({ workers: [aWorker({ storage })] })] }));
  const [seal = '', store = ''] = [...miner.storage.keys()];

  function held(numbers: readonly number[], ...types: readonly FileType[]) {
    const SectorFileType = types.reduce((sum, type) => sum | FILE_TYPES[type], 0);
    return numbers.map((Number) => ({ Miner: 1000, Number, SectorFileType }));
  }

  it('are the newest twenty in long-term storage', () => {
    const stored = Array.from({ length: 30 }, (_, index) => index + 1);
    const sectors = new Map([
      [seal, held([90], 'sealed', 'cache')],
      [store, [...held(stored, 'sealed', 'cache'), ...held([30], 'sealed', 'cache')]],
    ]);
    expect(newestStored({ ...miner, sectors })).toEqual(stored.slice(10).reverse());
  });

  it('are sealed, wherever their cache lies, or upgraded by a snap deal', () => {
    const sectors = new Map([
      [store, [...held([1], 'sealed', 'cache'), ...held([2], 'update', 'update-cache'), ...held([3], 'unsealed'), ...held([4], 'cache'), ...held([5], 'sealed')]],
      ['gone', held([9], 'sealed', 'cache')],
    ]); // prettier-ignore
    expect(newestStored({ ...miner, sectors })).toEqual([5, 1, 2]);
  });

  it('are told once that were sealed and upgraded, and as many of each', () => {
    const upgraded = Array.from({ length: 30 }, (_, index) => index + 1);
    const sectors = new Map([[store, [...held(upgraded, 'sealed', 'update'), ...held([99], 'sealed')]]]);
    expect(newestStored({ ...miner, sectors })).toEqual([99, ...upgraded.slice(10).reverse()]);
  });
});
