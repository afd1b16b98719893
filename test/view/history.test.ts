import { describe, expect, it } from 'vitest';
import type { HistoryRun } from '../../src/host/history.js';
import { formatHistory } from '../../src/view/history.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';

const HOST = { done: [], failed: [], skipped: [], waiting: [], changed: [] };
const RUNS: readonly HistoryRun[] = [
  {
    who: 'bob@desk',
    command: 'drain',
    began: '2026-03-01T12:00:00.000Z',
    ended: '2026-03-01T12:00:00.000Z',
    outcome: 'unfinished',
    hosts: [
      {
        ...HOST,
        host: 'host-9',
        outcome: 'unfinished',
        waiting: [{ step: 'worker-9/drain', why: 'for PC1 of s-t01000-7' }],
      },
    ],
  },
  {
    who: 'alice@laptop',
    command: 'apply',
    commit: '1a2b3c4d5e6f',
    dirty: true,
    began: '2026-03-02T08:30:00.000Z',
    ended: '2026-03-02T09:00:00.000Z',
    outcome: 'failed',
    hosts: [
      { ...HOST, host: 'host-1', outcome: 'done', done: ['a', 'b'], changed: ['/a'], to: 1 },
      {
        ...HOST,
        host: 'host-2',
        outcome: 'failed',
        failed: [{ step: 'worker-2/start', why: 'its process ended\nand more \u001b[31m' }],
        skipped: [{ step: 'worker-2/attach' }],
      },
    ],
  },
];

describe('the history', () => {
  it('is a table by run, with what became of each host', () => {
    expect(formatHistory(RUNS, PLAIN, 100).split('\n')).toEqual([
      '2026-03-01 12:00 UTC  drain  bob@desk      -         unfinished',
      '  host-9: 1 not ended',
      '    worker-9/drain not ended: for PC1 of s-t01000-7',
      '2026-03-02 08:30 UTC  apply  alice@laptop  1a2b3c4+  failed',
      '  host-1: 2 steps done, 1 file changed, back: rollback host-1 --to 1',
      '  host-2: 1 failed, 1 not begun',
      '    worker-2/start failed: its process ended',
    ]);
  });

  it.each([60, 100, 200])('keeps to %d columns', (width) => {
    for (const line of formatHistory(RUNS, PLAIN, width).split('\n'))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it('has colour for outcomes alone', () => {
    const colour = formatHistory(RUNS, createStyle(true), 100);
    expect(colour.split('\u001b').flatMap((part) => /^\[\d+m\w+/.exec(part)?.[0] ?? [])).toEqual([
      '[33munfinished',
      '[31mfailed',
    ]);
  });

  it('takes a name for no line of its own', () => {
    const [run] = RUNS;
    if (run === undefined) throw new Error('no run');
    const [line] = formatHistory([{ ...run, who: 'eve\n2026-03-02 apply' }], PLAIN, 100).split('\n');
    expect(line).toContain('eve 2026-03-02 apply');
  });

  it('is empty without runs', () => {
    expect(formatHistory([], PLAIN, 100)).toBe('');
  });
});
