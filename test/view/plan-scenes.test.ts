import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../../src/cli/plan-file.js';
import { masked } from '../../src/view/masked-plan.js';
import { formatPlan, planJson } from '../../src/view/plan.js';
import { planMarkdown } from '../../src/view/plan-markdown.js';
import { createStyle, PLAIN } from '../../src/view/style.js';
import { displayWidth } from '../../src/view/text.js';
import { CANARY } from '../support/farm.js';
import { NOW, SCENES } from './plan-scenes.js';

const MADE = {
  at: NOW.toISOString(),
  commit: { id: '0123456789abcdef0123456789abcdef01234567', dirty: false },
};

/** The others have nothing in them that these have not. */
const WITH_DIFFS = ['token-changed', 'moved-to-systemd', 'limits-of-many-hosts', 'groups-changed-live'];

const schema = new Ajv2020({ strict: true }).compile(planSchema());

describe.each(SCENES)('the plan %s', (name, plan) => {
  const shown = masked(plan(), 'a salt', true);
  const text = (width: number, more: { diffs?: boolean; verbose?: boolean; color?: boolean } = {}): string =>
    formatPlan(shown, { style: createStyle(more.color === true), width, now: NOW, ...more });
  const snapshot = (value: string, file: string): Promise<void> =>
    expect(`${value}\n`).toMatchFileSnapshot(`plans/${name}/${file}`);

  it.each([60, 100, 200])('on a terminal of %d columns', async (width) => {
    await snapshot(text(width), `terminal-${width}.txt`);
  });

  if (WITH_DIFFS.includes(name))
    it('with its diffs', async () => {
      await snapshot(text(100, { diffs: true }), 'diff-100.txt');
      await snapshot(text(60, { diffs: true }), 'diff-60.txt');
      await snapshot(planMarkdown(shown, MADE, true), 'diff.md');
    });

  it('in Markdown', async () => {
    await snapshot(planMarkdown(shown, MADE), 'plan.md');
  });

  it('for programs', async () => {
    const json = JSON.parse(JSON.stringify(planJson(shown, NOW))) as unknown;
    expect([schema(json), schema.errors]).toEqual([true, null]);
    const printed = planJson(masked(plan(), 'a salt', false), NOW);
    await snapshot(JSON.stringify(printed, null, 2), 'plan.json');
  });

  it('means the same without colour, and holds no secret', () => {
    const colored = text(100, { diffs: true, color: true });
    expect(stripVTControlCharacters(colored)).toBe(text(100, { diffs: true }));
    expect(colored).not.toContain(CANARY);
    expect(JSON.stringify(planJson(shown, NOW))).not.toContain(CANARY);
  });

  it('fits any terminal, but for words that cannot be broken', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), fc.boolean(), fc.boolean(), (width, diffs, verbose) => {
        for (const line of formatPlan(shown, { style: PLAIN, width, now: NOW, diffs, verbose }).split('\n')) {
          expect(line).toBe(line.trimEnd());
          if (displayWidth(line) > width) expect(line.trimStart()).toMatch(UNBREAKABLE);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** One word, the mark or the name before it, and what stands beside the words of a step. */
const UNBREAKABLE = /^(?:[+~-] \w+ |(?:---|\+\+\+) |[\w ]+: )?\S+(?: +\[\w+\])?$/;
