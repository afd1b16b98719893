import { describe, expect, it } from 'vitest';
import type { Tried } from '../../src/simulate/what-if.js';
import { simulationJson } from '../../src/view/simulate-json.js';
import { formatSimulation } from '../../src/view/simulate.js';
import { createStyle } from '../../src/view/style.js';
import { aSimulation, aStage, aWorkerOutcome, sections, SETTINGS } from '../support/outcome.js';

function tried(sectorsPerDay: number, overrides: Partial<Tried> = {}): Tried {
  return { task: 'PC1', workers: ['worker-1'], from: 4, to: 5, sectorsPerDay, ...overrides };
}

/** Ten a day is what the farm seals as it is. */
function shown(ones: readonly Tried[], sectorsPerDay = 10): unknown {
  return sections({ sectorsPerDay }, { tried: ones })[4];
}

describe('other limits', () => {
  it('are shown where they make a difference, the best first', () => {
    expect(
      shown([
        tried(8, { to: 3 }),
        tried(12.345, { task: 'C2', workers: ['c2-1', 'c2-2', 'c2-3', 'x'], from: 1, to: 2 }),
        tried(11.5),
      ]),
    ).toEqual([
      'With one limit changed:',
      '  C2 1 → 2   on c2-[1-3], x  12.3 sectors a day  +23 %',
      '  PC1 4 → 5  on worker-1     11.5 sectors a day  +15 %',
      '  PC1 4 → 3  on worker-1     8 sectors a day     −20 %',
    ]);
  });

  it('are named together where they make none', () => {
    const others = { workers: ['a', 'b', 'd', 'f', 'h'] };
    const same = [
      tried(9.9, { to: 3 }),
      tried(10.1),
      tried(10, { task: 'PC2', from: 1, to: 2 }),
      tried(10, others),
      tried(10, { ...others, to: 3 }),
    ];
    expect(shown(same)).toEqual([
      'With one limit changed:',
      '  no difference beyond chance: PC1 3 or 5 instead of 4 on worker-1; PC2 2 instead of 1 on worker-1; PC1 3 or 5 instead of 4 on a, b, d and 2 more',
    ]);
  }); // prettier-ignore

  it('are cut off after eight rows and after eight groups', () => {
    const workers = Array.from({ length: 20 }, (_, index) => [`w${2 * index}`]);
    const some = workers.map((names, index) => tried(index < 10 ? 20 + index : 10, { workers: names }));
    const lines = sections({}, { tried: some })[4] ?? [];
    expect(lines.slice(0, 2)).toEqual([
      'With one limit changed:',
      '  PC1 4 → 5  on w18  29 sectors a day  +190 %',
    ]);
    expect(lines.slice(8, 10)).toEqual([
      '  PC1 4 → 5  on w4   22 sectors a day  +120 %',
      '  and 2 more limits; --json has them all',
    ]);
    expect(lines.slice(10).join(' ')).toMatch(/on w20; .* on w34; +and 2 more$/);
  });

  it('may be all there is', () => {
    expect(shown([tried(3)], 0)).toEqual([
      'With one limit changed:',
      '  PC1 4 → 5  on worker-1  3 sectors a day  instead of 0',
    ]);
  });

  it('have colours for better and worse', () => {
    const simulation = aSimulation({}, { tried: [tried(20), tried(5, { to: 3 })] });
    const text = formatSimulation(simulation, { style: createStyle(true), width: 100 });
    expect(text).toContain('\u001b[32m+100 %\u001b[39m');
    expect(text).toContain('\u001b[31m−50 %\u001b[39m');
  });

  it.each<[untried: number, words: readonly string[] | undefined]>([
    [1, ['Not tried: other limits, in 1 more run; --what-if does it.']],
    [96, ['Not tried: other limits, in 96 more runs; --what-if does it.']],
    [0, undefined],
  ])('may not have been tried: %d', (untried, words) => {
    expect(sections({}, { untried })[4]).toEqual(words);
  });

  it('may not exist', () => {
    expect(shown([])).toBeUndefined();
  });
});

describe('simulationJson', () => {
  it('has the same for machines', () => {
    const stages = [aStage('PC1', { short: new Map([['gpus', 0.5]]) })];
    const workers = [aWorkerOutcome('w', { running: new Map([['PC1', 2]]) })];
    const json = simulationJson(aSimulation({ stages, workers }, { tried: [tried(12)] }));
    expect(json).toMatchObject({
      formatVersion: 1,
      farm: 'example',
      settings: SETTINGS,
      sectorsPerDay: 10,
      stages: [{ task: 'PC1', full: 0.5, short: { gpus: 0.5 } }],
      workers: [{ name: 'w', running: { PC1: 2 } }],
      whatIf: [{ task: 'PC1', workers: ['worker-1'], from: 4, to: 5, sectorsPerDay: 12 }],
    });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('has no other limits where nobody tried', () => {
    expect(simulationJson(aSimulation({}, { untried: 6 }))).not.toHaveProperty('whatIf');
    expect(simulationJson(aSimulation({}, { tried: [] }))).toHaveProperty('whatIf', []);
  });
});
