import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../../src/cli/plan-file.js';
import type { Moved, Seal } from '../../src/plan/seal.js';
import { masked, type MaskedPlan } from '../../src/view/masked-plan.js';
import { doesNotHold, ofAnotherFarm } from '../../src/view/moved.js';
import { formatPlan, planJson } from '../../src/view/plan.js';
import {
  formatSavedPlan,
  madeWords,
  savedPlan,
  type Made,
  type SavedPlan,
} from '../../src/view/saved-plan.js';
import { Secret } from '../../src/secret/secret.js';
import { PLAIN } from '../../src/view/style.js';
import {
  allowToSteps,
  CANARY,
  firstSteps,
  hostPlan,
  ID,
  job,
  layout,
  limitSteps,
  NOW,
  planOf,
  step,
  unreached,
} from './samples.js';

const MADE: Made = {
  at: NOW.toISOString(),
  by: 'alice@laptop',
  version: '0.1.0',
  commit: { id: '0123456789abcdef0123456789abcdef01234567', dirty: false },
};
const SEAL: Seal = { salt: 's', declared: { 'host-1': '0123456789abcdef' }, seen: {}, index: {}, steps: {} };

/** A step of every kind, and all that stands beside steps. */
const WHOLE = planOf(
  [
    hostPlan('host-1', [
      ...firstSteps('host-1', 'worker-1', ['AP', 'PC1', 'PC2', 'C2']),
      step('host-1', 'worker-2', { kind: 'create-path', path: '/mnt/new' }),
      step(
        'host-1',
        'worker-2',
        { kind: 'enable-task', task: 'PC1' },
        { disruption: 'live', reason: 'lotus-differs' },
      ),
      step(
        'host-1',
        'worker-2',
        { kind: 'disable-task', task: 'C2' },
        { disruption: 'live', reason: 'lotus-differs' },
      ),
      step('host-1', 'worker-2', { kind: 'attach', path: '/mnt/new' }, { disruption: 'live' }),
      step(
        'host-1',
        'worker-2',
        { kind: 'detach', path: '/mnt/old', id: ID, tasks: ['PC1'] },
        { disruption: 'empty', reason: 'config-changed' },
      ),
      step(
        'host-1',
        'worker-3',
        { kind: 'remove-unit', service: layout('worker-3') },
        { reason: 'config-changed' },
      ),
      step('host-1', 'worker-4', { kind: 'disable-unit', unit: 'seal.service' }, { reason: 'adopted' }),
      step('host-1', 'worker-4', { kind: 'enable-unit', service: layout('worker-4') }, { reason: 'adopted' }),
    ]),
    hostPlan('host-2', allowToSteps('host-2', 'worker-2')),
    hostPlan('host-3', limitSteps('host-3', 'worker-3', [job('PC1', 3, '2026-03-01T09:20:00Z')], 3)),
    hostPlan('host-4', [], false),
  ],
  {
    diagnostics: [
      unreached('host-4'),
      {
        code: 'SF276',
        severity: 'warning',
        message: 'm',
        place: { kind: 'file', file: 'sealfarm.yaml' },
        help: 'a\nb',
      },
    ],
    drained: [
      {
        host: 'host-2',
        worker: 'worker-2',
        running: true,
        declared: 'running',
        intent: { who: 'bob', when: '2026-02-28T09:00:00Z', why: 'new disk' },
      },
      {
        host: 'host-2',
        worker: 'worker-5',
        running: false,
        declared: 'running',
        intent: { who: 'bob', when: '2026-02-28T09:00:00Z' },
      },
    ],
    foreign: [
      {
        host: 'host-1',
        worker: 'worker-4',
        pid: 7,
        starter: 'tmux session 0',
        since: '2026-02-28T09:00:00.000Z',
        pending: [
          { field: 'TMPDIR', before: '/tmp', after: '/var/lib/sealfarm/tmp/worker-4' },
          { field: 'MINER_API_INFO', before: new Secret(CANARY), after: new Secret('another') },
        ],
      },
    ],
  },
);

const SHOWN = masked(WHOLE, 'salt', true);

