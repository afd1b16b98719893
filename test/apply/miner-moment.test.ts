import { beforeEach, describe, expect, it } from 'vitest';
import { minerHindrance, seldom } from '../../src/apply/miner-moment.js';
import { failure, success, type Result } from '../../src/diagnostic/result.js';
import type { DueProof } from '../../src/drain/snapshot.js';
import { aDiagnostic } from '../support/observation.js';
import { ACTION, MinerScene } from './miner-scene.js';

describe('a moment for lotus-miner and all its workers', () => {
  let miner: MinerScene;
  beforeEach(() => {
    miner = new MinerScene();
  });

  it.each([
    [0, 1],
    [2, 1],
    [-1, 1],
    [-2, 0],
  ])('has an AddPiece with RunWait %i in its way: %i', async (runWait, jobs) => {
    miner.job('worker-1', 'AP', runWait);
    const found = await minerHindrance(miner.context, 'miner-1', ACTION, 'any-job');
    expect(found.ok && (found.value?.jobs.length ?? 0)).toBe(jobs);
    expect(await minerHindrance(miner.context, 'miner-1', ACTION)).toEqual(success(undefined));
  });
});

describe('who asks seldom', () => {
  const DUE: DueProof = { index: 0, isOpen: true };

  /** How often it was asked, with each answer for a look at these seconds. */
  async function asked(answer: Result<DueProof | undefined>, ...seconds: readonly number[]): Promise<number> {
    let count = 0;
    let time = 0;
    const ask = (): Promise<Result<DueProof | undefined>> => {
      count++;
      return Promise.resolve(answer);
    };
    const look = seldom(ask, () => new Date(time));
    for (const at of seconds) {
      time = at * 1000;
      expect(await look()).toEqual(answer);
    }
    return count;
  }

  it('takes that one is due for true for a minute, and nothing else', async () => {
    expect(await asked(success(DUE), 0, 1, 59)).toBe(1);
    expect(await asked(success(DUE), 0, 59, 61, 119, 122)).toBe(3);
    expect(await asked(success(undefined), 0, 1, 2)).toBe(3);
    expect(await asked(failure(aDiagnostic('away')), 0, 1, 2)).toBe(3);
  });
});
