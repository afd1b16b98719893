import type { Codes } from '../code-facts.js';

/** SF225, SF560–SF562: the order of restarts. */
export const ROLLOUT_CODES = {
  SF225: {
    title: 'restart that could never happen',
    severity: 'error',
    why: '`rollout.minAvailable` asks for at least as many workers that go on doing a task as the farm has for it. A restart takes one away for a while, so that none of them could ever be restarted.',
    remedy:
      'Write a smaller number, or leave it out: where several workers do a task, they are never all restarted at once anyway.',
  },
} as const satisfies Codes;
