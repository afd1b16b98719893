import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChange, JournalEntry } from '../../src/host/journal.js';
import { backToRunning, changedSinceStart, wayBack, withSecrets } from '../../src/host/rollback.js';

const MANIFEST = '/s/manifest.json';

function changed(run: string, path: string, before?: string, after?: string): JournalEntry {
  const change: FileChange = {
    path,
    mode: '644',
    backups: '/s/backups',
    stamp: `${run}-1`,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
  return { at: '2026-03-01T12:00:00.000Z', who: 'alice', run, commit: `c-${run}`, change };
}

const JOURNAL = [
  changed('r1', '/a', undefined, 'a1'),
  changed('r2', MANIFEST, 'm1', 'm2'),
  changed('r3', '/a', 'a1', 'a2'),
  changed('r3', '/new', undefined, 'n1'),
  changed('r4', '/a', 'a2', 'a3'),
  changed('r4', '/gone', 'g1'),
];

describe('the way back', () => {
  it('is to what was there before the last run that changed a file', () => {
    expect(wayBack(JOURNAL, 1, MANIFEST)).toMatchObject({
      returns: [
        { path: '/a', wanted: 'a2', left: 'a3', kept: { stamp: 'r4-1' } },
        { path: '/gone', wanted: 'g1', kept: { stamp: 'r4-1' } },
      ],
      stay: [],
      before: { commit: 'c-r3' },
    });
  });

  it('takes back what later runs changed, too, and leaves what was new', () => {
    expect(wayBack(JOURNAL, 2, MANIFEST)).toMatchObject({
      returns: [
        { path: '/a', wanted: 'a1', left: 'a3', kept: { stamp: 'r3-1' } },
        { path: '/gone', wanted: 'g1' },
      ],
      stay: ['/new'],
      before: { commit: 'c-r2' },
    });
  });

  it('leaves the lists of storage paths as they are: sectors may lie on one that is new', () => {
    const list = '/w/storage.json';
    const journal = [...JOURNAL, changed('r5', list, 'l1', 'l2'), changed('r5', '/a', 'a3', 'a4')];
    const returns = [{ path: '/a', wanted: 'a3' }];
    expect(wayBack(journal, 1, MANIFEST)).toMatchObject({ returns, stay: [] });
    expect(wayBack([...JOURNAL, changed('r5', list, 'l1', 'l2')], 1, MANIFEST)).toEqual(
      wayBack(JOURNAL, 1, MANIFEST),
    );
  });

  it('has an end', () => {
    expect(wayBack(JOURNAL, 3, MANIFEST)).toBe(2);
    expect(wayBack([], 1, MANIFEST)).toBe(0);
  });
});

describe('what was changed since a worker came up', () => {
  const FILES = new Set(['/a', MANIFEST]);
  const ended = (step: string, outcome: 'done' | 'failed'): JournalEntry => ({
    at: '2026-03-01T12:00:00.000Z',
    who: 'alice',
    run: 'r9',
    step,
    outcome,
  });
  const since = (...entries: readonly JournalEntry[]): number | undefined =>
    changedSinceStart(entries, 'w', FILES, MANIFEST);

  it('goes back to before the first of these changes', () => {
    expect(since(...JOURNAL)).toBe(2);
    expect(since(...JOURNAL, ended('w/restart', 'failed'), ended('other/start', 'done'))).toBe(2);
    expect(since(...JOURNAL.slice(0, 4), ended('w/restart', 'done'), ...JOURNAL.slice(4))).toBe(1);
  });

  it('is nothing after a start, where the files were new, and where others changed', () => {
    for (const step of ['w/start', 'w/restart'])
      expect(since(...JOURNAL, ended(step, 'done'))).toBeUndefined();
    expect(since(...JOURNAL.slice(0, 2))).toBeUndefined();
    expect(since(changed('r5', '/other', 'o1', 'o2'))).toBeUndefined();
  });
});

describe('what a worker ran with', () => {
  const entry = (
    run: string,
    outcome: 'done' | 'failed',
    more: Partial<JournalEntry> = {},
  ): JournalEntry => ({
    at: '2026-03-01T12:00:00.000Z',
    who: 'alice',
    run,
    outcome,
    ...more,
  });
  const started = (run: string): JournalEntry => entry(run, 'done', { step: 'w/restart' });
  const [A, B, C] = [
    changed('r1', '/a', 'a1', 'a2'),
    changed('r2', '/a', 'a2', 'a3'),
    changed('r3', '/a', 'a3', 'a4'),
  ];

  it.each<[string, readonly JournalEntry[], string | undefined, string?]>([
    ['nothing that anybody changed', [], undefined],
    ['what was there before a run that was cut off', [A], 'a1', 'a2'],
    ['what was there before several', [A, B, C], 'a1', 'a4'],
    ['what it was started with', [A, started('r1'), B, entry('r2', 'failed')], 'a2', 'a3'],
    ['what another was not started with', [A, entry('r1', 'done', { step: 'v/start' })], 'a1', 'a2'],
    ['what took effect in a run that did all', [A, entry('r1', 'done'), B], 'a2', 'a3'],
    ['nothing else, where all did', [A, entry('r1', 'done')], undefined],
    [
      'what was there before a rollback, which starts nobody',
      [A, entry('r1', 'done', { command: 'rollback' })],
      'a1',
      'a2',
    ],
    ['not known of two, of which the later did all', [A, B, entry('r2', 'done')], undefined],
    [
      'not known where its tasks were switched since, though another worker failed in that run',
      [A, entry('r1', 'done', { step: 'w/disable-task:PC1' }), entry('r1', 'failed', { step: 'v/restart' })],
      undefined,
    ],
    [
      'what was there where tasks of another were switched since, or its own were not',
      [
        A,
        entry('r1', 'done', { step: 'v/enable-task:PC1' }),
        entry('r1', 'failed', { step: 'w/enable-task:PC1' }),
      ],
      'a1',
      'a2',
    ],
    [
      'not what was there before a run whose changes were taken back, where a later one did all',
      [
        A,
        changed('r1', '/a', 'a2', 'a1'),
        entry('r1', 'failed'),
        changed('r2', '/a', 'a1', 'a4'),
        entry('r2', 'done'),
      ],
      undefined,
    ],
  ])('is %s', (_, entries, wanted, left) => {
    const returns = wanted === undefined ? [] : [expect.objectContaining({ path: '/a', wanted, left })];
    expect(backToRunning([...entries, changed('r9', '/b', 'b', 'c')], 'w', new Set(['/a']))).toEqual({
      returns,
      extra: [],
    });
  });

  it('was without a file that was new, and does not mind one that came and went', () => {
    const [came, went] = [changed('r1', '/n', undefined, 'n1'), changed('r2', '/n', 'n1')];
    const files = new Set(['/n']);
    expect(backToRunning([came], 'w', files)).toEqual({ returns: [], extra: [{ path: '/n', left: 'n1' }] });
    expect(backToRunning([came, went], 'w', files)).toEqual({ returns: [], extra: [] });
  });
});

describe('the secrets of a kept version', () => {
  const NONE = new Map<string, string>();

  it('are those that are there now, whatever else the lines were', () => {
    const kept = 'A=1\nMINER_API_INFO=(secret)\nexport X_TOKEN =(secret)\n';
    const present = 'A=2\nMINER_API_INFO=new:/ip4/1.2.3.4/tcp/1/http\nX_TOKEN="a b"\n';
    expect(withSecrets(kept, present, NONE)).toEqual({
      text: 'A=1\nMINER_API_INFO=new:/ip4/1.2.3.4/tcp/1/http\nexport X_TOKEN ="a b"\n',
    });
  });

  it('of a file that is gone are those that the farm knows, and no others', () => {
    const known = new Map([['MINER_API_INFO', 'tok']]);
    expect(withSecrets('MINER_API_INFO=(secret)\n', undefined, known)).toEqual({
      text: 'MINER_API_INFO=tok\n',
    });
    expect(withSecrets('MINER_API_INFO=(secret)\nX_TOKEN=(secret)\n', undefined, known)).toEqual({
      unknown: ['X_TOKEN'],
    });
  });

  it.each(['(secret)', '"goes on', 'goes on\\'])('are not taken from %j', (value) => {
    expect(withSecrets('X_TOKEN=(secret)', `X_TOKEN=${value}\n`, NONE)).toEqual({ unknown: ['X_TOKEN'] });
  });

  it('in a comment are left out with it', () => {
    expect(withSecrets('# DB_PASSWORD=(secret)\nA=1\n', 'A=2\n', NONE)).toEqual({ text: 'A=1\n' });
  });

  it('never come out as the mask', () => {
    const line = fc.oneof(
      fc.constantFrom('A=1', 'X_TOKEN=(secret)', 'Y_PASS=(secret)', '# Z_SECRET=(secret)', ''),
      fc.string().map((text) => text.replaceAll('(secret)', '')),
    );
    const lines = fc.array(line).map((all) => all.join('\n'));
    fc.assert(
      fc.property(lines, lines, (kept, present) => {
        const filled = withSecrets(kept, present, NONE);
        if ('text' in filled) expect(filled.text).not.toMatch(/=\(secret\)$/m);
        else expect(filled.unknown.length).toBeGreaterThan(0);
      }),
    );
  });
});
