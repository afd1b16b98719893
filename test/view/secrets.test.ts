import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/event/event.js';
import { Secret } from '../../src/secret/secret.js';
import { masked } from '../../src/view/masked-plan.js';
import { formatPlan, planJson } from '../../src/view/plan.js';
import { jsonProgress } from '../../src/view/progress-json.js';
import { plainProgress } from '../../src/view/progress-plain.js';
import { formatRender, renderJson } from '../../src/view/render.js';
import { formatReport, reportJson } from '../../src/view/report.js';
import { formatStatus, statusJson } from '../../src/view/status.js';
import { PLAIN } from '../../src/view/style.js';
import { DESIRED, FARM, OBSERVATION } from './farm-samples.js';
import {
  CANARY,
  firstSteps,
  hostPlan,
  layout,
  limitSteps,
  NOW,
  planOf,
  step,
  unreached,
  write,
} from './samples.js';

const STEPS = [
  ...firstSteps('host-1', 'worker-1', ['AP', 'PC1']),
  ...limitSteps('host-1', 'worker-1', []),
  step('host-1', 'worker-2', write(layout('worker-2').envFile, 'a'), {
    reason: 'config-changed',
    changes: [
      { field: 'MINER_API_INFO', before: new Secret(`old ${CANARY}`), after: new Secret(CANARY) },
      { field: 'OTHER', before: new Secret(CANARY) },
    ],
  }),
];
const PLAN = planOf([hostPlan('host-1', STEPS)]);
const VIEW = { style: PLAIN, width: 100, now: NOW };
const REPORT = {
  done: STEPS,
  failed: STEPS.map((failed) => ({ step: failed, diagnostic: unreached('host-1') })),
  skipped: STEPS,
  pending: STEPS,
};

function progressed(): string {
  const diagnostic = unreached('host-1');
  const events = STEPS.flatMap((one): readonly Event[] => [
    { type: 'step-started', step: one },
    { type: 'step-waiting', step: one, blockers: [] },
    { type: 'step-done', step: one },
    { type: 'step-failed', step: one, diagnostic },
    { type: 'step-skipped', step: one, diagnostic },
  ]);
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  events.forEach(plainProgress(write));
  events.forEach(jsonProgress(write));
  return text;
}

describe('a secret', () => {
  it('is in the samples', () => {
    const contents = STEPS.flatMap(({ action }) =>
      action.kind === 'write-file' ? [action.content.reveal()] : [],
    );
    expect(contents.join()).toContain(CANARY);
    expect(
      DESIRED.hosts[0]?.workers[0]?.env
        .map(({ value }) => (value instanceof Secret ? value.reveal() : value))
        .join(),
    ).toContain(CANARY);
  });

  it.each([
    ['formatPlan', () => formatPlan(PLAN, VIEW)],
    ['formatPlan with diffs', () => formatPlan(masked(PLAN, 'salt', true), { ...VIEW, diffs: true })],
    ['planJson with diffs', () => JSON.stringify(planJson(masked(PLAN, 'salt', true), NOW))],
    ['formatPlan, verbose', () => formatPlan(PLAN, { ...VIEW, verbose: true })],
    ['planJson', () => JSON.stringify(planJson(PLAN, NOW))],
    ['formatReport', () => formatReport(REPORT, PLAIN)],
    ['reportJson', () => JSON.stringify(reportJson(REPORT))],
    ['progress', progressed],
    ['formatRender', () => formatRender(DESIRED)],
    ['renderJson', () => JSON.stringify(renderJson(DESIRED))],
    ['formatStatus', () => formatStatus(FARM, OBSERVATION, VIEW)],
    ['statusJson', () => JSON.stringify(statusJson(FARM, OBSERVATION, NOW))],
  ])('is not in %s', (_name, shown) => {
    expect(shown()).not.toContain(CANARY);
    expect(shown().length).toBeGreaterThan(100);
  });

  it('shows as two fingerprints where it becomes another one', () => {
    const text = formatPlan(masked(PLAN, 'salt', false), VIEW);
    const [, before, after, other] =
      /MINER_API_INFO: (.*) → (.*)\n +OTHER: (.*) → \(none\)\n/.exec(text) ?? [];
    expect([before, after, other]).toEqual(Array(3).fill(expect.stringMatching(/^\(secret [0-9a-f]{6}\)$/)));
    expect(before).not.toBe(after);
    expect(other).toBe(after);
  });

  it('shows as a mask where nobody drew a salt', () => {
    const text = formatPlan(PLAN, VIEW);
    expect(text).toContain('MINER_API_INFO: (secret), changed\n');
    expect(text).toContain('OTHER: (secret) → (none)\n');
    const last = planJson(PLAN, NOW).hosts[0]?.steps.at(-1);
    expect(last?.changes).toEqual([
      { field: 'MINER_API_INFO', before: '(secret)', after: '(secret)' },
      { field: 'OTHER', before: '(secret)' },
    ]);
  });
});
