import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/simulate/outcome.js';
import { comparisonJson, formatComparison, type Side } from '../../src/view/simulate-compare.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { aFarm } from '../support/farm.js';
import { anOutcome, aStage, aTransfer, aWorkerOutcome } from '../support/outcome.js';

const GiB = 2 ** 30;

function side(file: string, outcome: Partial<Outcome>, sectorSize: '32GiB' | '64GiB' = '32GiB'): Side {
  return { file, farm: aFarm({ sectorSize }), outcome: anOutcome(outcome) };
}

const TODAY = side('today.yaml', {
  stages: [
    aStage('AP'),
    aStage('PC1', { queue: { mean: 0.04, peak: 1, end: 0 } }),
    aStage('PC2', { queue: { mean: 12.34, peak: 20, end: 1 } }),
    aStage('C2', { queue: { mean: 0.04, peak: 1, end: 0 } }),
  ],
  workers: [
    aWorkerOutcome('worker-1', { host: 'same' }),
    aWorkerOutcome('worker-2'),
    aWorkerOutcome('worker-3', { host: 'same' }),
  ],
  transfers: [
    aTransfer({ bytes: 80 * GiB }),
    aTransfer({ to: 'worker-3', bytes: 999 * GiB }),
    aTransfer({ bytes: 120 * GiB }),
    aTransfer({ cargo: 'finished', bytes: 40 * GiB }),
  ],
  bytesBetweenMachines: 240 * GiB,
  bottleneck: { task: 'PC2', full: 0.98, binds: 'gpus' },
});

const TOMORROW = side('tomorrow.yaml', {
  sectorsPerDay: 7.25,
  finished: 50,
  inWork: 30,
  finishedSince: 0,
  stages: [aStage('PC1'), aStage('C2', { queue: { mean: 3, peak: 4, end: 0 } })],
  stuck: [{ task: 'C2', sectors: 3, why: 'no-worker' }],
});

function lines(...sides: readonly Side[]): readonly string[] {
  return formatComparison(sides, { style: PLAIN, width: 100 }).split('\n');
}

describe('formatComparison', () => {
  it('shows a column for each file, and what holds each up', () => {
    expect(lines(TODAY, TOMORROW)).toEqual([
      '                           today.yaml  tomorrow.yaml',
      'sectors a day              10          7.25',
      'sealed a day               320 GiB     232 GiB', // 10 x 32, 7.25 x 32
      'finished                   75          50',
      'in work at the end         12          30',
      'waiting for PC2            12.3        0',
      'waiting for C2             0           3',
      'moved per finished sector  6 GiB       -', // 240 of 40 sectors
      '  unsealed, for PC1        5 GiB       -', // what stays on a machine is not moved
      '  PC1 output, for PC2      0 B         -',
      '  finished, into storage   1 GiB       -',
      '',
      'today.yaml',
      'PC2 is the bottleneck: 98 % of the time its workers could take no more, for want of GPUs.',
      '',
      'tomorrow.yaml',
      '3 sectors wait for C2 for ever: no worker does it.',
    ]);
  });

  it.each<[width: number, one: string, other: string, header: string]>([
    [100, 'a/b/sealfarm.yaml', 'a/c/sealfarm.yaml', 'b  c'],
    [100, '/a/b.yaml', '/a/c.yaml', 'b.yaml  c.yaml'],
    [100, 'sealfarm.yaml', 'new/sealfarm.yaml', 'sealfarm.yaml  new/sealfarm.yaml'],
    [100, 'a/sealfarm.yaml', 'a/sealfarm.yaml', 'sealfarm.yaml  sealfarm.yaml'],
    // (60 − 27) / 2 − 2 = 14
    [60, 'the-farm-of-today.yaml', 'short.yaml', 'the-farm-of-t…  short.yaml'],
    [20, 'the-farm-of-today.yaml', 'x', 'the-farm-…\n    x'],
  ])('heads its columns on %d with what differs: %s and %s', (width, one, other, header) => {
    const text = formatComparison([side(one, {}), side(other, {})], { style: PLAIN, width });
    expect(
      text
        .slice(0, text.indexOf('\nsectors'))
        .trim()
        .replaceAll(/(?<=\S) {3,}/g, '  '),
    ).toBe(header);
    expect(text).toContain(`\n\n${one}\n`);
  });

  it('knows the sector size of each', () => {
    expect(lines(side('a', {}), side('b', {}, '64GiB'))[2]).toMatch(/^sealed a day +320 GiB {2}640 GiB$/);
  });

  // Two sectors at each end, in four days: 1 a day.
  it.each<[sectorsPerDay: number, says: boolean]>([
    [10.5, true],
    [9, true],
    [10, false],
    [11.5, false],
    [8.5, false],
  ])('says where a difference is none: 10 and %d sectors a day', (sectorsPerDay, says) => {
    const shown = lines(side('a', {}), side('b', { sectorsPerDay }));
    expect(shown.includes('The difference in sectors a day is no more than chance.')).toBe(says);
  });

  it('has colours only with a style that has them', () => {
    const coloured = formatComparison([TODAY, TOMORROW], { style: createStyle(true), width: 100 });
    expect(coloured).toContain('\u001b[1mtomorrow.yaml\u001b[22m');
    expect(coloured).toContain('\u001b[31m3 sectors wait for C2 for ever: no worker does it.\u001b[39m');
    expect(stripVTControlCharacters(coloured).split('\n')).toEqual(lines(TODAY, TOMORROW));
  });

  it('says of each side what its disks do not hold', () => {
    const jammed = { ...TODAY, outcome: { ...TODAY.outcome, stages: [aStage('PC1', { failures: 7 })] } };
    const hint = 'A limit of sectors in work avoids that: try --max-sealing.';
    expect(lines(jammed, TOMORROW)).toContain(
      'Failed for want of disk space, and tried again a minute later: PC1 7 times.',
    );
    expect(lines(jammed, TOMORROW)).toContain(hint);
    expect(lines({ ...jammed, maxSealing: 9 }, TOMORROW)).not.toContain(hint);
  });

  it('fits a narrow terminal', () => {
    const text = formatComparison([TODAY, TOMORROW], { style: PLAIN, width: 60 });
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(text).toContain('could\n  take no more, for want of GPUs.');
  });
});

describe('comparisonJson', () => {
  it('has the same for machines', () => {
    const json = comparisonJson([TODAY, TOMORROW]);
    expect(json).toMatchObject({
      formatVersion: 1,
      layouts: [
        { file: 'today.yaml', farm: 'example', sectorsPerDay: 10, bottleneck: { task: 'PC2', binds: 'gpus' } },
        { file: 'tomorrow.yaml', farm: 'example', sectorsPerDay: 7.25, stages: [{ task: 'PC1', short: {} }, {}] },
      ],
    });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  }); // prettier-ignore
});
