import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/event/event.js';
import type { Blocker, Wait } from '../../src/drain/step.js';
import { blockersWords, proposalWords } from '../../src/view/blockers.js';
import { jsonProgress } from '../../src/view/progress-json.js';
import { plainProgress } from '../../src/view/progress-plain.js';
import { createStyle } from '../../src/view/style.js';
import { DRAINING, FAILING, held, jobBlocker, RESTART, RESTARTING } from './event-samples.js';

function plain(events: readonly Event[], color = false): string {
  let text = '';
  events.forEach(plainProgress((more) => (text += more), createStyle(color)));
  return text;
}

describe('plainProgress', () => {
  it('tells a restart, and what has not changed only once', () => {
    expect(plain(RESTARTING)).toBe(`[host-1] worker-1: write worker.env … done
[host-1] worker-1: restart worker-1 …
[host-1] worker-1: waiting for 2 jobs: PC1 of s-t01000-3 (running), AP of s-t01000-4 (assigned)
[host-1] worker-1: waiting for 1 job: PC1 of s-t01000-3 (running)
[host-1] worker-1: restart worker-1 … done
`);
  });

  it('tells which sector holds a drain up, and why', () => {
    expect(plain(DRAINING))
      .toBe(`[host-3] worker-3: draining, waiting for 1 job: PC1 of s-t01000-3 (running); 1 sector: s-t01000-5 in WaitSeed (waits for its seed, up to 75 minutes)
[host-3] worker-3: draining, waiting for 2 sectors: s-t01000-3 in PreCommit2 (waits for PC2 of this worker), s-t01000-6
[host-3] worker-3: cannot get empty as things are: 1 sector: s-t01000-3 in PreCommit2 needs PC2, which no worker may take: its path allows group-1; it is a task of worker-2 (group-2)
[host-3] worker-3: empty and stopped
`);
  });

  it('tells only the end of a drain that had nothing to do', () => {
    const quiet = [DRAINING.slice(0, 1), drainLook('working'), drainLook('done'), DRAINING.slice(-1)].flat();
    expect(plain(quiet)).toBe('[host-3] worker-3: empty and stopped\n');
  });

  it('tells a failure in one line: the report shows the whole diagnostic', () => {
    expect(plain(FAILING)).toBe(`[host-4] not reached: SF404 cannot connect to host-4: connection refused
[host-1] worker-1: write worker.env … failed: SF602 cannot write worker.env on host-1: no space left
[host-1] worker-1: restart worker-1 … not begun
`);
  });

  it('tells two workers apart', () => {
    const other = { ...RESTART, worker: 'worker-2' };
    const events: readonly Event[] = [RESTART, other, RESTART].map((step) => ({ type: 'step-done', step }));
    expect(plain(events).split('\n')).toHaveLength(3);
  });

  it('paints ends', () => {
    expect(plain(RESTARTING.slice(0, 3), true)).toBe(
      '\u001B[2m[host-1]\u001B[22m worker-1: \u001B[32mwrite worker.env … done\u001B[39m\n',
    );
  });
});

/** A look at a drained worker that nothing holds up. */
function drainLook(verdict: 'working' | 'done'): Event {
  return { type: 'drain-progress', host: 'host-3', worker: 'worker-3', goal: 'empty', verdict, blockers: [] };
}

