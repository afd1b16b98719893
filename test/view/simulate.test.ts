import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Outcome, StageOutcome } from '../../src/simulate/outcome.js';
import type { Tried } from '../../src/simulate/what-if.js';
import { formatSimulation } from '../../src/view/simulate.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { aSimulation, aStage, aTransfer, aWorkerOutcome, farmWith, sections } from '../support/outcome.js';

const GiB = 2 ** 30;

/** Two machines of which the first does all but PC1. */
const FULL: Partial<Outcome> = {
  sectorsPerDay: 51.71,
  stages: [
    aStage('AP', { capacity: 192, running: 0.2 }),
    aStage('PC1', {
      capacity: 8,
      running: 7.96,
      short: new Map([['memory', 0.02], ['max-concurrent', 0.97]]),
      queue: { mean: 15.6, peak: 16, end: 16 },
      failures: 1,
    }),
    aStage('PC2', { capacity: 1, running: 0.44, short: new Map([['gpus', 1]]), queue: { mean: 30, peak: 31, end: 30 }, failures: 774 }),
    aStage('C1', { capacity: 4000, running: 0.04 }),
    aStage('C2', { capacity: 1, running: 0.56, short: new Map([['gpus', 0.996]]), queue: { mean: 2.44, peak: 8, end: 3 } }),
    aStage('GET', { running: 0.3 }),
  ],
  workers: [
    aWorkerOutcome('worker-1', {
      running: new Map([['PC2', 0.44], ['C1', 0.04], ['C2', 0.56]]),
      use: { memory: 0.394, threads: 0.14, gpus: 1 },
    }),
    aWorkerOutcome('worker-2', { running: new Map([['AP', 0.2], ['PC1', 7.96]]) }),
    aWorkerOutcome('lotus-miner', { use: { memory: 0, threads: 0 } }),
  ],
  transfers: [
    aTransfer({ from: 'worker-2', to: 'worker-1', cargo: 'pc1-output', sectors: 41, bytes: 41 * 448 * GiB }),
    aTransfer({ from: 'worker-1', to: 'lotus-miner', cargo: 'finished', bytes: 32 * GiB }),
  ],
  bytesBetweenMachines: 41 * 448 * GiB + 32 * GiB,
  bottleneck: { task: 'C2', full: 0.996, binds: 'gpus' },
}; // prettier-ignore

