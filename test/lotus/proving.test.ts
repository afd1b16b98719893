import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainLag, dueDeadline, type Deadline, type ProvingSchedule } from '../../src/lotus/proving.js';

const NOTHING: Deadline = { partitions: 0, sectors: 0, proven: 0 };
const DUE: Deadline = { partitions: 2, sectors: 900, proven: 0 };
const PROVEN: Deadline = { ...DUE, proven: 2 };

/** Deadline 0 opens with epoch 1000, each for 60 epochs, and is computed from 20 epochs before. */
function schedule(epoch: number, deadlines: Readonly<Record<number, Deadline>>): ProvingSchedule {
  const index = Math.floor((epoch - 1000) / 60);
  const open = 1000 + index * 60;
  const all = Array.from({ length: 48 }, (_, at) => deadlines[at] ?? NOTHING);
  const anchor = { epoch: 1000, at: 0 };
  const window = { challenge: open - 20, open, close: open + 60 };
  return { epoch, index, ...window, deadlines: all, anchor, recovering: 0 };
}

function untold({ recovering: _, ...rest }: ProvingSchedule): ProvingSchedule {
  return rest;
}

const ALL = Object.fromEntries(Array.from({ length: 48 }, (_, at) => [at, DUE]));

describe('a deadline for which the miner must be up', () => {
  it.each<[string, ProvingSchedule, number, ReturnType<typeof dueDeadline>]>([
    ['none where nothing is to be proven', schedule(1010, {}), 20, undefined],
    ['is the one that is open', schedule(1010, { 0: DUE }), 20, { index: 0, isOpen: true, until: 1060 }],
    ['is open with its first epoch', schedule(1000, { 0: DUE }), 0, { index: 0, isOpen: true, until: 1060 }],
    ['is open to its last epoch', schedule(1059, { 0: DUE }), 0, { index: 0, isOpen: true, until: 1060 }],
    ['is over when it closes', schedule(1060, { 0: DUE }), 0, undefined],
    ['is over when it is proven', schedule(1010, { 0: PROVEN }), 20, undefined],
    [
      'is not over with one partition of two',
      schedule(1010, { 0: { ...DUE, proven: 1 } }),
      20,
      { index: 0, isOpen: true, until: 1060 },
    ],
    ['is far where it comes later', schedule(1010, { 1: DUE }), 20, undefined],
    [
      'is near within the margin of its computing',
      schedule(1020, { 1: DUE }),
      20,
      { index: 1, isOpen: false, until: 1120 },
    ],
    ['is not yet near one epoch before', schedule(1019, { 1: DUE }), 20, undefined],
    ['is near while it is computed', schedule(1040, { 1: DUE }), 0, { index: 1, isOpen: false, until: 1120 }],
    [
      'goes on with the next one',
      schedule(1010, { 0: DUE, 1: DUE }),
      20,
      { index: 0, isOpen: true, until: 1120 },
    ],
    [
      'has a gap before the one after the next',
      schedule(1010, { 0: DUE, 2: DUE }),
      19,
      { index: 0, isOpen: true, until: 1060 },
    ],
    [
      'has no gap with a longer margin',
      schedule(1010, { 0: DUE, 2: DUE }),
      41,
      { index: 0, isOpen: true, until: 1180 },
    ],
    [
      'follows on the last of the period',
      schedule(1000 + 47 * 60 + 30, { 0: DUE }),
      20,
      { index: 0, isOpen: false, until: 1000 + 49 * 60 },
    ],
    ['has no end where each deadline has sectors', schedule(1010, ALL), 20, { index: 0, isOpen: true }],
    ['leaves a moment after each proof', schedule(1010, { ...ALL, 0: PROVEN }), 20, undefined],
    [
      'is not one of which all sectors are faulty',
      schedule(1010, { 0: { ...DUE, faults: 900 }, 1: DUE }),
      20,
      undefined,
    ],
    [
      'is one of which a sector is not',
      schedule(1010, { 0: { ...DUE, faults: 899 } }),
      20,
      { index: 0, isOpen: true, until: 1060 },
    ],
    [
      'is one of which all are faulty and some are to be proven again, here or elsewhere',
      { ...schedule(1010, { 0: { ...DUE, faults: 900 } }), recovering: 1 },
      20,
      { index: 0, isOpen: true, until: 1060 },
    ],
    [
      'is perhaps one that is faulty, while some can still be declared to recover',
      schedule(1009, { 1: NOTHING, 2: { ...DUE, faults: 900 } }),
      100,
      { index: 2, isOpen: false, until: 1180 },
    ],
    [
      'is perhaps one that is faulty up to the last epoch in which some can still be declared to recover',
      schedule(1049, { 2: { ...DUE, faults: 900 } }),
      100,
      { index: 2, isOpen: false, until: 1180 },
    ],
    [
      'is perhaps one that is faulty where nobody tells what is to be proven again',
      untold(schedule(1010, { 0: { ...DUE, faults: 900 } })),
      20,
      { index: 0, isOpen: true, until: 1060 },
    ],
    ['is none of these later', schedule(1050, { 2: { ...DUE, faults: 900 } }), 100, undefined],
    [
      'whose partitions count for nothing without live sectors',
      schedule(1010, { 0: { ...DUE, sectors: 0 } }),
      20,
      undefined,
    ],
  ])('%s', (_, seen, margin, due) => {
    expect(dueDeadline(seen, margin)).toEqual(due);
  });

  it('is said of the first one where the first period has not begun', () => {
    const seen = { ...schedule(1000, { 0: DUE }), epoch: 100 };
    expect(dueDeadline(seen, 20)).toBeUndefined();
    expect(dueDeadline({ ...seen, epoch: 965 }, 20)).toEqual({ index: 0, isOpen: false, until: 1060 });
  });

  const deadline = fc.constantFrom(NOTHING, DUE, PROVEN, { ...DUE, proven: 1 });
  const schedules = fc
    .tuple(fc.integer({ min: 0, max: 48 * 60 - 1 }), fc.array(deadline, { minLength: 48, maxLength: 48 }))
    .map(([past, deadlines]) => schedule(1000 + past, Object.fromEntries(deadlines.entries())));

  it('never leaves out a window that is open and not proven', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 200 }), (seen, margin) => {
        const open = seen.deadlines[seen.index] ?? NOTHING;
        if (open.sectors > 0 && open.proven < open.partitions)
          expect(dueDeadline(seen, margin)).toMatchObject({ index: seen.index, isOpen: true });
      }),
    );
  });

  it('leaves the whole margin before any proof is computed', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 200 }), (seen, margin) => {
        if (dueDeadline(seen, margin) !== undefined) return;
        for (let ahead = 1; ahead < 48; ahead++) {
          const { sectors } = seen.deadlines[(seen.index + ahead) % 48] ?? NOTHING;
          if (sectors > 0) expect(seen.open + ahead * 60 - 20 - seen.epoch).toBeGreaterThan(margin);
        }
      }),
    );
  });

  it('is over at the moment that is foreseen, with all proofs made', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 100 }), (seen, margin) => {
        const until = dueDeadline(seen, margin)?.until;
        if (until === undefined || until >= 1000 + 48 * 60) return;
        const later = schedule(until, Object.fromEntries(seen.deadlines.entries()));
        expect(dueDeadline(later, margin)).toBeUndefined();
      }),
    );
  });
});

