import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageWords,
  formatHolder,
  lockWords,
  parseHolder,
  staleness,
  type LockHolder,
} from '../../src/host/lock-holder.js';

const SINCE = '2026-03-01T12:00:00.000Z';
const ALICE: LockHolder = { who: 'alice@laptop', since: SINCE, why: 'apply' };
const PROCESS = { pid: 4711, machine: 'laptop' };

describe('the holder of a lock', () => {
  const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  const anyHolder: fc.Arbitrary<LockHolder> = fc
    .record(
      {
        who: word,
        why: word,
        run: word,
        commit: word,
        dirty: fc.constant(true),
        process: fc.record(
          { pid: fc.nat({ max: 4_000_000 }).map((pid) => pid + 1), machine: word, space: word },
          { requiredKeys: ['pid', 'machine'] },
        ),
      },
      { requiredKeys: ['who', 'why'] },
    )
    .map((holder) => ({ ...holder, since: SINCE }));

  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyHolder, (holder) => {
        expect(parseHolder(formatHolder(holder))).toEqual(holder);
      }),
    );
  });

  it('is read from any text without a failure', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => lockWords({ text, ...(parseHolder(text) && { holder: ALICE }) })).not.toThrow();
      }),
    );
  });

  it('is read as the first version wrote it', () => {
    expect(parseHolder(`alice@laptop since ${SINCE}: apply`)).toEqual(ALICE);
    expect(parseHolder('alice@laptop since noon: apply')).toBeUndefined();
  });

  it('is told in words', () => {
    const holder = { ...ALICE, commit: '1a2b3c4d5e6f', dirty: true, process: PROCESS };
    expect(lockWords({ text: '', holder, age: 720 })).toBe(
      'alice@laptop since 12 min (apply, commit 1a2b3c4 with changes, process 4711)',
    );
    expect(lockWords({ text: 'alice', age: 720 })).toBe('alice');
    expect(lockWords({ text: 'alice\nhost-2 was not locked.' })).toBe('alice host-2 was not locked.');
    expect(lockWords({ text: '' })).toBe('somebody unnamed');
  });
});

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3599, '59 min'],
  [7200, '2 h'],
  [90_000, '1 d'],
])('%d seconds are %s', (seconds, words) => {
  expect(ageWords(seconds)).toBe(words);
});

describe('a lock is stale', () => {
  const old = { text: '', holder: { ...ALICE, boot: 'a' }, age: 90_000, boot: 'b' };

  it('for certain when its process has ended, and never while that runs', () => {
    expect(staleness({ ...old, age: 1, boot: 'a' }, 'gone')).toBe('process-gone');
    expect(staleness(old, 'runs')).toBeUndefined();
  });

  it('perhaps when the host was restarted, or after a day', () => {
    expect(staleness(old, 'unknown')).toBe('host-restarted');
    expect(staleness({ ...old, boot: 'a' }, 'unknown')).toBe('older-than-a-day');
    expect(staleness({ ...old, boot: 'a', age: 86_400 }, 'unknown')).toBeUndefined();
    expect(staleness({ text: 'alice' }, 'unknown')).toBeUndefined();
  });
});
