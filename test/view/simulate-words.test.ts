import { describe, expect, it } from 'vitest';
import type { ScarceResource } from '../../src/lotus/admission.js';
import type { Outcome, StageOutcome, Stuck } from '../../src/simulate/outcome.js';
import type { RunSettings } from '../../src/simulate/run-settings.js';
import { aStage, aWorkerOutcome, DAY, sections, SETTINGS } from '../support/outcome.js';

describe('the head of a simulation', () => {
  const head = (outcome: Partial<Outcome>, settings: Partial<RunSettings> = {}): readonly string[] =>
    sections(outcome, { settings: { ...SETTINGS, ...settings } })[0] ?? [];
  const IDLE = 'No stage holds the others up: each could take more for at least half the time.';

  it.each<[sectorsPerDay: number, words: string]>([
    [0, '0 sectors a day (0 B)'],
    [0.456, '0.46 sectors a day (14.6 GiB)'], // 0.456 x 32
    [9.5, '9.5 sectors a day (304 GiB)'],
    [12.04, '12 sectors a day (385 GiB)'],
    [2161.4, '2161 sectors a day (67.5 TiB)'],
  ])('%d sectors a day', (sectorsPerDay, words) => {
    expect(head({ sectorsPerDay })[0]).toBe(`Farm example: ${words}`);
  });

  it.each<[words: string, sectors: number, outcome: Partial<Outcome>]>([
    ['20 sectors, all finished after 13.8 hours.', 20, { finished: 20, simulated: 13.8 * DAY / 24 }],
    ['1 sector, finished after 90 minutes.', 1, { finished: 1, simulated: DAY / 16 }],
    ['1 sector, finished after 7.5 seconds.', 1, { finished: 1, simulated: 7500 }],
    ['1 sector, finished after 0.2 seconds.', 1, { finished: 1, simulated: 200 }],
    ['200 sectors: 120 finished in 7 days, 80 in work.', 200, { finished: 120, inWork: 80, simulated: 7 * DAY }],
    ['200 sectors: 120 finished in 2 days, 30 in work, 50 not begun.', 200, { finished: 120, inWork: 30, simulated: 2 * DAY }],
  ])('%s', (words, sectors, outcome) => {
    expect(head({ inWork: 0, since: 0, ...outcome }, { sectors })).toEqual([expect.any(String), words, IDLE]);
  }); // prettier-ignore

  it.each<[since: number, words: readonly string[]]>([
    [0, []],
    [DAY, ['All other numbers leave out the first 24 hours.']],
    [4.5 * DAY, ['All other numbers leave out the first 4.5 days.']],
  ])('says since when it counts: %d', (since, words) => {
    expect(head({ since }).slice(2)).toEqual([...words, IDLE]);
  });

  it.each<[inWork: number, words: readonly string[]]>([
    [11, []],
    [12, ['At the end no more sectors could be begun, because of --max-sealing 12.']],
  ])('%d sectors in work of at most 12', (inWork, words) => {
    expect(head({ inWork }, { maxSealing: 12 }).slice(3)).toEqual([IDLE, ...words]);
  });

  it.each<[binds: ScarceResource, words: string]>([
    ['max-concurrent', 'because of its limit'],
    ['memory', 'for want of RAM'],
    ['virtual-memory', 'for want of RAM + swap'],
    ['threads', 'for want of threads'],
    ['gpus', 'for want of GPUs'],
  ])('names %s as what is scarce', (binds, words) => {
    expect(head({ bottleneck: { task: 'PC1', full: 0.514, binds } }).at(-1)).toBe(
      `PC1 is the bottleneck: 51 % of the time its workers could take no more, ${words}.`,
    );
  });

  it.each<[moving: number, words: string]>([
    [0.96, 'one sector waits'],
    [7.96, '8 sectors wait'],
  ])('names transfers for which %d sectors wait', (moving, words) => {
    const bottleneck = { task: 'PC2', full: 0.1, binds: 'transfers' } as const;
    expect(head({ bottleneck, stages: [aStage('PC2', { moving })] }).at(-1)).toBe(
      `Transfers are the bottleneck: on average ${words} before PC2 for files to arrive, and no stage is full.`,
    );
  });

  it.each<[words: string, what: string, reason: ScarceResource, part: number, waiting: number, worker: string]>([
    ['AP, PC1 and PC2 are', 'waits for the same of the same', 'memory', 0.9, 1, 'w'],
    ['AP and PC2 are', 'waits for something else', 'threads', 0.9, 1, 'w'],
    ['AP and PC2 are', 'waits for its limit', 'max-concurrent', 0.9, 1, 'w'],
    ['AP and PC2 are', 'is less full', 'memory', 0.85, 1, 'w'],
    ['AP and PC2 are', 'has nothing waiting', 'memory', 0.9, 0.4, 'w'],
    ['AP and PC2 are', 'runs on other workers', 'memory', 0.9, 1, 'x'],
  ])('%s the bottleneck where a stage %s', (words, _, reason, part, mean, worker) => {
    const held = { full: new Map([['memory', 0.9]] as const), queue: { mean: 3, peak: 3, end: 3 } };
    const shown = head({
      stages: [
        aStage('AP', held),
        aStage('PC1', { full: new Map([[reason, part]]), queue: { mean, peak: 3, end: 3 } }),
        aStage('PC2', held),
      ],
      workers: [
        aWorkerOutcome('w', { running: new Map([['AP', 1], ['PC2', 1]]) }),
        aWorkerOutcome('x', { running: new Map([['PC1', 1]]) }),
        aWorkerOutcome('y', { running: new Map(worker === 'w' ? [['PC1', 1], ['PC2', 1]] : []) }),
      ],
      bottleneck: { task: 'PC2', full: 0.9, binds: 'memory' },
    });
    expect(shown.at(-1)).toBe(`${words} the bottleneck: 90 % of the time their workers could take no more, for want of RAM.`);
  }); // prettier-ignore

  it('names all that is scarce for a quarter of the time', () => {
    const words = (full: StageOutcome['full']): unknown =>
      head({ stages: [aStage('C2', { full })], bottleneck: { task: 'C2', full: 0.8, binds: 'virtual-memory' } }).at(-1);
    const start = 'C2 is the bottleneck: 80 % of the time its workers could take no more,';
    expect(words(new Map([['gpus', 0.39], ['virtual-memory', 0.41]]))).toBe(`${start} for want of RAM + swap and GPUs.`);
    expect(words(new Map([['gpus', 0.19], ['virtual-memory', 0.61]]))).toBe(`${start} for want of RAM + swap.`);
    expect(words(new Map([['max-concurrent', 0.3], ['virtual-memory', 0.5]]))).toBe(
      `${start} for want of RAM + swap and because of its limit.`,
    );
  }); // prettier-ignore

  it('takes no limits together: each stage has its own', () => {
    const held = { full: new Map([['max-concurrent', 1]] as const), queue: { mean: 3, peak: 3, end: 3 } };
    const shown = head({
      stages: [aStage('PC1', held), aStage('PC2', held)],
      workers: [aWorkerOutcome('w', { running: new Map([['PC1', 1], ['PC2', 1]]) })],
      bottleneck: { task: 'PC2', full: 1, binds: 'max-concurrent' },
    });
    expect(shown.at(-1)).toMatch(/^PC2 is the bottleneck/);
  }); // prettier-ignore

  it.each<[why: Stuck['why'], words: string]>([
    ['no-worker', 'no worker does it.'],
    ['never-admitted', 'no worker that does it has enough RAM, threads or GPUs for even one; `sealfarm capacity` shows what is missing.'],
    ['groups', 'the storage groups let no worker that does it fetch the files; `sealfarm flow` shows the closed ways.'],
    ['data-elsewhere', 'no worker that does it has the files, and they are not fetched for it.'],
    ['no-room', 'no worker that does it has room for the files, and none becomes free.'],
    ['path', 'no worker that does it has a storage path that may hold the files.'],
  ])('says why sectors are stuck: %s', (why, words) => {
    // That no stage is full is no news then.
    expect(head({ stuck: [{ task: 'PC2', sectors: 9, why }, { task: 'C2', sectors: 1, why }] }).slice(3)).toEqual([
      `9 sectors wait for PC2 for ever: ${words}`,
      `1 sector waits for C2 for ever: ${words}`,
    ]);
  }); // prettier-ignore
});
