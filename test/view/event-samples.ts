import type { HeldSector } from '../../src/drain/snapshot.js';
import type { Blocker } from '../../src/drain/step.js';
import type { Event } from '../../src/event/event.js';
import type { TaskCode } from '../../src/lotus/task.js';
import type { Step } from '../../src/plan/plan.js';
import { expectation, layout, step, unreached, write } from './samples.js';

export const WRITE = step('host-1', 'worker-1', write(layout('worker-1').envFile, 'abc'), {
  reason: 'config-changed',
});
export const RESTART: Step = step(
  'host-1',
  'worker-1',
  { kind: 'restart', service: layout('worker-1'), expect: expectation(['PC1']) },
  { disruption: 'restart', reason: 'process-older-than-file' },
);

export function jobBlocker(
  task: TaskCode,
  number: number,
  state: 'assigned' | 'prepared' | 'running' = 'running',
): Blocker {
  return { kind: 'job', job: { task, sector: `s-t01000-${number}`, state, since: '2026-03-01T12:00:00Z' } };
}

export function held(number: number, state?: string): HeldSector {
  const sector = `s-t01000-${number}`;
  return {
    sector,
    types: ['sealed', 'cache'],
    paths: ['/mnt/nvme0/seal'],
    elsewhere: new Set(['C2']),
    allowTo: ['group-1'],
    ...(state === undefined ? {} : { state }),
  };
}

function draining(verdict: 'working' | 'never' | 'done', ...blockers: readonly Blocker[]): Event {
  return { type: 'drain-progress', host: 'host-3', worker: 'worker-3', goal: 'empty', verdict, blockers };
}

export const RESTARTING: readonly Event[] = [
  { type: 'host-observed', host: 'host-1' },
  { type: 'step-started', step: WRITE },
  { type: 'step-done', step: WRITE },
  { type: 'step-started', step: RESTART },
  { type: 'step-waiting', step: RESTART, blockers: [jobBlocker('PC1', 3), jobBlocker('AP', 4, 'assigned')] },
  { type: 'step-waiting', step: RESTART, blockers: [jobBlocker('PC1', 3), jobBlocker('AP', 4, 'assigned')] },
  { type: 'step-waiting', step: RESTART, blockers: [jobBlocker('PC1', 3)] },
  { type: 'step-waiting', step: RESTART, blockers: [jobBlocker('PC1', 3)] },
  { type: 'step-waiting', step: RESTART, blockers: [] },
  { type: 'step-done', step: RESTART },
];

export const DRAINING: readonly Event[] = [
  { type: 'drain-started', host: 'host-3', worker: 'worker-3' },
  draining('working', jobBlocker('PC1', 3), {
    kind: 'sector',
    sector: held(5, 'WaitSeed'),
    waitsFor: { on: 'seed' },
  }),
  draining('working', jobBlocker('PC1', 3), {
    kind: 'sector',
    sector: held(5, 'WaitSeed'),
    waitsFor: { on: 'seed' },
  }),
  draining(
    'working',
    { kind: 'sector', sector: held(3, 'PreCommit2'), waitsFor: { on: 'own-task', task: 'PC2' } },
    { kind: 'sector', sector: held(6), waitsFor: { on: 'unknown' } },
  ),
  draining('never', {
    kind: 'stranded',
    sector: held(3, 'PreCommit2'),
    task: 'PC2',
    allowTo: ['group-1'],
    able: [{ worker: 'worker-2', groups: ['group-2'] }],
  }),
  draining('done'),
  { type: 'drain-ended', host: 'host-3', worker: 'worker-3', stopped: true, left: [] },
];

export const FAILING: readonly Event[] = [
  { type: 'host-unreached', host: 'host-4', diagnostic: unreached('host-4') },
  { type: 'step-started', step: WRITE },
  {
    type: 'step-failed',
    step: WRITE,
    diagnostic: {
      code: 'SF602',
      severity: 'error',
      message: 'cannot write worker.env on host-1: no space left\nfurther words of the host',
      place: { kind: 'host', host: 'host-1' },
      help: 'Look at the message of the host.',
    },
  },
  {
    type: 'step-skipped',
    step: RESTART,
    diagnostic: { code: 'SF613', severity: 'error', message: 'not begun' },
  },
];