function saved(plan: MaskedPlan = SHOWN, made = MADE): SavedPlan {
  return JSON.parse(JSON.stringify(savedPlan(plan, made, SEAL))) as SavedPlan;
}

describe('a saved plan', () => {
  it.each([60, 100, 200])('reads as the plan itself did, at %d columns', (width) => {
    for (const [verbose, diffs] of [
      [false, false],
      [true, true],
    ] as const) {
      const view = { style: PLAIN, width, verbose, diffs };
      const [heading, ...rest] = formatSavedPlan(saved(), view).split('\n\n');
      expect(heading?.replaceAll(/\s+/g, ' ')).toBe(
        'Plan of example, made 2026-03-01 12:00 UTC by alice@laptop from commit 01234567',
      );
      expect(rest.join('\n\n')).toBe(formatPlan(SHOWN, { ...view, now: NOW }));
    }
  });

  it.each([
    [{ dirty: true, id: 'f'.repeat(40) }, 'from commit ffffffff and changes that are not committed'],
    [undefined, 'by alice@laptop'],
  ])('says where it comes from: %j', (commit, words) => {
    const { commit: _, ...made } = MADE;
    expect(madeWords({ farm: 'example', made: commit === undefined ? made : { ...made, commit } })).toMatch(
      new RegExp(`${words}$`),
    );
  });

  it('has the diffs, and of no secret more than its fingerprint', () => {
    const text = JSON.stringify(saved());
    expect(text).toContain('"diff":"--- /dev/null');
    expect(text).toMatch(/"field":"MINER_API_INFO","after":"\(secret [0-9a-f]{6}\)"/);
    expect(text).not.toContain(CANARY);
    expect(formatSavedPlan(saved(), { style: PLAIN, width: 100, diffs: true })).not.toContain(CANARY);
  });

  it('says who still runs as somebody else started him, and what his next restart changes', () => {
    const text = formatSavedPlan(saved(), { style: PLAIN, width: 200 });
    expect(text).toContain(
      'worker-4 on host-1 still runs as it was started, by tmux session 0 since 2026-02-28 09:00 UTC',
    );
    expect(text).toContain('  TMPDIR: /tmp → /var/lib/sealfarm/tmp/worker-4');
    expect(text).toContain('disable seal.service');
    expect(text).toContain('enable sealfarm-worker@worker-4.service');
  });

  it('fits the schema, and so does a plan for programs', () => {
    const fits = new Ajv2020({ strict: true }).compile(planSchema());
    for (const value of [saved(), JSON.parse(JSON.stringify(planJson(WHOLE, NOW)))]) {
      expect([fits(value), fits.errors]).toEqual([true, null]);
    }
    expect(fits({ ...saved(), more: 1 })).toBe(false);
    const { made: _, ...nameless } = saved();
    expect(fits(nameless)).toBe(false);
  });
});

describe('a plan that does not hold', () => {
  const lines = (...moved: readonly Moved[]): readonly string[] =>
    (doesNotHold('plan.json', moved).help ?? '').split('\n').slice(1);

  it('says what is another now', () => {
    expect(
      lines(
        { layer: 'declared', host: 'host-1' },
        { layer: 'declared', host: 'host-2' },
        { layer: 'declared', host: 'host-3' },
        { layer: 'seen', host: 'host-1', subject: 'worker-1: environment file' },
        { layer: 'index', subject: ID },
        { layer: 'step', subject: 'worker-1/restart' },
      ),
    ).toEqual([
      'what the file declares for host-[1-3]',
      'host-1: worker-1: environment file',
      `the miner's index: ${ID}`,
      'the step worker-1/restart',
    ]);
  });

  it('does not fill the screen', () => {
    const many = Array.from({ length: 30 }, (_, index): Moved => ({
      layer: 'step',
      subject: `step-${index}`,
    }));
    expect(lines(...many)).toHaveLength(13);
    expect(lines(...many).at(-1)).toBe('and 18 more');
  });

  it('may be of another farm', () => {
    expect(ofAnotherFarm('plan.json', 'north', 'south').message).toBe(
      'plan.json is a plan of the farm north, this is the farm south; nothing was changed',
    );
  });
});
