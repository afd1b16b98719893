import { describe, expect, it } from 'vitest';
import type { RestartCost } from '../../src/plan/plan.js';
import { costWords } from '../../src/view/step-details.js';
import { planJson } from '../../src/view/plan.js';
import { hostPlan, job, limitSteps, NOW, planOf } from './samples.js';

const PC1 = job('PC1', 3, '2026-03-01T12:00:00Z');

describe('what a restart would interrupt', () => {
  it.each<[costs: readonly RestartCost[], words: string]>([
    [[{ jobs: [], sectorsHeld: 0 }], 'nothing runs now; 0 sectors on its paths'],
    [[{}], 'what runs there is not known; waits until the worker is quiet'],
    [[{}, {}], 'what runs there is not known; each waits until its worker is quiet'],
    [
      [{ jobs: [], sectorsHeld: 0 }, { sectorsHeld: 2 }],
      'what runs there is not known; each waits until its worker is quiet',
    ],
    [[{ jobs: [] }], 'nothing runs now; how many sectors are on its paths is not known'],
    [
      [{ jobs: [], posts: ['WDP'], sectorsHeld: 1 }],
      'now running: WDP; 1 sector on its paths; waits until the worker is quiet',
    ],
    [
      [{ jobs: [PC1], posts: ['WDP'], sectorsHeld: 1 }],
      'now running: PC1 of s-t01000-3 since 12:00 UTC (6s), WDP; 1 sector on its paths; waits until the worker is quiet',
    ],
    [
      [
        { jobs: [], posts: ['WDP'], sectorsHeld: 1 },
        { jobs: [], posts: ['WDP', 'WNP'], sectorsHeld: 1 },
      ],
      'now running: 2 WDP, WNP; 2 sectors on their paths; each waits until its worker is quiet',
    ],
  ])('%j', (costs, words) => {
    expect(costWords(costs, NOW)).toBe(words);
  });

  it('has no work of PC1 where nobody knows what runs', () => {
    const [write, restart] = limitSteps('host-1', 'worker-1', []);
    if (write === undefined || restart === undefined) throw new Error('no steps');
    const plan = planOf([hostPlan('host-1', [write, { ...restart, cost: {} }])]);
    expect(planJson(plan, NOW).hosts[0]?.steps[1]?.cost).toEqual({});
  });
});
