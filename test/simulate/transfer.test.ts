import { describe, expect, it } from 'vitest';
import type { PipelineTask } from '../../src/lotus/selector.js';
import type { SealedType } from '../../src/simulate/storage.js';
import { movedBytes, type Move, moveTime } from '../../src/simulate/transfer.js';
import { DURATIONS, GiB, MINUTE } from '../support/simulated-farm.js';

describe('movedBytes', () => {
  it.each<[PipelineTask, SealedType, number]>([
    ['PC1', 'unsealed', 32 * GiB],
    ['PC2', 'sealed', 32 * GiB],
    // 11 layers and tree-d
    ['PC2', 'cache', 416 * GiB],
    ['GET', 'sealed', 32 * GiB],
    // 32 GiB / 448 = 76695844.6
    ['GET', 'cache', 76_695_844],
    ['C1', 'cache', 0],
    ['AP', 'unsealed', 0],
  ])('for %s: %s', (task, type, bytes) => {
    expect(movedBytes(type, task, '32GiB')).toBe(bytes);
  });

  it('goes by the sector size', () => {
    // 2 layers and tree-d: 4 sectors
    expect(movedBytes('cache', 'PC2', '512MiB')).toBe(2 * GiB);
  });
});

describe('moveTime', () => {
  const move = (from: string, to: string, bytes: number): Move => ({ from, to, bytes }) as Move;

  it.each<[what: string, moves: readonly Move[], milliseconds: number]>([
    ['nothing', [], 0],
    ['one file', [move('a', 'b', 500)], 5000],
    ['two files, one after the other', [move('a', 'b', 500), move('c', 'b', 100)], 6000],
    ['from path to path of one worker', [move('b', 'b', 500)], 0],
    ['only what comes from elsewhere', [move('b', 'b', 500), move('a', 'b', 100)], 1000],
  ])('is the bytes over the network: %s', (_, moves, milliseconds) => {
    expect(moveTime(moves, { durations: DURATIONS, bandwidth: 100 })).toBe(milliseconds);
  });

  it('is as said, whatever the bytes', () => {
    const given = { durations: { ...DURATIONS, GET: 7 * MINUTE }, bandwidth: 100 };
    expect(moveTime([move('a', 'b', 1), move('a', 'b', 2)], given)).toBe(7 * MINUTE);
    expect(moveTime([move('b', 'b', 1)], given)).toBe(0);
    expect(moveTime([], given)).toBe(0);
  });
});
