import { describe, expect, it } from 'vitest';
import type { SectorLogEntry } from '../../src/lotus/api.js';
import type { SectorPiece, SectorStatus } from '../../src/rpc/miner-api.js';
import { sectorState } from '../../src/rpc/sector-state.js';

function status(Log: SectorStatus['Log']): SectorStatus {
  return { SectorID: 7, State: 'WaitSeed', ...(Log === undefined ? {} : { Log }) };
}

function entry(Timestamp: number, Kind = 'event;sealing.SectorPreCommitLanded'): SectorLogEntry {
  return { Kind, Timestamp };
}

describe('where a sector is', () => {
  it('it is since the last event of its log', () => {
    expect(sectorState(status([entry(1_700_000_000), entry(1_700_000_060)]))).toEqual({
      state: 'WaitSeed',
      since: '2023-11-14T22:14:20.000Z',
    });
  });

  it('what is no event does not count', () => {
    const log = [entry(1_700_000_000), entry(1_700_000_060, 'truncate'), entry(0)];
    expect(sectorState(status(log)).since).toBe('2023-11-14T22:13:20.000Z');
  });

  const [cc, deal] = [{ DealInfo: null }, { DealInfo: { KeepUnsealed: false } }];

  it.each<[what: string, pieces: readonly SectorPiece[] | null, unsealedIsLeftOver: true | undefined]>([
    ['a sector without deals', [cc, cc], true],
    ['a deal, of which the miner may keep one unasked', [cc, deal], undefined],
    ['a sector that says no pieces', [], undefined],
    ['pieces that are null', null, undefined],
  ])('of %s it is told whether an unsealed copy is wanted', (_, Pieces, unsealedIsLeftOver) => {
    expect(sectorState({ SectorID: 7, State: 'Proving', Pieces }).unsealedIsLeftOver).toBe(
      unsealedIsLeftOver,
    );
  });

  it.each([
    ['an older Lotus', undefined],
    ['no log', null],
    ['an empty log', []],
  ])('is not dated by %s', (_, log) => {
    expect(sectorState(status(log))).toEqual({ state: 'WaitSeed' });
  });
});
