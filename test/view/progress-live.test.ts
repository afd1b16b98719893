import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Event } from '../../src/event/event.js';
import { liveProgress, type LiveProgress } from '../../src/view/progress-live.js';
import { PLAIN } from '../../src/view/style.js';
import { DRAINING, FAILING, jobBlocker, RESTART, RESTARTING } from './event-samples.js';
import { Screen } from './screen.js';

let screen: Screen;
let progress: LiveProgress;

function open(columns: number, rows: number): void {
  screen = new Screen(columns, rows);
  progress = liveProgress(screen.stream, PLAIN);
}

function waiting(worker: string): Event {
  return { type: 'step-waiting', step: { ...RESTART, worker }, blockers: [jobBlocker('PC1', 3)] };
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-01T14:41:00Z') });
  open(60, 10);
});

afterEach(async () => {
  await progress.end();
  vi.useRealTimers();
});

describe('liveProgress', () => {
  it('shows what a worker is at, and leaves what is over above it', () => {
    RESTARTING.slice(0, 5).forEach(progress.emit);
    expect(screen.lines).toEqual([
      '[host-1] worker-1: write worker.env … done',
      '⠋ host-1 worker-1: 2h41m so far, waiting for 2 jobs: PC1 o…',
    ]);
    expect(screen.cursorShown).toBe(false);
  });

  it('says how long it may still take, as long as that is ahead', () => {
    open(80, 10);
    progress.emit({ ...waiting('worker-1'), expected: '2026-03-01T15:02:00Z' } as Event);
    expect(screen.lines).toEqual([
      '⠋ host-1 worker-1: 2h41m so far, about 21m left, waiting for 1 job: PC1 of s-t…',
    ]);
    progress.emit({ ...waiting('worker-1'), expected: '2026-03-01T14:02:00Z' } as Event);
    expect(screen.lines).toEqual([
      '⠋ host-1 worker-1: 2h41m so far, waiting for 1 job: PC1 of s-t01000-3 (running)',
    ]);
  });

  it('lists what is in the way of a drain below it, each with since when, as far as there is room', () => {
    open(90, 10);
    DRAINING.slice(0, 2).forEach(progress.emit);
    expect(screen.lines).toEqual([
      '⠋ host-3 worker-3: 2h41m so far, draining until empty, waiting for 1 job, 1 sector',
      '    2h41m: PC1 of s-t01000-3 (running)',
      '    s-t01000-5 in WaitSeed on /mnt/nvme0/seal (waits for its seed, up to 75 minutes)',
    ]);
    for (const worker of ['worker-1', 'worker-2', 'worker-4']) progress.emit(waiting(worker));
    expect(screen.lines.slice(0, 2)).toEqual([
      '⠋ host-3 worker-3: 2h41m so far, draining until empty, waiting for 1 job, 1 sector',
      '⠋ host-1 worker-1: 2h41m so far, waiting for 1 job: PC1 of s-t01000-3 (running)',
    ]);
    open(90, 6);
    const [, first] = DRAINING;
    if (first?.type !== 'drain-progress') throw new Error('no progress');
    progress.emit({ ...first, blockers: [...first.blockers, ...first.blockers] });
    expect(screen.lines.slice(1)).toEqual(['    2h41m: PC1 of s-t01000-3 (running)', '    and 3 more']);
  });

  it('moves without writing anything above', () => {
    RESTARTING.slice(0, 4).forEach(progress.emit);
    vi.advanceTimersByTime(100);
    expect(screen.lines).toEqual([
      '[host-1] worker-1: write worker.env … done',
      '⠙ host-1 worker-1: restart worker-1 …',
    ]);
  });

  it('draws a frame in one write', () => {
    const before = screen.frames.length;
    progress.emit(waiting('worker-1'));
    progress.emit(waiting('worker-2'));
    expect(screen.frames.length - before).toBe(2);
  });

  it('leaves the story and a shown cursor behind, and no timer', async () => {
    [...RESTARTING, ...DRAINING, ...FAILING].forEach(progress.emit);
    await progress.end();
    expect(screen.lines).toEqual([
      '[host-1] worker-1: write worker.env … done',
      '[host-1] worker-1: restart worker-1 … done',
      '[host-3] worker-3: cannot get empty as things are: 1 sector: s-t01000-3 in PreCommit2 needs PC2, which no worker may take: its path allows group-1; it is a task of worker-2 (group-2)',
      '[host-3] worker-3: empty and stopped',
      '[host-4] not reached: SF404 cannot connect to host-4: connection refused',
      '[host-1] worker-1: write worker.env … failed: SF602 cannot write worker.env on host-1: no space left',
      '[host-1] worker-1: restart worker-1 … not begun',
    ]);
    expect(screen.cursorShown).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shows nothing after its end', async () => {
    await progress.end();
    progress.emit(waiting('worker-1'));
    await progress.end();
    expect(screen.lines).toEqual([]);
  });

  it('counts the workers there is no room for, and keeps each in its place', () => {
    for (let number = 1; number <= 8; number += 1) progress.emit(waiting(`worker-${number}`));
    progress.emit({ type: 'step-done', step: { ...RESTART, worker: 'worker-1' } });
    progress.emit(waiting('worker-1'));
    expect(screen.lines.map((line) => line.slice(0, 28))).toEqual([
      '[host-1] worker-1: restart w',
      '⠋ host-1 worker-1: 2h41m so ',
      '⠋ host-1 worker-2: 2h41m so ',
      '⠋ host-1 worker-3: 2h41m so ',
      '⠋ host-1 worker-4: 2h41m so ',
      '  and 4 more at work',
    ]);
  });

  it('says at once what is to be said', () => {
    progress.emit(waiting('worker-1'));
    progress.say('Stopping: no new step is begun.');
    expect(screen.lines[0]).toBe('Stopping: no new step is begun.');
    expect(screen.lines).toHaveLength(2);
  });

  it('holds back what others write meanwhile', async () => {
    progress.emit(waiting('worker-1'));
    screen.stream.write('a warning\n');
    expect(screen.lines).toHaveLength(1);
    await progress.end();
    expect(screen.lines.filter((line) => line !== '')).toEqual(['a warning']);
  });

  it('takes away all rows of a line that a narrower terminal has broken', () => {
    progress.emit(waiting('worker-1'));
    screen.stream.columns = 20;
    vi.advanceTimersByTime(100);
    expect(screen.frames.at(-1)).toBe('\u001B[3A\u001B[J⠙ host-1 worker-1:…\n');
  });

  it('gives the terminal back when the process ends in the midst', () => {
    progress.emit(waiting('worker-1'));
    const listeners = process.listeners('exit');
    const last = listeners.at(-1);
    last?.call(process, 0);
    expect(screen.cursorShown).toBe(true);
    expect(process.listeners('exit')).not.toContain(last);
  });
});
