import { beforeEach, describe, expect, it } from 'vitest';
import type { ApplyReport } from '../../src/apply/apply-plan.js';
import { journalled } from '../../src/apply/journal.js';
import type { Step } from '../../src/plan/plan.js';
import { jobBlocker, RESTART, WRITE } from '../view/event-samples.js';
import { Scene } from './scene.js';

const NOTHING: ApplyReport = { done: [], failed: [], skipped: [], pending: [] };
const WHY = { code: 'SF613', severity: 'error', message: 'it was not begun: interrupted' } as const;

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

function run(steps: readonly Step[], work: Parameters<typeof journalled>[2]): Promise<ApplyReport> {
  const layout = scene.homeOf('host-1');
  const hosts = [
    { host: 'host-1', layout, reached: true, steps },
    { host: 'host-2', layout, reached: true, steps: [] },
  ];
  return journalled(scene.context, { hosts }, work);
}

describe('the journal of a run', () => {
  it('says on each host with steps that it began and how it ended', async () => {
    await run([WRITE], () => Promise.resolve(NOTHING));
    expect(scene.notes).toMatchObject([{ run: 'run-1', command: 'apply', outcome: 'begun' }]);
    expect(scene.journal).toMatchObject([{ run: 'run-1', command: 'apply', outcome: 'done' }]);
    expect(scene.calls).toEqual(['host-1 note', 'host-1 journal']);
  });

  it.each([
    ['failed', { ...NOTHING, failed: [{ step: WRITE, diagnostic: WHY }] }],
    ['failed', { ...NOTHING, skipped: [WRITE] }],
    ['done', { ...NOTHING, skipped: [{ ...WRITE, host: 'host-2' }] }],
  ])('says that it %s', async (outcome, report) => {
    await run([WRITE], () => Promise.resolve(report));
    expect(scene.journal).toMatchObject([{ outcome }]);
  });

  it('says that it was interrupted', async () => {
    await run([WRITE], () => {
      scene.interrupt.abort();
      return Promise.resolve(NOTHING);
    });
    expect(scene.journal).toMatchObject([{ outcome: 'interrupted' }]);
  });

  it('has what was waited for, once, and what was left out; the views see all of it', async () => {
    await run([RESTART], ({ emit }) => {
      for (const blockers of [[], [jobBlocker('PC1', 7)], [jobBlocker('PC1', 7)]])
        emit({ type: 'step-waiting', step: RESTART, blockers });
      emit({ type: 'step-skipped', step: RESTART, diagnostic: WHY });
      return Promise.resolve(NOTHING);
    });
    expect(scene.notes.slice(1)).toMatchObject([
      { step: RESTART.id, outcome: 'waiting', why: 'for PC1 of s-t01000-7' },
    ]);
    expect(scene.journal[0]).toMatchObject({
      step: RESTART.id,
      reason: RESTART.reason,
      outcome: 'skipped',
      why: WHY.message,
    });
    expect(scene.events).toHaveLength(4);
  });
});