describe('blockersWords', () => {
  it('names readers and workers that are away', () => {
    const { job } = { job: { task: 'PC2', sector: 's-t01000-3', state: 'running', since: '' } } as const;
    expect(
      blockersWords([
        { kind: 'reader', job },
        { kind: 'away', sector: held(4, 'Committing') },
      ]),
    ).toBe(
      '1 job: PC2 of s-t01000-3 elsewhere, which reads from here; 1 sector: s-t01000-4 in Committing lies here, but the worker does not run',
    );
  });

  it.each<[what: string, blocker: Blocker, words: string]>([
    [
      'a job that may come back',
      { kind: 'job', job: { task: 'PC1', sector: 's-t01000-3', state: 'awaited', since: '' } },
      '1 job: PC1 of s-t01000-3 (the miner waits for its return)',
    ],
    [
      'a lock',
      { kind: 'lock', lock: { sector: 's-t01000-3', reads: ['unsealed'], writes: ['sealed', 'cache'] } },
      '1 lock: s-t01000-3 for writing sealed, cache and reading unsealed',
    ],
    [
      'a sector that Lotus has given up',
      { kind: 'failed', sector: held(3, 'FailedUnrecoverable') },
      '1 sector: s-t01000-3 in FailedUnrecoverable is given up by Lotus and stays until somebody removes it',
    ],
    [
      'a sector that ends where it lies',
      { kind: 'stays', sector: { ...held(3, 'WaitSeed'), settled: true } },
      '1 sector: s-t01000-3 in WaitSeed has its long-term storage here',
    ],
    [
      'a task that nobody takes',
      { kind: 'stranded', sector: held(3, 'WaitSeed'), task: 'C2', allowTo: [], able: [] },
      '1 sector: s-t01000-3 in WaitSeed needs C2, which no other worker takes',
    ],
    [
      'a task of somebody without a group',
      {
        kind: 'stranded',
        sector: held(3, 'PreCommit2'),
        task: 'PC2',
        allowTo: ['a', 'b'],
        able: [{ worker: 'worker-2', groups: [] }],
      },
      '1 sector: s-t01000-3 in PreCommit2 needs PC2, which no worker may take: its path allows a, b; it is a task of worker-2 (no group)',
    ],
    [
      'pieces that can only come here',
      { kind: 'stranded', sector: held(3, 'AddPiece'), task: 'AP', allowTo: [], able: [] },
      '1 sector: s-t01000-3 in AddPiece needs AP, which nobody but this worker could do',
    ],
    [
      'storage that is nowhere else',
      { kind: 'stranded', sector: held(3, 'FinalizeSector'), task: 'GET', allowTo: [], able: [] },
      '1 sector: s-t01000-3 in FinalizeSector needs GET, and no other worker has a path for long-term storage',
    ],
  ])('tells of %s', (_, blocker, words) => {
    expect(blockersWords([blocker])).toBe(words);
  });

  it.each<[wait: Wait, words: string]>([
    [{ on: 'job-here', task: 'C1' }, 'C1, a job here'],
    [{ on: 'job-elsewhere', task: 'C2' }, 'C2, a job elsewhere'],
    [{ on: 'room-elsewhere', task: 'PC2' }, 'a worker with room for PC2'],
    [{ on: 'own-task', task: 'PC2' }, 'PC2 of this worker'],
    [{ on: 'others', task: 'FIN' }, 'FIN, where its other files are'],
    [{ on: 'seed' }, 'its seed, up to 75 minutes'],
    [{ on: 'chain' }, 'the chain'],
    [{ on: 'deals' }, 'its pieces'],
    [{ on: 'removal' }, 'the removal of files'],
    [{ on: 'release' }, 'the end of what is done with it'],
  ])('tells what a sector waits for: %j', (waitsFor, words) => {
    const blocker: Blocker = { kind: 'sector', sector: held(3, 'X'), waitsFor };
    expect(blockersWords([blocker])).toBe(`1 sector: s-t01000-3 in X (waits for ${words})`);
  });

  it('tells which group would free sectors', () => {
    expect(proposalWords({ allowTo: ['group-2'], frees: ['s-t01000-3', 's-t01000-4'] })).toBe(
      '`--resolve allow-to=group-2` lets 2 sectors go on: s-t01000-3, s-t01000-4',
    );
  });

  it('counts what are too many to name', () => {
    const blockers = Array.from({ length: 20 }, (_, number) => jobBlocker('PC1', number));
    expect(blockersWords(blockers)).toMatch(/^20 jobs: PC1 of s-t01000-0 \(running\), .* and 15 more$/);
  });
});

describe('jsonProgress', () => {
  it('writes one object a line and event', () => {
    let text = '';
    const events = [...RESTARTING, ...DRAINING, ...FAILING];
    events.forEach(jsonProgress((more) => (text += more)));
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines.map((line) => (line as Event).type)).toEqual(events.map(({ type }) => type));
    expect(lines[2]).toEqual({
      type: 'step-done',
      step: {
        id: 'worker-1/write-file',
        host: 'host-1',
        worker: 'worker-1',
        action: { kind: 'write-file', path: '/etc/sealfarm/workers/worker-1/worker.env', mode: '600' },
        disruption: 'none',
        reason: 'config-changed',
        changes: [],
      },
    });
    expect(lines[14]).toEqual({
      type: 'drain-progress',
      host: 'host-3',
      worker: 'worker-3',
      goal: 'empty',
      verdict: 'never',
      blockers: [
        {
          kind: 'stranded',
          task: 'PC2',
          sector: {
            sector: 's-t01000-3',
            state: 'PreCommit2',
            types: ['sealed', 'cache'],
            paths: ['/mnt/nvme0/seal'],
            elsewhere: ['C2'],
            allowTo: ['group-1'],
          },
          allowTo: ['group-1'],
          able: [{ worker: 'worker-2', groups: ['group-2'] }],
        },
      ],
    });
    expect(lines.at(-2)).toMatchObject({ type: 'step-failed', diagnostic: { code: 'SF602' } });
  });
});
