import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEntry, parseJournal, type JournalEntry } from '../../src/host/journal.js';

const AT = '2026-03-01T12:00:00.000Z';
const word = fc.string({ unit: 'binary', maxLength: 20 });

const anyEntry: fc.Arbitrary<JournalEntry> = fc.record(
  {
    at: fc.nat({ max: 4_000_000_000_000 }).map((time) => new Date(time).toISOString()),
    who: word,
    run: word,
    command: word,
    commit: word,
    dirty: fc.constant(true),
    step: word,
    reason: word,
    why: word,
    outcome: fc.constantFrom('begun', 'waiting', 'done', 'failed', 'skipped', 'interrupted'),
  },
  { requiredKeys: ['at', 'who'] },
);

describe('a journal', () => {
  it('is read as it was written, in the order of time, each entry once', () => {
    fc.assert(
      fc.property(fc.array(anyEntry), fc.nat(), (entries, turn) => {
        const lines = entries.map(formatEntry);
        const at = turn % (lines.length + 1);
        const text = [...lines.slice(at), ...lines, ''].join('\n');
        const once = [...new Map(entries.map((entry) => [formatEntry(entry), entry])).values()];
        const read = parseJournal(text);
        expect(read.unread).toBe(0);
        expect(read.entries.map(({ at }) => at)).toEqual(once.map(({ at }) => at).sort());
        expect(read.entries).toHaveLength(once.length);
        expect(read.entries).toEqual(expect.arrayContaining(once));
      }),
    );
  });

  it('counts what is no entry, and reads the rest', () => {
    const good = formatEntry({ at: AT, who: 'alice' });
    const text = `{"at":"${AT}","wh\n${good}\n[]\nnull\n7\n{"at":"noon","who":"x"}\n\n`;
    expect(parseJournal(text)).toEqual({ entries: [{ at: AT, who: 'alice' }], unread: 5 });
  });

  it('reads any text without a failure', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        expect(() => parseJournal(lines.join('\n'))).not.toThrow();
      }),
    );
  });

  it('reads what a host noted of a file', () => {
    const change = {
      path: '/a "b"',
      backups: '/s',
      before: 'absent',
      after: 'f00',
      mode: '644',
      stamp: 't-1',
    };
    const { entries } = parseJournal(JSON.stringify({ at: AT, who: 'alice', ...change }));
    expect(entries[0]?.change).toEqual({
      path: '/a "b"',
      backups: '/s',
      after: 'f00',
      mode: '644',
      stamp: 't-1',
    });
  });

  it('cuts a long why, so that a line stays one write', () => {
    expect(formatEntry({ at: AT, who: 'alice', why: 'x'.repeat(9000) }).length).toBeLessThan(1100);
  });
});
