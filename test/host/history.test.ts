import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyOf, rollbackNumbers } from '../../src/host/history.js';
import type { JournalEntry } from '../../src/host/journal.js';

const AT = Date.parse('2026-03-01T12:00:00.000Z');

function entry(run: string, minute: number, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    at: new Date(AT + minute * 60_000).toISOString(),
    who: 'alice@laptop',
    run,
    command: 'apply',
    ...more,
  };
}

const CHANGE = { path: '/etc/a', before: 'b', after: 'a', mode: '644', backups: '/s', stamp: 't' };

function history(hosts: Readonly<Record<string, readonly JournalEntry[]>>): ReturnType<typeof historyOf> {
  return historyOf(new Map(Object.entries(hosts)), (_, { change }) => change?.before !== undefined);
}

describe('the history', () => {
  it('groups what one command did on all hosts', () => {
    const runs = history({
      'host-2': [entry('r1', 1, { outcome: 'begun' }), entry('r1', 5, { outcome: 'done' })],
      'host-1': [
        entry('r1', 0, { outcome: 'begun' }),
        entry('r1', 1, { step: 'w/write', outcome: 'done' }),
        entry('r1', 1, { change: CHANGE }),
        entry('r1', 2, { step: 'w/restart', outcome: 'waiting', why: 'for PC1' }),
        entry('r1', 3, { step: 'w/restart', outcome: 'failed', why: 'no' }),
        entry('r1', 4, { outcome: 'failed' }),
        entry('r2', 9, { outcome: 'begun' }),
      ],
    });
    expect(runs).toMatchObject([
      {
        run: 'r1',
        began: entry('', 0).at,
        ended: entry('', 5).at,
        outcome: 'failed',
        hosts: [
          {
            host: 'host-1',
            outcome: 'failed',
            done: ['w/write'],
            failed: [{ step: 'w/restart', why: 'no' }],
            waiting: [],
            changed: ['/etc/a'],
            to: 1,
          },
          { host: 'host-2', outcome: 'done', done: [] },
        ],
      },
      { run: 'r2', outcome: 'unfinished' },
    ]);
    expect(runs[0]?.hosts[1]).not.toHaveProperty('to');
  });

  it.each([
    ['done', [{ outcome: 'begun' }, { outcome: 'done' }]],
    ['interrupted', [{ outcome: 'begun' }, { outcome: 'interrupted' }]],
    // The intent is written, and the drain goes on.
    ['unfinished', [{ outcome: 'begun' }, { outcome: 'done' }, { step: 'w/drain', outcome: 'begun' }]],
    ['failed', [{ outcome: 'begun' }, { outcome: 'done' }, { step: 'w/drain', outcome: 'failed' }]],
  ] as const)('tells a run that is %s', (outcome, entries) => {
    expect(history({ h: entries.map((more, at) => entry('r', at, more)) })).toMatchObject([{ outcome }]);
  });

  it('takes what the first version did on one day together', () => {
    const old = { at: entry('', 0).at, who: 'bob@desk', step: 'w/start', outcome: 'done' } as const;
    expect(history({ h: [old, { ...old, step: 'w/write' }] })).toMatchObject([
      { who: 'bob@desk', outcome: 'done', hosts: [{ done: ['w/start', 'w/write'] }] },
    ]);
  });

  it('numbers the runs that can be undone from the newest, without a gap', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 6 }), fc.boolean())), (list) => {
        const entries = list.map(([run, changed], at) =>
          entry(`r${run}`, at, changed ? { change: CHANGE } : { outcome: 'done' }),
        );
        const numbers = rollbackNumbers(entries, ({ change }) => change !== undefined);
        const changing = new Set(list.flatMap(([run, changed]) => (changed ? [`r${run}`] : [])));
        expect(new Set(numbers.keys())).toEqual(changing);
        expect([...numbers.values()].sort()).toEqual([...changing].map((_, at) => at + 1));
        const newest = entries.findLast(({ change }) => change !== undefined)?.run;
        if (newest !== undefined) expect(numbers.get(newest)).toBe(1);
      }),
    );
  });
});
