import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/plan/plan.js';
import { reasonWords } from '../../src/view/step-words.js';
import type { ShownAction } from '../../src/view/shown-plan.js';

const RESTART: ShownAction = { kind: 'restart', expect: { tasks: [], limits: new Map() } };

describe('the reason of a step, in words', () => {
  it.each<[Reason, ShownAction, string]>([
    ['config-changed', RESTART, 'gets the new settings'],
    ['config-changed', { kind: 'restart-miner' }, 'gets the new settings'],
    ['edited-on-host', RESTART, 'was started with the edited file'],
    ['process-older-than-file', RESTART, 'was started with other settings'],
    ['program-replaced', RESTART, 'runs an older program than the one on disk'],
    ['config-changed', { kind: 'redeclare', path: '/p' }, 'differs from the file'],
    ['edited-on-host', { kind: 'write-file', path: '/p' }, 'edited on the host'],
    ['config-changed', { kind: 'enable-task', task: 'PC2' }, 'differs from the file'],
    ['lotus-differs', { kind: 'enable-task', task: 'PC2' }, 'differs in Lotus'],
  ])('%s of %o: %s', (reason, action, words) => {
    expect(reasonWords({ reason, action })).toBe(words);
  });
});