describe('a chain beside a clock', () => {
  const EPOCH = 30_000;
  /** Epoch 100 began within the minute of this. */
  const anchor = { epoch: 100, at: Date.UTC(2026, 0, 2, 3, 4) };

  it.each<[string, number, number, number]>([
    ['is in step with its own epoch', 100, 10_000, 0],
    ['is in step where five epochs are missing', 100, 5 * EPOCH + 60_000, 0],
    ['lags behind by more', 100, 5 * EPOCH + 61_000, 5 * EPOCH + 1000],
    ['is counted in epochs from there', 160, 60 * EPOCH + 10_000, 0],
    ['lags behind by what is missing at the least', 100, 60 * EPOCH, 59 * EPOCH - EPOCH],
    ['is in step where the clock is a little behind', 100, -5 * EPOCH, 0],
    ['is ahead of a clock that is further behind', 100, -6 * EPOCH, -6 * EPOCH],
  ])('%s', (_, epoch, after, lag) => {
    expect(chainLag({ epoch, anchor }, EPOCH, anchor.at + after)).toBe(lag);
  });

  it('is judged alike wherever in a minute its epochs begin, and whatever epoch its time is told of', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59_999 }),
        fc.integer({ min: -3000, max: 3000 }),
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom(2000, 30_000),
        (second, away, behind, delay) => {
          const began = anchor.at + second + away * delay;
          const told = { epoch: 100 + away, at: Math.floor(began / 60_000) * 60_000 };
          const now = anchor.at + second + behind * delay;
          const lag = chainLag({ epoch: 100, anchor: told }, delay, now);
          if (behind <= 5) expect(lag).toBe(0);
          if (behind * delay > 5 * delay + 60_000) expect(lag).toBeGreaterThan(0);
          expect(lag).toBeLessThanOrEqual(behind * delay);
        },
      ),
    );
  });
});