describe('formatSimulation', () => {
  it('shows the rate, the stages, the workers, what moves, and other limits', () => {
    const tried: readonly Tried[] = [
      { task: 'PC1', workers: ['worker-2'], from: 8, to: 9, sectorsPerDay: 51.9 },
      { task: 'PC1', workers: ['worker-2'], from: 8, to: 7, sectorsPerDay: 40 },
      { task: 'PC2', workers: ['worker-1'], from: 1, to: 2, sectorsPerDay: 60 },
    ];
    const shown = aSimulation(FULL, { farm: farmWith(['worker-1', 'worker-2']), tried });
    expect(formatSimulation(shown, { style: PLAIN, width: 100 }).split('\n')).toEqual([
      'Farm example: 51.7 sectors a day (1.62 TiB)', // 51.71 x 32 GiB
      '8 days, always another sector to begin: 75 finished, 12 in work at the end.',
      'All other numbers leave out the first 4 days.',
      'PC2 and C2 are the bottleneck: 100 % of the time their workers could take no more, for want of GPUs.',
      'Failed for want of disk space, and tried again a minute later: PC1 1 time, PC2 774 times.',
      'A limit of sectors in work avoids that: try --max-sealing.',
      '',
      'STAGE  RUNNING     FULL   HELD UP BY  WAITING  PEAK  AT END',
      'AP     0.2 of 192  0 %    -           0        0     0',
      'PC1    8 of 8      99 %   limit       15.6     16    16',
      'PC2    0.4 of 1    100 %  GPUs        30       31    30',
      'C1     0           0 %    -           0        0     0',
      'C2     0.6 of 1    100 %  GPUs        2.4      8     3',
      'GET    0.3         0 %    -           0        0     0',
      'RUNNING and WAITING are averages. FULL is how much of the time the workers could take no more. What',
      'waits for PC1 is kept ready: twice as many sectors as it takes at once.',
      '',
      'WORKER    RUNNING          RAM   THREADS  GPUS',
      'worker-1  PC2 0.4, C2 0.6  39 %  14 %     100 %',
      'worker-2  AP 0.2, PC1 8    50 %  25 %     -',
      '',
      // 41 x 448 + 32 = 18400 GiB, of 40 sectors
      'Moved between machines: 18 TiB, 460 GiB per finished sector',
      '  worker-2 → worker-1  PC1 output, for PC2     41 sectors  17.9 TiB',
      '  worker-1 → (miner)   finished, into storage  1 sector    32 GiB',
      '',
      'With one limit changed:',
      '  PC2 1 → 2  on worker-1  60 sectors a day  +16 %',
      '  PC1 8 → 7  on worker-2  40 sectors a day  −23 %',
      '  no difference beyond chance: PC1 9 instead of 8 on worker-2',
    ]);
  }); // prettier-ignore

  it('fits a narrow terminal', () => {
    const shown = aSimulation(
      { ...FULL, stuck: [{ task: 'PC2', sectors: 3, why: 'groups' }] },
      { farm: farmWith(['worker-1', 'worker-2']), untried: 600 },
    );
    const lines = formatSimulation(shown, { style: createStyle(true), width: 60 }).split('\n');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(lines).toContain('  worker-2 → worker-1  PC1 output, for PC2     41 sectors');
    expect(lines).toContain('      17.9 TiB');
  });

  it('has colours only with a style that has them', () => {
    const stuck: Outcome['stuck'] = [{ task: 'PC2', sectors: 1, why: 'path' }];
    const shown = aSimulation({ ...FULL, stuck });
    const coloured = formatSimulation(shown, { style: createStyle(true), width: 200 });
    const plain = formatSimulation(shown, { style: PLAIN, width: 200 });
    expect(coloured).toContain('\u001b[1m51.7 sectors a day\u001b[22m');
    expect(coloured).toContain('\u001b[31m1 sector waits for PC2 for ever');
    expect(coloured).toContain('\u001b[33mFailed for want of disk space');
    expect(plain).not.toContain('\u001b');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });
});

describe('the stages', () => {
  it('have nothing that is full where there is room for none', () => {
    expect(sections({ stages: [aStage('C2', { capacity: 0 }), aStage('FIN')] })[1]?.slice(1, 3)).toEqual([
      'C2     0 of 0   -     -           0        0     0',
      'FIN    0        0 %   -           0        0     0',
    ]);
  });

  it('name what is scarce most, where it is scarce at all', () => {
    const reasons = (short: StageOutcome['short']): unknown => sections({ stages: [aStage('PC1', { short })] })[1]?.[1];
    // What is scarce in a quarter of the 60 % or more.
    expect(reasons(new Map([['memory', 0.15], ['threads', 0.31], ['gpus', 0.14]]))).toMatch(/^PC1 +0 +60 % +threads, RAM {2}/);
    expect(reasons(new Map([['memory', 0.004]]))).toMatch(/^PC1 +0 +0 % +- /);
  }); // prettier-ignore

  it.each<[words: string, mean: number]>([
    ['What waits for PC1 is kept ready: twice as many sectors as it takes at once.', 0.1],
    ['could take no more.', 0],
  ])('end with: %s', (words, mean) => {
    const stages = [aStage('PC1', { queue: { mean, peak: 1, end: 0 } }), aStage('PC2', { queue: { mean: 5, peak: 9, end: 1 } })];
    const text = formatSimulation(aSimulation({ stages }), { style: PLAIN, width: 300 });
    expect(text.split('\n\n')[1]?.endsWith(words)).toBe(true);
  }); // prettier-ignore
});
