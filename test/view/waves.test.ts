import { describe, expect, it } from 'vitest';
import type { Loss, Plan, Turn, Wave } from '../../src/plan/plan.js';
import { formatPlan, planJson } from '../../src/view/plan.js';
import { createStyle } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { hostPlan, limitSteps, NOW, planOf } from './samples.js';

function turn(worker: string, ...alone: readonly Loss[]): Turn {
  return { host: `host-of-${worker}`, worker, steps: [`${worker}/restart`], putOff: [], alone };
}

function wave(...turns: readonly Turn[]): Wave {
  return { canary: false, turns };
}

/** Waves of so many workers each: w-1, w-2, … */
function numbered(...sizes: readonly number[]): readonly Wave[] {
  let next = 1;
  return sizes.map((size) => wave(...Array.from({ length: size }, () => turn(`w-${next++}`))));
}

function withCanary([first, ...others]: readonly Wave[]): readonly Wave[] {
  return [{ canary: true, turns: first?.turns ?? [] }, ...others];
}

/** What a plan says of these waves. */
function said(
  waves: readonly Wave[],
  view: { readonly width?: number; readonly verbose?: boolean } = {},
): string {
  const { width = 100, verbose = false } = view;
  const plan = planOf([], { waves });
  const style = createStyle(false);
  return formatPlan(plan, { style, width, now: NOW, verbose }).replace(/\n*(No changes|Plan).*/, '');
}

describe('waves', () => {
  it('of a single worker need no word', () => {
    expect(said([])).toBe('');
    expect(said([wave(turn('w-1'))])).toBe('');
  });

  it('of one each are one after the other', () => {
    expect(said(numbered(1, 1, 1))).toBe('Restarts in 3 waves: one after the other.');
    expect(said(withCanary(numbered(1, 1, 1)))).toBe(
      'Restarts in 3 waves: canary w-1; then one after the other.',
    );
  });

  it('are listed while they are few', () => {
    expect(said(withCanary(numbered(1, 3, 3, 2)))).toBe(
      [
        'Restarts in 4 waves: canary w-1; then 3, 3, 2 at once.',
        '  1  w-1',
        '  2  w-[2-4]',
        '  3  w-[5-7]',
        '  4  w-8, w-9',
      ].join('\n'),
    );
  });

  it('are only counted when they are many', () => {
    const many = numbered(...Array.from({ length: 12 }, () => 3), 2);
    expect(said(many)).toBe('Restarts in 13 waves: 12 times 3, then 2 at once.');
    expect(said(many, { verbose: true }).split('\n')).toHaveLength(14);
    expect(said(numbered(1, 2, 1, 3, 1, 2, 1))).toBe('Restarts in 7 waves: up to 3 at once.');
  });

  it('of all together are one', () => {
    expect(said(numbered(3))).toBe('Restarts: 3 at once.');
  });

  it('say who is alone, and what nobody does meanwhile', () => {
    const group = (name: string): Loss => `only-pc2-of-group ${name}`;
    const waves = [
      wave(turn('a', group('g1'))),
      wave(turn('b', group('g2'))),
      wave(turn('c', 'last-of-task PC2', group('g3'))),
      wave(turn('d', 'last-of-task WDP')),
      wave(turn('e', 'last-of-task WDP')),
    ];
    expect(said(waves)).toBe(
      [
        'Restarts in 5 waves: one after the other.',
        '  a alone: nobody else does PC2 for g1 meanwhile',
        '  b alone: nobody else does PC2 for g2 meanwhile',
        '  c alone: nobody else does PC2 meanwhile',
        '  d, e alone: nobody else does WDP meanwhile',
      ].join('\n'),
    );
  });

  it('say it of a single worker, too', () => {
    expect(said([wave(turn('a', 'last-of-task PC2'))])).toBe('a alone: nobody else does PC2 meanwhile');
  });

  it('fit the terminal, and let no name move its cursor', () => {
    const long = Array.from({ length: 9 }, (_, index) => turn(`a-very-long-name-of-a-worker-${index * 2}`));
    for (const width of [60, 200]) {
      for (const line of said([wave(...long), wave(turn('x'))], { width }).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
    expect(said([wave(turn('a', 'only-pc2-of-group \u001b[2J'))])).not.toContain('\u001b');
  });
});

it('waves are data for programs', () => {
  const waves = withCanary(numbered(1, 2));
  const heldBack = [{ ...turn('w-9'), putOff: ['min-available PC2'] as const }];
  const made: Plan = {
    ...planOf([hostPlan('host-1', limitSteps('host-1', 'w-1', []))], { waves, heldBack }),
  };
  expect(planJson(made, NOW)).toMatchObject({ waves, heldBack });
  expect(planJson(made, NOW)).not.toHaveProperty('large');
  const large = { concerned: 4, running: 10, mostPercent: 30 };
  expect(planJson({ ...made, large }, NOW)).toMatchObject({ large });
});
