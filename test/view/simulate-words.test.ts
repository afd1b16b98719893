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

  it.each<[what: string, outcome: Partial<Outcome>, maxSealing: number | undefined, hinted: boolean]>([
    ['failures', { stages: [aStage('PC1', { failures: 1 })] }, undefined, true],
    ['failures under a limit', { stages: [aStage('PC1', { failures: 1 })] }, 5, false],
    [
      'sectors stuck for want of room',
      { stuck: [{ task: 'PC1', sectors: 1, why: 'no-room' }] },
      undefined,
      true,
    ],
    ['a full store', { stuck: [{ task: 'GET', sectors: 1, why: 'no-room' }] }, undefined, false],
    ['sectors stuck in groups', { stuck: [{ task: 'PC2', sectors: 1, why: 'groups' }] }, undefined, false],
  ])('points to a limit: %s', (_, outcome, maxSealing, hinted) => {
    const shown = head(outcome, maxSealing === undefined ? {} : { maxSealing });
    expect(shown.includes('A limit of sectors in work avoids that: try --max-sealing.')).toBe(hinted);
  });

  it('names no bottleneck where everything waits for what is stuck', () => {
    const bottleneck = { task: 'PC1', full: 1, binds: 'max-concurrent' } as const;
    const stuck = [{ task: 'GET', sectors: 9, why: 'no-room' }] as const;
    expect(head({ bottleneck, stuck, sectorsPerDay: 0 }).join()).not.toContain('bottleneck');
    expect(head({ bottleneck, stuck, sectorsPerDay: 1 }).join()).toContain('PC1 is the bottleneck');
  });

  it('names transfers as what they wait for', () => {
    const bottleneck = { task: 'PC2', full: 0.9, binds: 'transfers' } as const;
    expect(head({ bottleneck, stages: [aStage('PC2', { short: new Map([['transfers', 0.9]]) })] }).at(-1)).toBe(
      'PC2 is the bottleneck: 90 % of the time its workers could take no more, because files were still on their way to them.',
    );
  }); // prettier-ignore

  it('names what is always short, and of the rest nothing', () => {
    const short = new Map([['virtual-memory', 0.7], ['max-concurrent', 0.8], ['gpus', 1]] as const);
    const bottleneck = { task: 'C2', full: 1, binds: 'gpus' } as const;
    expect(head({ bottleneck, stages: [aStage('C2', { full: 1, short })] }).at(-1)).toBe(
      'C2 is the bottleneck: 100 % of the time its workers could take no more, for want of GPUs.',
    );
  }); // prettier-ignore

  it.each<[words: string, what: string, reason: ScarceResource, part: number, waiting: number, worker: string]>([
    ['AP, PC1 and PC2 are', 'waits for the same of the same', 'memory', 0.9, 1, 'w'],
    ['AP and PC2 are', 'waits for something else', 'threads', 0.9, 1, 'w'],
    ['AP and PC2 are', 'waits for its limit', 'max-concurrent', 0.9, 1, 'w'],
    ['AP and PC2 are', 'is less full', 'memory', 0.85, 1, 'w'],
    ['AP and PC2 are', 'has nothing waiting', 'memory', 0.9, 0.4, 'w'],
    ['AP and PC2 are', 'runs on other workers', 'memory', 0.9, 1, 'x'],
  ])('%s the bottleneck where a stage %s', (words, _, reason, part, mean, worker) => {
    const held = { short: new Map([['memory', 0.9]] as const), queue: { mean: 3, peak: 3, end: 3 } };
    const shown = head({
      stages: [
        aStage('AP', held),
        aStage('PC1', { short: new Map([[reason, part]]), queue: { mean, peak: 3, end: 3 } }),
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
    const words = (short: StageOutcome['short']): unknown =>
      head({ stages: [aStage('C2', { short })], bottleneck: { task: 'C2', full: 0.8, binds: 'virtual-memory' } }).at(-1);
    const start = 'C2 is the bottleneck: 80 % of the time its workers could take no more,';
    expect(words(new Map([['gpus', 0.39], ['virtual-memory', 0.41]]))).toBe(`${start} for want of RAM + swap and GPUs.`);
    expect(words(new Map([['gpus', 0.19], ['virtual-memory', 0.61]]))).toBe(`${start} for want of RAM + swap.`);
    expect(words(new Map([['max-concurrent', 0.3], ['virtual-memory', 0.5]]))).toBe(
      `${start} for want of RAM + swap and because of its limit.`,
    );
  }); // prettier-ignore

  it('takes no limits together: each stage has its own', () => {
    const held = { short: new Map([['max-concurrent', 1]] as const), queue: { mean: 3, peak: 3, end: 3 } };
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
    expect(head({ stuck: [{ task: 'PC2', sectors: 9, why }, { task: 'C2', sectors: 1, why }] }, { maxSealing: 99 }).slice(3)).toEqual([
      `9 sectors wait for PC2 for ever: ${words}`,
      `1 sector waits for C2 for ever: ${words}`,
    ]);
  }); // prettier-ignore
});
